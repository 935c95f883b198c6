import { acceleratorJoules, type Conditions, deploymentSeconds } from "./accelerator-energy.ts";
import { columnConditions } from "./conditions.ts";
import type { CarbonEstimate } from "./estimate.ts";
import type { FactorKind } from "./factor.ts";
import { JOULES_PER_WH } from "./footprint.ts";
import { type Column, columns, type Range } from "./range.ts";
import type { Scenario, ShapeScenario } from "./scenario.ts";

/** One input of which the client cannot see the value, and how far it alone moves the central figure. */
export interface Lever {
  readonly name: string;
  readonly kind: FactorKind;
  /** Central gCO2e per 1,000 output tokens, with this input alone at its low-energy and high-energy end. */
  readonly perG: Range;
}

const CAUSES = {
  batch: "batch size",
  mfu: "FLOPs utilisation in prefill",
  prefillPower: "accelerator power in prefill",
  kvPower: "accelerator power in reading keys and values",
  cachedToken: "cost of a cached input token",
  refusedPrefill: "prefill of refused attempts",
  joules: "joules per output token",
  host: "CPUs, memory, network, fans and power supplies",
  idle: "idle and reserved hardware",
  pue: "PUE",
  grid: "grid intensity",
  embodied: "emissions of the node over its lifetime and utilisation",
} as const;

type Cause = keyof typeof CAUSES;

/**
 * Every input that has ends, the one that moves the figure most first, by the ratio of its ends. The others stay central,
 * so interplay does not show. Empty when nothing completed.
 */
export function leversOf(estimate: CarbonEstimate): readonly Lever[] {
  const { work, scenarios } = estimate;
  if (work.servedTokens === 0) return [];
  const per = 1000 / work.servedTokens;
  const levers = (Object.keys(CAUSES) as Cause[]).map((cause): Lever => {
    const perG = columns((end) => centralG(estimate, (one) => (one === cause ? end : "central")) * per);
    return { name: CAUSES[cause], kind: kindOf(estimate, cause), perG };
  });
  return [...levers, ...hardwareLever(scenarios, per)]
    .filter(({ perG }) => perG.high > perG.low)
    .toSorted((a, b) => ratio(b) - ratio(a));
}

function ratio({ perG }: Lever): number {
  return perG.high / perG.low;
}

/** Which deployment it is, where several may be. */
function hardwareLever(scenarios: readonly Scenario[], per: number): readonly Lever[] {
  if (scenarios.length === 1) return [];
  const grams = scenarios.map(({ footprint }) => footprint.totalG.central * per);
  const low = Math.min(...grams);
  return [{ name: "hardware", kind: "assumed", perG: { low, central: low, high: Math.max(...grams) } }];
}

/** Operation and embodied with each cause in its own column; over deployments as the model's envelope has its centre. */
function centralG({ scenarios, multipliers: by, work }: CarbonEstimate, columnOf: (cause: Cause) => Column): number {
  const perJoule =
    ((by.host.range[columnOf("host")] * by.idle.range[columnOf("idle")]) / JOULES_PER_WH / 1000) *
    by.pue.range[columnOf("pue")] *
    by.grid.range[columnOf("grid")];
  const operation = meanOf(scenarios, (one) => {
    if (one.kind === "supplied") return one.acceleratorJ[columnOf("joules")] * perJoule;
    const { prefill, decode, kvRead } = acceleratorJoules(one.shape, work.sums, conditionsOf(one, columnOf));
    return (prefill + decode + kvRead) * perJoule;
  });
  if (scenarios.some(({ kind }) => kind === "supplied")) return operation;
  const embodied = meanOf(scenarios, (one) =>
    one.kind === "supplied"
      ? 0
      : deploymentSeconds(one.shape, work.sums, conditionsOf(one, columnOf)) * one.embodiedRate[columnOf("embodied")],
  );
  return operation + embodied;
}

/** Geometric mean by weight. */
function meanOf(scenarios: readonly Scenario[], grams: (scenario: Scenario) => number): number {
  const all = scenarios.reduce((sum, { weight }) => sum + weight, 0);
  return Math.exp(scenarios.reduce((log, one) => log + (one.weight / all) * Math.log(grams(one)), 0));
}

function conditionsOf({ batch }: ShapeScenario, columnOf: (cause: Cause) => Column): Conditions {
  const at = columns((column) => columnConditions(batch.range, column));
  return {
    batch: at[columnOf("batch")].batch,
    mfu: at[columnOf("mfu")].mfu,
    prefillPower: at[columnOf("prefillPower")].prefillPower,
    kvPower: at[columnOf("kvPower")].kvPower,
    cachedToken: at[columnOf("cachedToken")].cachedToken,
    refusedPrefill: at[columnOf("refusedPrefill")].refusedPrefill,
  };
}

function kindOf({ multipliers: by, factors }: CarbonEstimate, cause: Cause): FactorKind {
  switch (cause) {
    case "host":
    case "idle":
    case "pue":
    case "grid":
      return by[cause].kind;
    case "batch":
      return factors.some(({ name, kind }) => name === "batch size" && kind === "user") ? "user" : "assumed";
    case "joules":
      return "user";
    default:
      return "assumed";
  }
}
