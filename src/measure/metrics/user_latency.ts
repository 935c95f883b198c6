import { always, reading, type RequestMetric } from "../metric.ts";
import { spanMs } from "../sample.ts";

export const userLatency: RequestMetric = {
  id: "user_latency",
  unit: "ms",
  direction: "lower",
  title: "User latency over all attempts",
  definition:
    "lastContent of the attempt that succeeded − scheduled of the first, waits and failed attempts between them included; " +
    "a request that no attempt answered is +∞ in `_all`. Equal to latency_from_schedule without a retry policy.",
  flags: [],
  level: "request",
  over: "requests",
  failures: "infinite-with-drops",
  applies: always,
  read: ({ observation }) => reading(spanMs(observation.stamps, "scheduled", "lastContent"), []),
};
