import { always, reading, type RequestMetric } from "../metric.ts";
import { spanMs } from "../sample.ts";

export const latencyFromSchedule: RequestMetric = {
  id: "latency_from_schedule",
  unit: "ms",
  direction: "lower",
  title: "Latency from schedule",
  definition:
    "lastContent − scheduled: what a user feels, free of coordinated omission; a dropped arrival is +∞ in `_all`.",
  flags: [],
  level: "request",
  over: "successes",
  failures: "infinite-with-drops",
  applies: always,
  read: ({ observation }) => reading(spanMs(observation.stamps, "scheduled", "lastContent"), []),
};
