import { always, reading, type RequestMetric } from "../metric.ts";
import { outputTokens } from "../sample.ts";

export const tokensPerEvent: RequestMetric = {
  id: "tokens_per_event",
  unit: "tokens",
  direction: "none",
  title: "Tokens per event",
  definition:
    "Output tokens of an answer over its content events: above 1, a gap between events is not a gap between tokens.",
  flags: ["tokens_local", "tokens_unknown", "usage_implausible"],
  level: "request",
  over: "successes",
  failures: "left-out",
  applies: always,
  read: (sample) => {
    const { n, flags } = outputTokens(sample);
    const events = sample.observation.events.content;
    return reading(n === null || events === 0 ? null : n / events, flags);
  },
};
