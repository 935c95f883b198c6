import { hash53 } from "../../core/random.ts";
import type { CarbonEstimate, NotEstimable } from "./estimate.ts";
import { drawCarbon } from "./monte-carlo.ts";

/** How sure a draw has to be, shared and independent alike. */
const CERTAINTY = 0.95;

/** One row of a comparison. All rows of one call have to have the same scenario: the same prompts and asked lengths. */
export interface CarbonRow {
  readonly id: string;
  readonly estimate: CarbonEstimate | NotEstimable;
}

/** Which of two rows emits less per 1,000 output tokens, operation and embodied. */
export interface CarbonVerdict {
  readonly a: string;
  readonly b: string;
  /** The lower one; null when this cannot be said. */
  readonly lower: string | null;
  /** Share of draws in which A is lower. Null for a row that is never ranked. */
  readonly aLower: { readonly shared: number; readonly independent: number } | null;
  /** Why nothing is said; empty when something is. */
  readonly reason: string;
}

interface Drawn {
  readonly id: string;
  readonly refusal: string | null;
  readonly shared: Float64Array;
  readonly independent: Float64Array;
}

/**
 * Compares every pair. A is lower only if it is in at least 95 % of draws, both when what is unknown is the same for the
 * two (the same seed) and when it is not (a stream of each row's own): the truth lies between. Extrapolated rows, rows
 * without an estimate and rows without embodied emissions are never ranked. The market-based figure plays no part.
 */
export function rankCarbon(rows: readonly CarbonRow[], seed: number, draws: number): CarbonVerdict[] {
  const drawn = rows.map((row) => drawnRow(row, seed, draws));
  return drawn.flatMap((a, index) => drawn.slice(index + 1).map((b) => verdictOf(a, b)));
}

function drawnRow({ id, estimate }: CarbonRow, seed: number, draws: number): Drawn {
  const refusal = refusalOf(estimate);
  const none = new Float64Array(0);
  if (refusal !== null || estimate.kind !== "estimate") return { id, refusal, shared: none, independent: none };
  const perUnit = (stream: number): Float64Array =>
    drawCarbon(estimate, stream, draws).totalG.map((grams) => (grams / estimate.work.servedTokens) * 1000);
  return { id, refusal, shared: perUnit(seed), independent: perUnit(hash53(`${seed} ${id}`)) };
}

function refusalOf(estimate: CarbonEstimate | NotEstimable): string | null {
  if (estimate.kind === "not-estimable") return `not estimable: ${estimate.reason}`;
  if (estimate.work.servedTokens === 0) return "no answer completed";
  if (estimate.flags.includes("extrapolated")) return "extrapolated beyond the calibrated hardware, so never ranked";
  return estimate.flags.includes("embodied-unknown") ? "its embodied emissions are not known" : null;
}

function verdictOf(a: Drawn, b: Drawn): CarbonVerdict {
  const refused = [a, b].filter(({ refusal }) => refusal !== null).map(({ id, refusal }) => `${id}: ${refusal}`);
  if (refused.length > 0) return { a: a.id, b: b.id, lower: null, aLower: null, reason: refused.join("; ") };
  const aLower = { shared: shareBelow(a.shared, b.shared), independent: shareBelow(a.independent, b.independent) };
  const bLower = { shared: shareBelow(b.shared, a.shared), independent: shareBelow(b.independent, a.independent) };
  const sure = ({ shared, independent }: typeof aLower): boolean => Math.min(shared, independent) >= CERTAINTY;
  const lower = sure(aLower) ? a.id : sure(bLower) ? b.id : null;
  const reason =
    lower === null
      ? "not distinguishable: neither is lower in 95 % of draws, so nothing is said of which emits less"
      : "";
  return { a: a.id, b: b.id, lower, aLower, reason };
}

function shareBelow(a: Float64Array, b: Float64Array): number {
  return a.reduce((count, value, index) => count + (value < b[index]! ? 1 : 0), 0) / a.length;
}
