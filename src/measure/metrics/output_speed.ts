import { always, reading, type RequestMetric } from "../metric.ts";
import { paceOf } from "../pace.ts";

export const outputSpeed: RequestMetric = {
  id: "output_speed",
  unit: "tok/s",
  direction: "higher",
  title: "Output speed of one user",
  definition:
    "(n − m) / (lastContent − firstContent): tokens per second of one answer once it has begun; in `_all` a failure is " +
    "0 tokens per second, so that no slow answer is made better by failing.",
  flags: ["coalesced", "first_event_tokens_unknown", "tokens_local", "tokens_unknown", "usage_implausible"],
  level: "request",
  over: "successes",
  failures: "zero",
  applies: always,
  read: (sample) => {
    const { pace, flags } = paceOf(sample);
    return reading(pace === null ? null : (pace.tokens / pace.ms) * 1000, flags);
  },
};
