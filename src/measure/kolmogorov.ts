/** A distribution by its cumulative function; `below` is the limit from the left, which differs at a jump alone. */
export interface Distribution {
  readonly upTo: (x: number) => number;
  readonly below: (x: number) => number;
}

/**
 * How far the empirical distribution of values is from the one asked for (Kolmogorov's D), where each value is only known to lie
 * in an interval: what any value inside could explain is no distance. With intervals of no width, D itself.
 *
 * @param low,high ends of the intervals, each list ascending
 */
export function kolmogorovDistance(low: Float64Array, high: Float64Array, asked: Distribution): number {
  const n = low.length;
  let distance = 0;
  for (let i = 0; i < n; i += 1) {
    distance = Math.max(distance, (i + 1) / n - asked.upTo(high[i]!), asked.below(low[i]!) - i / n);
  }
  return distance;
}

/** Terms fall as e^(−2 j² t²): twenty are enough from where the sum differs from 1. */
const TERMS = 20;

/**
 * Probability of a distance this large or larger among n values of the distribution itself: Kolmogorov's limit with Stephens'
 * correction for small n (M. A. Stephens 1970, JRSS B 32, 115-122), good to a few per mille from n = 8.
 */
export function kolmogorovP(distance: number, n: number): number {
  const root = Math.sqrt(n);
  const t = (root + 0.12 + 0.11 / root) * distance;
  if (t < 0.3) return 1;
  let sum = 0;
  for (let j = 1; j <= TERMS; j += 1) sum += (j % 2 === 1 ? 2 : -2) * Math.exp(-2 * (j * t) ** 2);
  return Math.min(1, Math.max(0, sum));
}

/** The distribution that gives each of these values the same weight; values ascending. */
export function empirical(sorted: Float64Array): Distribution {
  const share = (count: number): number => count / sorted.length;
  return {
    upTo: (x) => share(countWhere(sorted, (v) => v <= x)),
    below: (x) => share(countWhere(sorted, (v) => v < x)),
  };
}

/** How many from the front of an ascending list hold, by bisection. */
function countWhere(sorted: Float64Array, holds: (value: number) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(sorted[middle]!)) low = middle + 1;
    else high = middle;
  }
  return low;
}
