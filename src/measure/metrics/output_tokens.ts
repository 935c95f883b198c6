import { always, reading, type RequestMetric } from "../metric.ts";
import { outputTokens } from "../sample.ts";

export const outputTokensPerAnswer: RequestMetric = {
  id: "output_tokens",
  unit: "tokens",
  direction: "none",
  title: "Output tokens",
  definition: "n: output tokens of an answer as billed, else as the pinned Llama 3.1 tokenizer counts its whole text.",
  flags: ["tokens_local", "tokens_unknown", "usage_implausible"],
  level: "request",
  over: "successes",
  failures: "left-out",
  applies: always,
  read: (sample) => {
    const { n, flags } = outputTokens(sample);
    return reading(n, flags);
  },
};
