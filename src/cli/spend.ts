import type { Plan } from "../core/scenario.ts";
import type { Target } from "../core/target.ts";
import { worstCaseUsd } from "../run/budget.ts";
import type { RunOptions } from "./run-options.ts";
import { UsageError } from "./usage-error.ts";

/** Cap of a live run when none is given, USD. */
const LIVE_CAP_USD = 1;

/**
 * The cap of this run, USD; null for none. Simulated targets cost nothing, and an ad-hoc server of unknown price runs
 * uncapped; everything else needs a price before its first byte.
 *
 * @throws UsageError naming each target whose price is missing
 */
export function moneyCap(
  options: Pick<RunOptions, "maxCost" | "baseUrl">,
  configCap: number | "none" | null,
  targets: readonly Target[],
): number | null {
  const asked = options.maxCost ?? configCap;
  if (asked === "none") return null;
  const live = targets.filter((target) => !target.simulated);
  const unpriced = live.filter(({ price }) => price.kind === "unknown");
  const adHoc = options.baseUrl !== undefined && asked === null;
  const refused = adHoc ? unpriced.filter(({ provider }) => provider !== "openai-compatible") : unpriced;
  if (refused.length > 0) {
    const why = asked === null ? "" : ` and --max-cost ${asked} cannot hold without one`;
    throw new UsageError(
      ...refused.map(({ id }) => `${id}: its price is unknown${why}: give --price in,out or --max-cost none`),
    );
  }
  if (asked !== null) return asked;
  return live.length > unpriced.length ? LIVE_CAP_USD : null;
}

/** What a run will ask for, at most. */
export interface Ceiling {
  readonly target: string;
  readonly scenario: string;
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Null without a price per token. */
  readonly usd: number | null;
}

/** Requests, tokens and money of every target × scenario, warm-ups included. Prompts at their planned length; money at the worst case. */
export function ceilings(plans: readonly Plan[], targets: readonly Target[]): Ceiling[] {
  return plans.flatMap(({ scenario, warmups, arrivals }) =>
    targets.map((target) => {
      const requests = warmups.length + arrivals.length;
      const { inputTokens, outputTokens } = scenario.prompt;
      const each = worstCaseUsd(target.price, { inputTokens, maxOutputTokens: outputTokens });
      return {
        target: target.id,
        scenario: scenario.id,
        requests,
        inputTokens: requests * inputTokens,
        outputTokens: requests * outputTokens,
        usd: each === null ? null : each * requests,
      };
    }),
  );
}
