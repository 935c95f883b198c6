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

const FREE: CallCost = { input: 0, output: 0, usd: 0, usdHigh: 0 };

/**
 * Cost of one attempt. With usage: exact. A completed answer without: by the pinned tokenizer's counts, template left
 * out (`tokens_local`). A failed call without: between nothing and its reservation (`spend_uncertain`). Never sent:
 * nothing. Null when the target has no price per token (`price_unknown`, `needs_sweep`) or an answer no count
 * (`tokens_unknown`).
 */
export function callCost(sample: Sample): { readonly cost: CallCost | null; readonly flags: readonly Flag[] } {
  const { observation, target } = sample;
  if (target.price.kind !== "tokens") {
    return { cost: null, flags: [target.price.kind === "hour" ? "needs_sweep" : "price_unknown"] };
  }
  if (observation.stamps.sent === null) return { cost: FREE, flags: [] };
  const exact = usageCost(sample);
  if (exact !== null) return { cost: exact, flags: [] };
  if (observation.outcome !== "completed") {
    return { cost: { ...FREE, usdHigh: reservationUsd(sample) }, flags: ["spend_uncertain"] };
  }
  const { n } = outputTokens(sample);
  if (n === null) return { cost: null, flags: ["tokens_unknown"] };
  const { usage, request } = observation;
  return { cost: costOf(sample, usage?.input ?? request.inputTokens, n), flags: ["tokens_local"] };
}

/** Cost by reported usage; null without it or without a price per token. */
export function usageCost(sample: Sample): CallCost | null {
  const { usage } = sample.observation;
  if (usage === null || usage.input === null || usage.output === null) return null;
  return costOf(sample, usage.input, usage.output);
}

/**
 * The most that one call can cost: what was reserved for it, else its prompt and its whole output limit. 0 without a
 * price.
 */
export function reservationUsd({ observation: { cost, request }, target }: Sample): number {
  const most = { input: request.inputTokens, output: request.maxOutputTokens, cached: 0 };
  return cost.reservedUsd ?? callUsd(target.price, most) ?? 0;
}

function costOf(sample: Sample, input: number, output: number): CallCost | null {
  const cached = sample.observation.usage?.cached ?? 0;
  const usd = callUsd(sample.target.price, { input, output, cached });
  return usd === null ? null : { input, output, usd, usdHigh: usd };
}
