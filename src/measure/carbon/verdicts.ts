import type { Group } from "../group.ts";
import { CARBON_DRAWS, CARBON_SEED } from "./monte-carlo.ts";
import { type CarbonVerdict, rankCarbon } from "./rank.ts";

/** One answer to "which emits less", within one scenario. */
export interface ScenarioCarbonVerdict extends CarbonVerdict {
  readonly scenario: string;
}

/** Every pair costs draws and comparisons: beyond this many targets nothing is ranked. */
const RANKED_MAX = 20;

/** Verdicts between all targets of one scenario that have an estimate. */
export function carbonVerdicts(groups: readonly Group[]): ScenarioCarbonVerdict[] {
  const rows = groups.flatMap(({ target, scenario, carbon: { estimate } }) =>
    estimate.kind === "estimate" ? [{ id: target.id, scenario: scenario.id, estimate }] : [],
  );
  if (rows.length > RANKED_MAX) return [];
  return rankCarbon(rows, CARBON_SEED, CARBON_DRAWS).map((verdict) => ({ scenario: rows[0]!.scenario, ...verdict }));
}
