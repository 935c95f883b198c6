import type { Observation } from "../core/observation.ts";
import type { Usage } from "../core/provider.ts";
import { callUsd, type Price } from "../core/target.ts";

/** Worst case of what a seller's own tokenizer and chat template add to our count. */
const INPUT_MARGIN_SHARE = 0.1;
const INPUT_MARGIN_TOKENS = 64;

/** The most that one call can cost: its planned input with a margin, and its full output limit. Null without a price per token. */
export function worstCaseUsd(price: Price, request: { inputTokens: number; maxOutputTokens: number }): number | null {
  const input = Math.ceil(request.inputTokens * (1 + INPUT_MARGIN_SHARE)) + INPUT_MARGIN_TOKENS;
  return callUsd(price, { input, output: request.maxOutputTokens, cached: 0 });
}

/** USD of a finished attempt: by its usage where that is reported, 0 when nothing was sent, else null: unknown. */
export function settledUsd(price: Price, observation: Observation): number | null {
  if (observation.stamps.sent === null) return price.kind === "tokens" ? 0 : null;
  const billed = wholeUsage(observation.usage);
  return billed === null ? null : callUsd(price, billed);
}

function wholeUsage(usage: Usage | null): { input: number; output: number; cached: number } | null {
  if (usage === null || usage.input === null || usage.output === null) return null;
  return { input: usage.input, output: usage.output, cached: usage.cached ?? 0 };
}

/**
 * Keeps a run under its cap: a call leaves only if its worst case still fits beside all that is spent and in flight. A call
 * whose cost stays unknown keeps its full reservation.
 */
export interface Budget {
  /** False when the worst case would go over the cap; then nothing is reserved. */
  reserve(usd: number | null): boolean;
  settle(reservedUsd: number | null, usd: number | null): void;
  /** True once a call did not fit: nothing more leaves. */
  exhausted(): boolean;
}

export function openBudget(capUsd: number | null): Budget {
  let committed = 0;
  let exhausted = false;
  return {
    reserve: (usd) => {
      const amount = usd ?? 0;
      if (capUsd !== null && committed + amount > capUsd) exhausted = true;
      if (exhausted) return false;
      committed += amount;
      return true;
    },
    settle: (reservedUsd, usd) => {
      if (reservedUsd !== null && usd !== null) committed += usd - reservedUsd;
    },
    exhausted: () => exhausted,
  };
}
