/** Ascending copy; Infinity sorts last. */
export function ascending(values: readonly number[]): Float64Array {
  return Float64Array.from(values).sort();
}

/**
 * Position of the nearest-rank quantile in n sorted values, counted from 0: ceil(n·p − 1e-9) − 1. The 1e-9 keeps
 * products such as 100 × 0.95 from rounding up to the next rank.
 */
export function nearestRank(n: number, p: number): number {
  return Math.max(0, Math.ceil(n * p - 1e-9) - 1);
}

/**
 * Nearest-rank quantile of any number of values, however few; null of none. For gates and windows, not for publishing.
 */
export function quantileOf(values: readonly number[], p: number): number | null {
  return ascending(values)[nearestRank(values.length, p)] ?? null;
}
