/** Two-sided 95 %: what each tail may hold. */
const TAIL = 0.025;

/** Standard normal quantile at 0.975. */
const Z = 1.959963984540054;

/** Weights this far below the mode's are below any double's resolution of the sum. */
const WEIGHT_MIN = 1e-40;

/**
 * Fewest requests at which quantile p has an interval: the least n with p^n ≤ 0.025. 6 for p50, 36, 72, 368 for p90,
 * p95, p99.
 */
export function requestsNeeded(p: number): number {
  return Math.ceil(Math.log(TAIL) / Math.log(p) - 1e-9);
}

/**
 * Ranks of the 95 % equal-tailed order-statistic interval of quantile p, counted from 0 in n sorted values: with B ~
 * Bin(n, p), the highest low rank with P(B < rank) ≤ 0.025 and the lowest high one with P(B ≥ rank) ≤ 0.025 (ranks from
 * 1; David & Nagaraja, Order Statistics, 7.1). Coverage is at least 95 % for independent values of any distribution.
 * Null when no such rank exists: p^n > 0.025 at the top, (1 − p)^n > 0.025 at the bottom.
 */
export function quantileRanks(n: number, p: number): { readonly low: number; readonly high: number } | null {
  if (n < requestsNeeded(p) || n < requestsNeeded(1 - p)) return null;
  const { first, weights } = binomialWeights(n, p);
  const total = sum(weights);
  let high = first + weights.length;
  let above = 0;
  for (const weight of weights.toReversed()) {
    above += weight;
    if (above > TAIL * total) break;
    high -= 1;
  }
  return { low: quantileLowRank(n, p), high: high - 1 };
}

/**
 * Rank, counted from 0, of the value that quantile p is shown to reach: the low end of {@link quantileRanks}, which exists
 * at the top for any n. For p99 it is the largest of 1 or 2 values, the third largest of 40, the fifth largest of 120.
 */
export function quantileLowRank(n: number, p: number): number {
  const { first, weights } = binomialWeights(n, p);
  const total = sum(weights);
  let low = first;
  let below = 0;
  for (const weight of weights) {
    below += weight;
    if (below > TAIL * total) break;
    low += 1;
  }
  return Math.max(0, low - 1);
}

/** P(Bin(n, p) ≤ k): exact to rounding. */
export function binomialAtMost(k: number, n: number, p: number): number {
  const { first, weights } = binomialWeights(n, p);
  const below = weights.slice(0, Math.max(0, k - first + 1));
  return sum(below) / sum(weights);
}

function sum(weights: readonly number[]): number {
  return weights.reduce((total, weight) => total + weight, 0);
}

/**
 * Probabilities of Bin(n, p) up to a common factor, from value `first` on, by recurrence outward from the mode: exact
 * to rounding, and free of the underflow that a start at 0 meets from n of some thousands. About 27 √(np(1 − p))
 * weights.
 */
function binomialWeights(n: number, p: number): { first: number; weights: number[] } {
  const mode = Math.min(n, Math.floor((n + 1) * p));
  const odds = p / (1 - p);
  const down: number[] = [];
  for (let k = mode, weight = 1; k > 0; k -= 1) {
    weight *= k / ((n - k + 1) * odds);
    if (weight < WEIGHT_MIN) break;
    down.push(weight);
  }
  const up: number[] = [1];
  for (let k = mode, weight = 1; k < n; k += 1) {
    weight *= ((n - k) * odds) / (k + 1);
    if (weight < WEIGHT_MIN) break;
    up.push(weight);
  }
  return { first: mode - down.length, weights: [...down.reverse(), ...up] };
}

/**
 * 95 % Wilson score interval of a share (Wilson 1927): sound at 0 and at 1, where the plain normal one has no width.
 */
export function wilson(successes: number, n: number): { readonly low: number; readonly high: number } | null {
  if (n === 0) return null;
  const share = successes / n;
  const centre = share + (Z * Z) / (2 * n);
  const half = Z * Math.sqrt((share * (1 - share)) / n + (Z * Z) / (4 * n * n));
  const scale = 1 + (Z * Z) / n;
  // At the ends the exact bound is 0 or 1; rounding must not leave a crumb beyond it.
  return {
    low: successes === 0 ? 0 : (centre - half) / scale,
    high: successes === n ? 1 : (centre + half) / scale,
  };
}
