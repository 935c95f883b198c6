import { always, reading, type RequestMetric } from "../metric.ts";
import { spanMs } from "../sample.ts";

export const ttftFromSchedule: RequestMetric = {
  id: "ttft_from_schedule",
  unit: "ms",
  direction: "lower",
  title: "Time to first token from schedule",
  definition:
    "firstContent − scheduled: TTFT as a user feels it who arrived when the plan said; open-loop limits and goodput " +
    "use it, and a dropped arrival is +∞ in `_all`.",
  flags: [],
  level: "request",
  over: "successes",
  failures: "infinite-with-drops",
  applies: always,
  read: ({ observation }) => reading(spanMs(observation.stamps, "scheduled", "firstContent"), []),
};
