import { probit } from "simple-statistics";
import type { Random } from "../../core/random.ts";
import { quantileOf } from "../quantile.ts";
import { PAIRS_MIN } from "./questions.ts";
import { signedRank } from "./wilcoxon.ts";

/** How often a true difference shall be shown. */
export const POWER = 0.8;

const SIMULATIONS = 300;
/** Above it the formula is as good as simulation, and quicker. */
const SIMULATED_PAIRS_MAX = 1000;
/** A difference that needs more is not one that anybody will show. */
const PAIRS_MAX = 1_000_000;
/** Up to here the exact test is quick enough to be made some thousand times. */
const EXACT_PAIRS_MAX = 25;
const STEP = 1.15;

/** One prompt answered by two targets; +∞ for a failure, never both. */
export interface Pair {
  readonly a: number;
  readonly b: number;
}

/** How many pairs it takes to show a difference. */
export interface PairsNeeded {
  /** Null: more than 1,000,000. */
  readonly pairs: number | null;
  readonly method: "simulated" | "by formula";
}

/**
 * Fewest pairs with which the signed-rank test of the verdicts shows a shift in 80 % of cases. The spread is that of a past
 * run: how far its differences lie from their median, to either side alike, so that the test's own assumption holds; drawn
 * again and shifted. Noether (1987, Sample Size Determination for Some Common Nonparametric Tests, JASA 82) says about where:
 * n = (z(1 − α/2) + z(0.8))² / (3 (p' − ½)²), with p' the chance that two shifted differences have a positive sum. From there
 * on 300 simulated runs for each n decide; above 1,000 pairs the formula stands alone.
 *
 * @param pairs of a past run, at least 6; a failure is +∞ and stays one
 * @param shift in the unit of the values, above 0
 * @param alpha of this one test, after any correction for others
 */
export function pairsNeeded(pairs: readonly Pair[], shift: number, alpha: number, draws: Random): PairsNeeded {
  const shifted = spreadOf(pairs).map((distance) => distance + shift);
  const byFormula = noether(shifted, alpha);
  if (byFormula > SIMULATED_PAIRS_MAX) {
    return { pairs: byFormula > PAIRS_MAX ? null : byFormula, method: "by formula" };
  }
  const hasPower = (n: number): boolean => powerOf(shifted, n, alpha, draws) >= POWER;
  return { pairs: leastWith(hasPower, Math.max(PAIRS_MIN, byFormula)), method: "simulated" };
}

/** Distances of the differences from their median, each once with either sign. */
export function spreadOf(pairs: readonly Pair[]): readonly number[] {
  const differences = pairs.map(({ a, b }) => b - a);
  const median = quantileOf(differences, 0.5) ?? 0;
  // A median of a failure is no point to measure from.
  const centre = Number.isFinite(median) ? median : 0;
  return differences.flatMap((difference) => [difference - centre, centre - difference]);
}

/** The share of simulated runs of n pairs that show the shift. */
export function powerOf(shifted: readonly number[], n: number, alpha: number, draws: Random): number {
  let shown = 0;
  for (let i = 0; i < SIMULATIONS; i += 1) {
    const drawn = Array.from({ length: n }, () => shifted[draws.int(shifted.length)]!);
    if (signedRank(drawn, EXACT_PAIRS_MAX).p < alpha) shown += 1;
  }
  return shown / SIMULATIONS;
}

function noether(shifted: readonly number[], alpha: number): number {
  const beyondHalf = positiveSums(shifted) - 0.5;
  if (beyondHalf <= 0) return Infinity;
  return Math.ceil((probit(1 - alpha / 2) + probit(POWER)) ** 2 / (3 * beyondHalf ** 2));
}

/** Share of all pairs of values, each also with itself, whose sum is positive; a sum of 0 counts half, as ∞ − ∞ does. */
function positiveSums(values: readonly number[]): number {
  const sorted = values.map((value) => Math.max(-FAR, Math.min(FAR, value))).sort((a, b) => a - b);
  const above = countSums(sorted, (sum) => sum > 0);
  const atLeast = countSums(sorted, (sum) => sum >= 0);
  return (above + atLeast) / 2 / sorted.length ** 2;
}

/** So far away that no shift shows. */
const FAR = Number.MAX_VALUE / 4;

/** @param sorted ascending, so that the partners of the next value begin no later */
function countSums(sorted: readonly number[], isCounted: (sum: number) => boolean): number {
  let from = sorted.length;
  return sorted.reduce((count, value) => {
    while (from > 0 && isCounted(value + sorted[from - 1]!)) from -= 1;
    return count + sorted.length - from;
  }, 0);
}

/** Up or down from a start in steps of 15 % until power is just reached, then halving what is between. */
function leastWith(hasPower: (n: number) => boolean, start: number): number {
  let high = start;
  let low = PAIRS_MIN - 1;
  if (hasPower(high)) {
    for (let n = Math.floor(high / STEP); n > low; n = Math.floor(n / STEP)) {
      if (hasPower(n)) high = n;
      else low = n;
    }
  } else {
    do {
      low = high;
      high = Math.ceil(high * STEP);
    } while (high < PAIRS_MAX && !hasPower(high));
  }
  while (high - low > Math.max(1, low / 50)) {
    const middle = Math.floor((low + high) / 2);
    if (hasPower(middle)) high = middle;
    else low = middle;
  }
  return high;
}
