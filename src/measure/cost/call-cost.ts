import { billedTokens, credibleUsage } from "../../core/bill.ts";
import { callUsd } from "../../core/target.ts";
import type { Flag } from "../flags.ts";
import { outputTokens, type Sample } from "../sample.ts";

/** What one call cost by the price list. */
export interface CallCost {
  /** Tokens paid for; 0 where nothing is known to have been billed. */
  readonly input: number;
  readonly output: number;
  readonly usd: number;
  /** The same, or the reservation where the seller may have billed a failed call without saying so. */
  readonly usdHigh: number;
}

/**
 * Cost of one attempt. With the usage of an answer that ended: exact. A completed answer without: by the pinned tokenizer's
 * counts, template left out (`tokens_local`). A failed call without: from what usage it reported, or nothing, to its
 * reservation (`spend_uncertain`). Never sent, or turned away at the door: nothing. Null when the target has no price per token (`price_unknown`,
 * `needs_sweep`) or an answer no count (`tokens_unknown`).
 */
export function callCost(sample: Sample): { readonly cost: CallCost | null; readonly flags: readonly Flag[] } {
  const { observation, target } = sample;
  if (target.price.kind !== "tokens") {
    return { cost: null, flags: [target.price.kind === "hour" ? "needs_sweep" : "price_unknown"] };
  }
  const exact = billedCost(sample);
  if (exact !== null) return { cost: exact, flags: [] };
  if (observation.outcome !== "completed") return { cost: uncertainCost(sample), flags: ["spend_uncertain"] };
  const { n } = outputTokens(sample);
  if (n === null) return { cost: null, flags: ["tokens_unknown"] };
  const usage = credibleUsage(observation.usage);
  const doubt: readonly Flag[] = usage === observation.usage ? [] : ["usage_implausible"];
  const cost = costOf(sample, usage?.input ?? observation.request.inputTokens, n);
  return { cost, flags: ["tokens_local", ...doubt] };
}

/** Cost of what is known to have been billed; null where that is not certain, or without a price per token. */
export function billedCost(sample: Sample): CallCost | null {
  const billed = billedTokens(sample.observation);
  return billed === null ? null : costOf(sample, billed.input, billed.output);
}

/** Cost of a call whose bill is unknown: at least what its last running total says, where the server sends those. */
export function uncertainCost(sample: Sample): CallCost {
  const usage = credibleUsage(sample.observation.usage);
  const seen = usage === null ? null : costOf(sample, usage.input ?? 0, usage.output ?? 0);
  const least = seen ?? { input: 0, output: 0, usd: 0 };
  return { ...least, usdHigh: Math.max(least.usd, mostUsd(sample)) };
}

/**
 * The most that a call of unknown bill may have cost: what was reserved for it, or what had come when it was ended for going
 * past that; else its prompt and its whole output limit. 0 without a price.
 */
function mostUsd({ observation: { cost, request }, target }: Sample): number {
  const most = { input: request.inputTokens, output: request.maxOutputTokens, cached: 0 };
  return Math.max(cost.reservedUsd ?? callUsd(target.price, most) ?? 0, cost.usd ?? 0);
}

function costOf(sample: Sample, input: number, output: number): CallCost | null {
  const cached = credibleUsage(sample.observation.usage)?.cached ?? 0;
  const usd = callUsd(sample.target.price, { input, output, cached });
  return usd === null ? null : { input, output, usd, usdHigh: usd };
}
