import { always, reading, type RequestMetric } from "../metric.ts";
import { spanMs } from "../sample.ts";

export const e2e: RequestMetric = {
  id: "e2e",
  unit: "ms",
  direction: "lower",
  title: "End-to-end latency",
  definition:
    "lastContent − sent: to the last text, not to a late usage event or terminator. Longer answers take longer, so " +
    "read it beside time_to_100_tokens.",
  flags: [],
  level: "request",
  over: "successes",
  failures: "infinite",
  applies: always,
  read: ({ observation }) => reading(spanMs(observation.stamps, "sent", "lastContent"), []),
};
