import { tokenCounts } from "../cost/over-billing.ts";
import { reading, type RequestMetric } from "../metric.ts";

/** More than rounding and a stray marker explain: a share, and tokens of one answer. */
const OVERBILLED_SHARE = 0.02;
const OVERBILLED_TOKENS = 2;

export const tokenRatio: RequestMetric = {
  id: "token_ratio",
  unit: "ratio",
  direction: "none",
  title: "Token ratio",
  definition:
    "Tokens billed, input and output, over the pinned tokenizer's count, after the largest constant of the chat " +
    "template that fits (35, 10 or 0): above 1, more is billed than was said. Llama 3 alone.",
  flags: ["no_usage", "other_tokenizer", "overbilled", "tokens_unknown", "usage_implausible"],
  level: "request",
  over: "successes",
  failures: "left-out",
  applies: ({ observation: { request } }) => request.maxOutputTokens > 0,
  read: (sample) => {
    const counts = tokenCounts(sample);
    if ("why" in counts) return reading(null, [counts.why]);
    const { billed, said } = counts;
    const over = billed - said;
    const isOver = over > OVERBILLED_TOKENS && over > OVERBILLED_SHARE * said;
    return reading(billed / said, isOver ? ["overbilled"] : []);
  },
};
