import { BATCH_FALLBACK, BATCH_PRIOR, SOFTWARE_SPEED } from "./data/constants.ts";
import type { Shape } from "./data/shapes.ts";
import type { Factor, Quantity } from "./factor.ts";
import { factorOf } from "./factor.ts";
import type { CarbonFlag } from "./flags.ts";
import { logInterpolate, runningMaximum } from "./log-interpolate.ts";
import { columns, type Range } from "./range.ts";

/** How a time per output token lies to those of the calibration. */
export type CeilingPlace = "calibrated" | "faster-than-calibrated" | "slower-than-calibrated";

/**
 * Largest batch at which this hardware still answers with the given median time per output token in ms: the running
 * maximum of the measured medians over batch, read backwards in log-log space, clamped to the calibrated batches. Speed
 * bounds the batch from above and says no more: an idle server is fast too.
 */
export function batchCeiling(shape: Shape, itlMs: number): { readonly batch: number; readonly place: CeilingPlace } {
  const latencies = runningMaximum(shape.decode.itlMsP50);
  const batch = logInterpolate(latencies, shape.decode.batch, itlMs);
  if (itlMs < latencies[0]!) return { batch, place: "faster-than-calibrated" };
  return { batch, place: itlMs > latencies[latencies.length - 1]! ? "slower-than-calibrated" : "calibrated" };
}

/** Sequences that share the server: `low` is the largest batch, at the lowest energy per token. */
export interface Batch {
  readonly range: Range;
  /** What the latency allows; null when no answer shows one. */
  readonly ceiling: Range | null;
  readonly flags: readonly CarbonFlag[];
  readonly factors: readonly Factor[];
}

/**
 * Batch per column: the prior, or the ceiling where that is lower. A server more than twice as fast as the fastest
 * calibrated point is another machine or another software: the ceiling says nothing there, a wide guess stands in its
 * place, and the row is `extrapolated`. A batch that the operator states wins over both.
 */
export function batchOf(shape: Shape, itlMs: number | null, stated: Quantity | null): Batch {
  if (stated !== null) return statedBatch(shape, itlMs, stated);
  if (itlMs === null) {
    const factors = [factorOf(BATCH_PRIOR, null)];
    return { range: BATCH_PRIOR.range, ceiling: null, flags: ["tpot-unavailable"], factors };
  }
  const ceiling = ceilingOf(shape, itlMs);
  if (SOFTWARE_SPEED.range.low * itlMs < shape.decode.itlMsP50[0]!) {
    const factors = [factorOf(BATCH_FALLBACK, null)];
    return { range: BATCH_FALLBACK.range, ceiling, flags: ["extrapolated"], factors };
  }
  const { place } = batchCeiling(shape, itlMs * SOFTWARE_SPEED.range.central);
  const range = columns((column) => Math.min(BATCH_PRIOR.range[column], ceiling[column]));
  return {
    range,
    ceiling,
    flags: place === "calibrated" ? [] : [place],
    factors: [
      factorOf(BATCH_PRIOR, null),
      factorOf(SOFTWARE_SPEED, null),
      factorOf(ceilingQuantity(shape, ceiling), shape.id),
    ],
  };
}

function ceilingOf(shape: Shape, itlMs: number): Range {
  return columns((column) => batchCeiling(shape, itlMs * SOFTWARE_SPEED.range[column]).batch);
}

function ceilingQuantity(shape: Shape, range: Range): Quantity {
  return {
    name: "batch ceiling from the time per output token",
    unit: "sequences",
    range,
    source: `median latency of this run, times the tolerance, read backwards in ML.ENERGY's table for ${shape.title}`,
    licence: "not found; facts quoted with credit",
    date: "this run",
    kind: "computed",
  };
}

function statedBatch(shape: Shape, itlMs: number | null, stated: Quantity): Batch {
  const ceiling = itlMs === null ? null : ceilingOf(shape, itlMs);
  const above = ceiling !== null && stated.range.central > ceiling.low;
  return {
    range: stated.range,
    ceiling,
    flags: above ? ["batch-above-ceiling"] : [],
    factors: [factorOf(stated, null)],
  };
}
