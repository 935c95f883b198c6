import { decodeJoules, decodeTokensPerS } from "./accelerator-energy.ts";
import {
  CACHED_TOKEN,
  KV_POWER,
  LAYERS_TIMES_WIDTH,
  LIFETIME,
  PARAMETERS,
  PREFILL_MFU,
  PREFILL_POWER,
  REFUSED_PREFILL,
  UTILISATION,
} from "./data/constants.ts";
import { ML_ENERGY } from "./data/provenance.ts";
import type { Shape } from "./data/shapes.ts";
import { type Factor, factorOf, type Provenance, type Quantity } from "./factor.ts";
import { columns, exactly, type Range } from "./range.ts";
import type { Scenario, ShapeScenario } from "./scenario.ts";
import type { Site } from "./site/site.ts";
import { total, type Workload } from "./work.ts";

/* Every number that went into an estimate, as lines that can be printed. */

const THIS_RUN: Provenance = { source: "its records", licence: "yours", date: "this run", kind: "measured" };

const INTERPOLATED: Provenance = { ...ML_ENERGY, source: `${ML_ENERGY.source}; log-log between its batches` };

/** What the run itself measured. */
export function workloadFactors({ attempts, itlMs, ttftMs }: Workload): Factor[] {
  const lost = attempts.filter(({ outcome }) => outcome !== "completed");
  const refused = attempts.filter(({ outcome }) => outcome === "refused");
  const figures: [name: string, value: number | null, unit: string][] = [
    ["attempts", attempts.length, "requests"],
    ["attempts that failed, their energy included", lost.length, "requests"],
    ["input tokens", total(attempts, "inputTokens"), "tokens"],
    ["input tokens of attempts that failed before their first token", total(refused, "inputTokens"), "tokens"],
    ["input tokens read from a prefix cache", total(attempts, "cachedTokens"), "tokens"],
    ["output tokens", total(attempts, "outputTokens"), "tokens"],
    ["output tokens of failed attempts", total(lost, "outputTokens"), "tokens"],
    ["time per output token, median", itlMs, "ms"],
    ["time to first token, median (a check only)", ttftMs, "ms"],
  ];
  return figures.flatMap(([name, value, unit]) =>
    value === null ? [] : [line(name, exactly(value), unit, THIS_RUN, null)],
  );
}

/** Place, building and grid. */
export function siteFactors({ names, pue, grid, market, wue, ewif }: Site): Factor[] {
  const quantities = [pue, grid, market, wue, ewif].filter((quantity): quantity is Quantity => quantity !== null);
  return [...names, ...quantities.map((quantity) => factorOf(quantity, null))];
}

/** What holds for all hardware; `host` and `idle` come from the caller, who may have dropped one. */
export function modelFactors(host: Quantity, idle: Quantity, scenarios: readonly Scenario[]): Factor[] {
  const modelled = scenarios.some(({ kind }) => kind === "calibrated");
  const constants = [
    PARAMETERS,
    LAYERS_TIMES_WIDTH,
    PREFILL_MFU,
    PREFILL_POWER,
    KV_POWER,
    CACHED_TOKEN,
    REFUSED_PREFILL,
  ];
  const quantities = modelled ? [...constants, host, idle, LIFETIME, UTILISATION] : [host, idle];
  return quantities.map((quantity) => factorOf(quantity, null));
}

/** What belongs to one hardware scenario. */
export function scenarioFactors(scenario: Scenario): Factor[] {
  if (scenario.kind === "supplied") return [factorOf(scenario.joulesPerToken, null)];
  const { shape, batch } = scenario;
  const at = (of: (shape: Shape, batch: number) => number): Range =>
    columns((column) => of(shape, batch.range[column]));
  const { id } = shape;
  return [
    ...batch.factors,
    line("batch size used", batch.range, "sequences", batchOrigin(scenario), id),
    line("energy per output token at that batch", at(decodeJoules), "J at the accelerators", INTERPOLATED, id),
    line("output tokens per second at that batch", at(decodeTokensPerS), "tok/s of the deployment", INTERPOLATED, id),
    line("peak operations", exactly(shape.peakFlops), "FLOP/s per accelerator", shape.chip, id),
    line("thermal design power", exactly(shape.tdpW), "W per accelerator", shape.chip, id),
    line("accelerators", exactly(shape.gpus), `of ${shape.gpusPerNode} per node`, shape.chip, id),
    line("reading keys and values", exactly(shape.kvReadS), "s per output and context token", shape.kvRead, id),
    line("embodied emissions of a node", shape.nodeEmbodiedKg, "kgCO2e", shape.embodied, id),
  ];
}

function batchOrigin({ batch }: ShapeScenario): Provenance {
  const [first] = batch.factors;
  if (batch.factors.length === 1) return first!;
  return { ...first!, source: "the lower of prior and ceiling", date: "this run", kind: "computed" };
}

function line(name: string, range: Range, unit: string, from: Provenance, hardware: string | null): Factor {
  const { source, licence, date, kind } = from;
  return factorOf({ name, unit, range, source, licence, date, kind }, hardware);
}
