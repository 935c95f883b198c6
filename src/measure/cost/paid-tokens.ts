import type { Flag } from "../flags.ts";
import type { Group } from "../group.ts";
import { isLlama3 } from "../model-name.ts";
import type { Sample } from "../sample.ts";
import { judge } from "../slo.ts";
import { callCost } from "./call-cost.ts";
import { chargedCalls } from "./charged.ts";

/** What was paid, and the tokens that came of it. */
export interface PaidTokens {
  /** Known cost of all measured calls, failures that reported usage and retries included. */
  readonly usd: number;
  /** Tokens of the requests that were answered: what was billed for a failure bought nothing. */
  readonly input: number;
  readonly output: number;
  /** Those of answers within every limit, input and output. */
  readonly good: number;
  /** Calls behind the cost. */
  readonly n: number;
  readonly flags: readonly Flag[];
}

/** What a figure of `paidTokens` may be flagged with. */
export const PAID_TOKEN_FLAGS = [
  "needs_sweep",
  "no_values",
  "price_unknown",
  "tokens_billed",
  "tokens_local",
  "tokens_unknown",
  "usage_implausible",
] as const satisfies readonly Flag[];

/**
 * Money by the bill, tokens by the pinned tokenizer: who bills more tokens for the same text is dearer by as much. For models
 * with a tokenizer of their own, and answers that were not counted, tokens are as billed (`tokens_billed`). A call whose tokens
 * or price are unknown is left out, and named by a flag.
 */
export function paidTokens(group: Group): PaidTokens {
  const calls = chargedCalls(group).map(callCost);
  // What failed without usage is left out of the cost, so it makes nothing uncertain here.
  const flags = new Set(calls.flatMap((call) => call.flags).filter((flag) => flag !== "spend_uncertain"));
  const paid = calls.flatMap(({ cost }) => (cost === null || cost.input + cost.output === 0 ? [] : [cost]));
  const answers = group.requests.successes.filter(isOfModel).filter((answer) => callCost(answer).cost !== null);
  if (paid.length === 0 && flags.size === 0) flags.add("no_values");
  const isCounted = isLlama3(group.target.model) && answers.every(({ tokens }) => tokens !== null);
  if (!isCounted && answers.length > 0) flags.add("tokens_billed");
  const tokens = answers.map((answer) => ({ ...(isCounted ? counted(answer) : billed(answer)), answer }));
  const good = tokens.filter(({ answer }) => judge(answer) === "good");
  return {
    usd: paid.reduce((sum, { usd }) => sum + usd, 0),
    input: tokens.reduce((sum, { input }) => sum + input, 0),
    output: tokens.reduce((sum, { output }) => sum + output, 0),
    good: good.reduce((sum, { input, output }) => sum + input + output, 0),
    n: paid.length,
    flags: [...flags],
  };
}

/** A list of models has no tokens. */
function isOfModel({ observation: { request } }: Sample): boolean {
  return request.maxOutputTokens > 0;
}

function counted({ observation, tokens }: Sample): { readonly input: number; readonly output: number } {
  return { input: observation.request.inputTokens, output: tokens?.output ?? 0 };
}

function billed(answer: Sample): { readonly input: number; readonly output: number } {
  const { cost } = callCost(answer);
  return { input: cost?.input ?? 0, output: cost?.output ?? 0 };
}

/** +∞ for money that bought nothing; null when no money was spent on nothing, which says nothing. */
export function usdPerMtok(usd: number, tokens: number): number | null {
  return usd === 0 && tokens === 0 ? null : (usd / tokens) * 1e6;
}
