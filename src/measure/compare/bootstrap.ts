import type { Random } from "../../core/random.ts";
import { nearestRank, quantileOf } from "../quantile.ts";

const DRAWS = 2000;

/** One prompt answered by two targets; +∞ for a failure, never both. */
export interface Pair {
  readonly a: number;
  readonly b: number;
}

/** Median of b minus median of a; ±∞ when one median is. Null of no pairs. */
export function medianDifference(pairs: readonly Pair[]): number | null {
  const a = quantileOf(
    pairs.map((pair) => pair.a),
    0.5,
  );
  const b = quantileOf(
    pairs.map((pair) => pair.b),
    0.5,
  );
  return a === null || b === null ? null : minus(b, a);
}

/**
 * 95 % percentile interval of the difference of medians from 2,000 resamples of whole pairs (Efron & Tibshirani 1993,
 * ch. 13). At least one pair. Each draw counts how often a pair came and walks the two sorted orders to the middle, so
 * that n pairs cost n steps.
 */
export function differenceInterval(
  pairs: readonly Pair[],
  random: Random,
): { readonly low: number; readonly high: number } {
  const n = pairs.length;
  const orderA = orderOf(pairs.map(({ a }) => a));
  const orderB = orderOf(pairs.map(({ b }) => b));
  const middle = nearestRank(n, 0.5);
  const times = new Uint32Array(n);
  const differences = new Float64Array(DRAWS);
  const median = (order: readonly number[]): number => {
    let passed = 0;
    return order.find((index) => (passed += times[index]!) > middle)!;
  };
  for (let draw = 0; draw < DRAWS; draw += 1) {
    times.fill(0);
    for (let i = 0; i < n; i += 1) times[random.int(n)]! += 1;
    differences[draw] = minus(pairs[median(orderB)]!.b, pairs[median(orderA)]!.a);
  }
  differences.sort();
  return { low: differences[nearestRank(DRAWS, 0.025)]!, high: differences[nearestRank(DRAWS, 0.975)]! };
}

function orderOf(values: readonly number[]): number[] {
  return values.map((_, i) => i).sort((a, b) => minus(values[a]!, values[b]!));
}

/** Subtraction where two infinities are equal. */
function minus(x: number, y: number): number {
  return x === y ? 0 : x - y;
}
