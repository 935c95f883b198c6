import type { Flag } from "../flags.ts";
import type { Group } from "../group.ts";
import { callCost } from "./call-cost.ts";

/** What was paid, and the tokens that came of it. */
export interface PaidTokens {
  /** Known cost of all measured calls, failures that reported usage included. */
  readonly usd: number;
  /** Tokens of the answers alone: what was billed for a failure bought nothing. */
  readonly input: number;
  readonly output: number;
  /** Calls behind the cost. */
  readonly n: number;
  readonly flags: readonly Flag[];
}

/** Over first attempts. A call whose tokens or price are unknown is left out, and named by a flag. */
export function paidTokens(group: Group): PaidTokens {
  const answers = group.successes.map(callCost);
  const all = [...answers, ...group.failures.map(callCost)];
  // What failed without usage is left out of the cost, so it makes nothing uncertain here.
  const flags = new Set(all.flatMap((call) => call.flags).filter((flag) => flag !== "spend_uncertain"));
  const paid = all.flatMap(({ cost }) => (cost === null || cost.input + cost.output === 0 ? [] : [cost]));
  if (paid.length === 0 && flags.size === 0) flags.add("no_values");
  return {
    usd: paid.reduce((sum, { usd }) => sum + usd, 0),
    input: answers.reduce((sum, { cost }) => sum + (cost?.input ?? 0), 0),
    output: answers.reduce((sum, { cost }) => sum + (cost?.output ?? 0), 0),
    n: paid.length,
    flags: [...flags],
  };
}

/** +∞ for money that bought nothing; null when no money was spent on nothing, which says nothing. */
export function usdPerMtok(usd: number, tokens: number): number | null {
  return usd === 0 && tokens === 0 ? null : (usd / tokens) * 1e6;
}
