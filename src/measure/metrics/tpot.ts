import { always, reading, type RequestMetric } from "../metric.ts";
import { paceOf } from "../pace.ts";

export const tpot: RequestMetric = {
  id: "tpot",
  unit: "ms",
  direction: "lower",
  title: "Time per output token",
  definition:
    "(lastContent − firstContent) / (n − m), with n output tokens and m tokens of the first content event; empty " +
    "when all content came in one read or n ≤ m.",
  flags: ["coalesced", "first_event_tokens_unknown", "tokens_local", "tokens_unknown", "usage_implausible"],
  level: "request",
  over: "successes",
  failures: "infinite",
  applies: always,
  read: (sample) => {
    const { pace, flags } = paceOf(sample);
    return reading(pace === null ? null : pace.ms / pace.tokens, flags);
  },
};
