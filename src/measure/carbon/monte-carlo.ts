import { hash53 } from "../../core/random.ts";
import { acceleratorJoules, type Conditions, deploymentSeconds } from "./accelerator-energy.ts";
import { CACHED_TOKEN, KV_POWER, PREFILL_MFU, PREFILL_POWER, REFUSED_PREFILL } from "./data/constants.ts";
import type { CarbonEstimate } from "./estimate.ts";
import { mulberry32, normals } from "./mulberry32.ts";
import type { Range } from "./range.ts";
import type { Scenario } from "./scenario.ts";
import type { WorkSums } from "./work.ts";

/** What published figures use. */
export const CARBON_SEED = 405;
export const CARBON_DRAWS = 20_000;

/** Standard normal quantile at 0.95: low and high lie at 5 and 95 %. */
const Z_END = 1.6448536269514722;

const MFU_MAX = 0.9;

/** Draws of a workload's footprint, in the estimate's units. */
export interface CarbonDraws {
  readonly facilityWh: Float64Array;
  readonly operationalG: Float64Array;
  /** Operation and embodied, as in `Footprint`. */
  readonly totalG: Float64Array;
}

/**
 * Draws what a client cannot see: per draw eight normals in the order batch, MFU, power in prefill, power in reading keys
 * and values, host, idle, PUE, grid, each a two-piece lognormal that splits at the central value. A positive normal leads to the
 * high-energy end, so equal seeds share what is unknown in two estimates. Cached tokens and refused attempts stay central.
 * Which deployment it is and what it embodies (one normal for lifetime, utilisation and hardware together, as its columns
 * are formed together) come from a second stream, so that the first stays bound to its published check values.
 */
export function drawCarbon(estimate: CarbonEstimate, seed: number, draws: number): CarbonDraws {
  const { multipliers: by, scenarios, work } = estimate;
  const normal = normals(mulberry32(seed));
  const second = mulberry32(hash53(`hardware ${seed}`));
  const secondNormal = normals(second);
  const facilityWh = new Float64Array(draws);
  const operationalG = new Float64Array(draws);
  const totalG = new Float64Array(draws);
  for (let i = 0; i < draws; i += 1) {
    const scenario = chosen(scenarios, second());
    const embodiedZ = secondNormal();
    const [batchZ, mfuZ, prefillZ, kvZ] = [normal(), normal(), normal(), normal()];
    const at = (batch: Range): Conditions => ({
      batch: drawn(batch, batchZ),
      mfu: Math.min(MFU_MAX, drawn(PREFILL_MFU.range, mfuZ)),
      prefillPower: Math.min(1, drawn(PREFILL_POWER.range, prefillZ)),
      kvPower: Math.min(1, drawn(KV_POWER.range, kvZ)),
      cachedToken: CACHED_TOKEN.range.central,
      refusedPrefill: REFUSED_PREFILL.range.central,
    });
    const host = Math.max(1, drawn(by.host.range, normal()));
    const idle = Math.max(1, drawn(by.idle.range, normal()));
    const pue = Math.max(1, drawn(by.pue.range, normal()));
    const { joules, embodiedG } = drawnScenario(scenario, work.sums, at, batchZ, embodiedZ);
    facilityWh[i] = ((joules * host * idle) / 3600) * pue;
    operationalG[i] = (facilityWh[i]! / 1000) * drawn(by.grid.range, normal());
    totalG[i] = operationalG[i]! + embodiedG;
  }
  return { facilityWh, operationalG, totalG };
}

function drawnScenario(
  scenario: Scenario,
  work: WorkSums,
  at: (batch: Range) => Conditions,
  batchZ: number,
  embodiedZ: number,
): { readonly joules: number; readonly embodiedG: number } {
  if (scenario.kind === "supplied") {
    return { joules: work.outputTokens * drawn(scenario.joulesPerToken.range, batchZ), embodiedG: 0 };
  }
  const conditions = at(scenario.batch.range);
  const { prefill, decode, kvRead } = acceleratorJoules(scenario.shape, work, conditions);
  const held = deploymentSeconds(scenario.shape, work, conditions);
  return { joules: prefill + decode + kvRead, embodiedG: held * drawn(scenario.embodiedRate, embodiedZ) };
}

/** Two-piece lognormal at a standard normal: `low` at −1.645, `central` at 0, `high` at 1.645. */
function drawn({ low, central, high }: Range, z: number): number {
  if (z >= 0) return high === central ? central : central * (high / central) ** (z / Z_END);
  return low === central ? central : central * (low / central) ** (-z / Z_END);
}

function chosen(scenarios: readonly Scenario[], uniform: number): Scenario {
  let left = uniform;
  for (const scenario of scenarios) {
    left -= scenario.weight;
    if (left < 0) return scenario;
  }
  return scenarios[scenarios.length - 1]!;
}

/** Quantile of type 7 (Hyndman & Fan 1996), linear between order statistics. `sorted` ascends and is not empty. */
export function quantileType7(sorted: Float64Array, p: number): number {
  const position = (sorted.length - 1) * p;
  const below = Math.floor(position);
  const value = sorted[below]!;
  return value + (position - below) * ((sorted[below + 1] ?? value) - value);
}

/** 5, 50 and 95 % of draws, and their mean: the check beside the judged range. */
export function spreadOf(values: Float64Array): { p5: number; p50: number; p95: number; mean: number } {
  const sorted = values.toSorted();
  const mean = values.reduce((total, value) => total + value, 0) / values.length;
  return { p5: quantileType7(sorted, 0.05), p50: quantileType7(sorted, 0.5), p95: quantileType7(sorted, 0.95), mean };
}
