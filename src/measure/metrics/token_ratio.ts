import { always, reading, type RequestMetric } from "../metric.ts";
import { isLlama3 } from "../model-name.ts";

/**
 * Tokens that Llama 3.1's chat template puts around one user message: 35 with the date lines of its default system
 * header, 10 without them (https://www.llama.com/docs/model-cards-and-prompt-formats/llama3_1/), 0 where only the
 * message is billed.
 */
const TEMPLATE_TOKENS = [35, 10, 0] as const;

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
  flags: ["no_usage", "other_tokenizer", "overbilled", "tokens_unknown"],
  level: "request",
  over: "successes",
  failures: "left-out",
  applies: always,
  read: ({ observation: { usage, request }, tokens, target }) => {
    if (!isLlama3(target.model)) return reading(null, ["other_tokenizer"]);
    const input = usage?.input ?? null;
    const output = usage?.output ?? null;
    if (input === null || output === null) return reading(null, ["no_usage"]);
    if (tokens === null) return reading(null, ["tokens_unknown"]);
    const template = TEMPLATE_TOKENS.find((count) => count <= input - request.inputTokens) ?? 0;
    const billed = input - template + output;
    const said = request.inputTokens + tokens.output;
    const over = billed - said;
    const isOver = over > OVERBILLED_TOKENS && over > OVERBILLED_SHARE * said;
    return reading(billed / said, isOver ? ["overbilled"] : []);
  },
};
