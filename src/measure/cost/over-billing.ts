import { credibleUsage } from "../../core/bill.ts";
import type { Flag } from "../flags.ts";
import { isLlama3 } from "../model-name.ts";
import type { Sample } from "../sample.ts";

/**
 * Tokens that Llama 3.1's chat template puts around one user message: 35 with the date lines of its default system
 * header, 10 without them (https://www.llama.com/docs/model-cards-and-prompt-formats/llama3_1/), 0 where only the
 * message is billed.
 */
const TEMPLATE_TOKENS = [35, 10, 0] as const;

/** Of each further message: three of its header, one of the blank line, one of the end of its turn. Same source. */
const TOKENS_PER_MESSAGE = 5;

/** Tokens of one answer, input and output together. */
export interface TokenCounts {
  /** Without the template. */
  readonly billed: number;
  /** By the pinned tokenizer. */
  readonly said: number;
  /** The largest constant of the template that fits into what was billed on top. */
  readonly template: number;
}

/** What was billed and what was said; null, and the flag why, where one of the two is unknown. */
export function tokenCounts(sample: Sample): TokenCounts | { readonly why: Flag } {
  const { observation, tokens, target } = sample;
  const { usage: reported, request } = observation;
  if (!isLlama3(target.model)) return { why: "other_tokenizer" };
  const usage = credibleUsage(reported);
  if (usage !== reported) return { why: "usage_implausible" };
  const input = usage?.input ?? null;
  const output = usage?.output ?? null;
  if (input === null || output === null) return { why: "no_usage" };
  if (tokens === null) return { why: "tokens_unknown" };
  const template = templateOf(sample, Math.max(0, input - request.inputTokens));
  return { billed: input - template + output, said: request.inputTokens + tokens.output, template };
}

/** Nobody kept how many messages a prompt of the user's own has: all that was billed on top of them is taken as the template. */
function templateOf({ observation: { turn }, scenario: { prompt } }: Sample, onTop: number): number {
  if (prompt.dataset !== null) return onTop;
  const further = 2 * Math.max(0, turn - 1) + (prompt.prefix === null ? 0 : 1);
  const most = TEMPLATE_TOKENS.map((count) => count + further * TOKENS_PER_MESSAGE);
  return [...most, 0].find((count) => count <= onTop) ?? 0;
}
