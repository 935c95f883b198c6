import {
  type AcceleratorJoules,
  acceleratorJoules,
  deploymentSeconds,
  prefillFloorS,
  unexplainedPrefill,
} from "./accelerator-energy.ts";
import { type Batch, batchOf } from "./batch.ts";
import { columnConditions } from "./conditions.ts";
import type { Shape } from "./data/shapes.ts";
import { embodiedRate } from "./embodied.ts";
import type { Quantity } from "./factor.ts";
import type { CarbonFlag } from "./flags.ts";
import { type Footprint, footprintOf, type Multipliers } from "./footprint.ts";
import { columns, type Range } from "./range.ts";
import type { Work } from "./work.ts";

/** The estimate if one calibrated deployment stands behind the target. */
export interface ShapeScenario {
  readonly kind: "calibrated";
  readonly shape: Shape;
  readonly weight: number;
  readonly batch: Batch;
  /** At the accelerators, in joules. */
  readonly acceleratorJ: Range;
  readonly parts: { readonly [part in keyof AcceleratorJoules]: Range };
  /** Seconds for which the work holds the deployment. */
  readonly heldS: Range;
  /** gCO2e per held second. */
  readonly embodiedRate: Range;
  /** Least seconds in which this hardware reads the mean prompt, and the share that the first token leaves unexplained. */
  readonly prefill: { readonly floorS: number; readonly unexplained: number } | null;
  readonly footprint: Footprint;
  readonly flags: readonly CarbonFlag[];
}

/** The estimate from measured joules per output token that a user supplied. */
export interface JoulesScenario {
  readonly kind: "supplied";
  readonly weight: 1;
  readonly joulesPerToken: Quantity;
  readonly acceleratorJ: Range;
  readonly footprint: Footprint;
  readonly flags: readonly CarbonFlag[];
}

export type Scenario = ShapeScenario | JoulesScenario;

/** Energy and footprint of a workload on one deployment. */
export function shapeScenario(
  shape: Shape,
  weight: number,
  { sums, meanRead, itlMs, ttftMs }: Work,
  by: Multipliers,
  statedBatch: Quantity | null,
): ShapeScenario {
  const batch = batchOf(shape, itlMs, statedBatch);
  const joules = columns((column) => acceleratorJoules(shape, sums, columnConditions(batch.range, column)));
  const part = (name: keyof AcceleratorJoules): Range => columns((column) => joules[column][name]);
  const parts = { prefill: part("prefill"), decode: part("decode"), kvRead: part("kvRead") };
  const acceleratorJ = columns((column) => parts.prefill[column] + parts.decode[column] + parts.kvRead[column]);
  const heldS = columns((column) => deploymentSeconds(shape, sums, columnConditions(batch.range, column)));
  const rate = embodiedRate(shape);
  const prefill = prefillCheck(shape, meanRead, ttftMs);
  return {
    kind: "calibrated",
    shape,
    weight,
    batch,
    acceleratorJ,
    parts,
    heldS,
    embodiedRate: rate,
    prefill,
    footprint: footprintOf(
      acceleratorJ,
      by,
      columns((column) => heldS[column] * rate[column]),
    ),
    flags: prefill !== null && prefill.unexplained > 0 ? [...batch.flags, "prefill-not-explained"] : batch.flags,
  };
}

/** Footprint from joules per output token: prompts are inside the measurement, so tokens of output are all that counts. */
export function joulesScenario(joulesPerToken: Quantity, { sums }: Work, by: Multipliers): JoulesScenario {
  const acceleratorJ = columns((column) => sums.outputTokens * joulesPerToken.range[column]);
  return {
    kind: "supplied",
    weight: 1,
    joulesPerToken,
    acceleratorJ,
    footprint: footprintOf(acceleratorJ, by, null),
    flags: ["embodied-unknown"],
  };
}

/** Median time to first token against the floor of the mean prompt; null without either. */
function prefillCheck(shape: Shape, read: Work["meanRead"], ttftMs: number | null): ShapeScenario["prefill"] {
  if (ttftMs === null || read === null) return null;
  const floorS = prefillFloorS(shape, read.inputTokens, read.cachedTokens);
  return { floorS, unexplained: unexplainedPrefill(floorS, ttftMs / 1000) };
}
