import { ascending, nearestRank } from "../quantile.ts";
import { minus } from "./rank-test.ts";
import { yesNoTest } from "./shares.ts";
import { isUnclustered, type Side, type Sides } from "./sides.ts";
import type { TestResult } from "./test-result.ts";

/** What the interval leaves out, both ends together. */
const OUTSIDE = 0.05;
/** Values are whole numbers, and so are their differences: closer than this an end is known. */
const RESOLUTION = 0.5;

/** Quantile of B minus that of A, with its 95 % interval; ±∞ where failures stand or n is too small for an end. */
export interface QuantileDifference {
  readonly valueA: number;
  readonly valueB: number;
  readonly difference: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Is the p-quantile of the two sides the same? As many values of either side then lie above that of both together (Mood 1950;
 * of pairs McNemar 1947), counted by connection. Never a smaller p than without clusters, nor than so few clusters can give.
 */
export function quantileTest(sides: Sides, p: number): TestResult {
  return testAt(sides, sorted(sides), p, 0);
}

/**
 * The interval holds every shift of B that {@link quantileTest} does not reject at 5 %; its ends are differences of two order
 * statistics. Each end is found by halving, outward from the difference itself.
 *
 * @param sides of whole numbers
 */
export function quantileDifference(sides: Sides, p: number): QuantileDifference {
  const order = sorted(sides);
  const valueA = order.a[nearestRank(order.a.length, p)]!;
  const valueB = order.b[nearestRank(order.b.length, p)]!;
  const difference = minus(valueB, valueA);
  const reach = reachOf(order);
  if (reach === null) return { valueA, valueB, difference, low: -Infinity, high: Infinity };
  const centre = Math.max(-reach, Math.min(reach, difference));
  const isKept = (shift: number): boolean => testAt(sides, order, p, shift).p >= OUTSIDE;
  return {
    valueA,
    valueB,
    difference,
    low: difference === -Infinity ? difference : endOf(-reach, centre, isKept),
    high: difference === Infinity ? difference : endOf(reach, centre, isKept),
  };
}

interface Order {
  readonly a: Float64Array;
  readonly b: Float64Array;
}

function sorted({ a, b }: Sides): Order {
  return { a: ascending(a.values), b: ascending(b.values) };
}

/** Shifted by as much, one side lies beyond the other; null when all is infinite. */
function reachOf({ a, b }: Order): number | null {
  const greatest = [a, b].map((values) => values.findLast((value) => Number.isFinite(value)) ?? -Infinity);
  const least = Math.min(a[0]!, b[0]!);
  return Number.isFinite(least) ? Math.max(...greatest) - least + 1 : null;
}

/** The last shift between the centre and the far end that is kept; ±∞ when even the far one is. */
function endOf(far: number, centre: number, isKept: (shift: number) => boolean): number {
  if (isKept(far)) return far < 0 ? -Infinity : Infinity;
  let kept = centre;
  let lost = far;
  while (Math.abs(kept - lost) > RESOLUTION) {
    const middle = (kept + lost) / 2;
    if (isKept(middle)) kept = middle;
    else lost = middle;
  }
  return kept;
}

function testAt(sides: Sides, order: Order, p: number, shift: number): TestResult {
  const limit = commonQuantile(order, p, shift);
  return { ...yesNoTest(sides, aboveOf(sides.a, 0, limit), aboveOf(sides.b, shift, limit)), name: nameOf(sides) };
}

/** 1 above the limit. What is equal to it is half above, or a tail of equal values, such as failures, would be nowhere. */
function aboveOf({ values }: Side, shift: number, limit: number): Float64Array {
  const above = new Float64Array(values.length);
  // A plain loop: it runs some forty times for each verdict.
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i]! - shift;
    above[i] = value > limit ? 1 : value === limit ? 0.5 : 0;
  }
  return above;
}

function nameOf(sides: Sides): string {
  const what = `${sides.isPaired ? "McNemar" : "share"} above the common quantile`;
  return isUnclustered(sides) ? what : `${what}, by connection`;
}

/** Nearest rank among the values of A and the shifted ones of B together, by merging from below. */
function commonQuantile({ a, b }: Order, p: number, shift: number): number {
  const rank = nearestRank(a.length + b.length, p);
  let i = 0;
  let j = 0;
  let value = -Infinity;
  while (i + j <= rank) value = j >= b.length || (i < a.length && a[i]! <= b[j]! - shift) ? a[i++]! : b[j++]! - shift;
  return value;
}
