import { always, reading, type RequestMetric } from "../metric.ts";
import { outputTokens } from "../sample.ts";

export const lengthRatio: RequestMetric = {
  id: "length_ratio",
  unit: "ratio",
  direction: "none",
  title: "Length ratio",
  definition: "Output tokens of an answer over the output limit asked for; prompts ask for more, so 1 is expected.",
  flags: ["tokens_local", "tokens_unknown", "usage_implausible"],
  level: "request",
  over: "successes",
  failures: "left-out",
  applies: always,
  read: (sample) => {
    const { n, flags } = outputTokens(sample);
    return reading(n === null ? null : n / sample.observation.request.maxOutputTokens, flags);
  },
};
