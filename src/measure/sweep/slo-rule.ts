import { binomialAtMost } from "../intervals.ts";

/** How sure a pass is, for one level by itself. */
export const CONFIDENCE = 0.99;

/** A level that needs more than this to be decided is not one that anybody measures. */
const REQUESTS_MAX = 10_000_000;

/**
 * Fewest requests with which a level passes although `misses` of them missed the objective. If a larger share than
 * 1 − percentile truly missed it, so few misses would come with a chance of at most 1 − confidence: the least n with
 * P(Bin(n, 1 − percentile) ≤ misses) ≤ 1 − confidence. That is the early-stopping rule of MLPerf LoadGen with tolerance 0
 * (mlcommons/inference, loadgen/early_stopping.cc): 459, 662 and 838 requests for none, 1 and 2 misses at p99, 44 for none
 * at p90. It takes requests for independent of each other.
 */
export function requestsToPass(misses: number, percentile: number): number {
  let low = misses + 1;
  let high = low;
  while (!passes(high, misses, percentile)) {
    low = high + 1;
    high *= 2;
    if (high > REQUESTS_MAX) throw new RangeError(`no level of ${REQUESTS_MAX} requests decides p${percentile * 100}`);
  }
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (passes(middle, misses, percentile)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Most requests of n that may miss in a level that passes; null when n is too few to pass at all. */
export function missesAllowed(n: number, percentile: number): number | null {
  if (!passes(n, 0, percentile)) return null;
  let low = 0;
  // A share of misses as large as the objective allows never passes.
  let high = Math.ceil(n * (1 - percentile));
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (passes(n, middle, percentile)) low = middle;
    else high = middle - 1;
  }
  return low;
}

function passes(n: number, misses: number, percentile: number): boolean {
  return n > misses && binomialAtMost(misses, n, 1 - percentile) <= 1 - CONFIDENCE;
}
