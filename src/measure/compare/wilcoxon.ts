import { errorFunction } from "simple-statistics";

/** Above this many differences the normal approximation is as good, and the exact count costs n³ steps. */
const EXACT_N_MAX = 100;

/** Result of a Wilcoxon signed-rank test. */
export interface SignedRank {
  /** Two-sided; 1 when every difference is 0. */
  readonly p: number;
  readonly method: "exact" | "normal approximation";
}

/**
 * Wilcoxon signed-rank test of paired differences (Wilcoxon 1945): are they symmetric around 0? Zeros are left out,
 * ties share their mean rank, and ±∞ is the largest difference of its sign, so failures count without a made-up figure.
 * Up to 100 differences exactly, over all 2ⁿ signs of the ranks at hand; above by the normal approximation with tie and
 * continuity correction.
 *
 * @param exactMax another limit than 100, for who tests very often
 */
export function signedRank(differences: readonly number[], exactMax: number = EXACT_N_MAX): SignedRank {
  const nonZero = differences.filter((difference) => difference !== 0);
  const doubled = doubledRanks(nonZero.map(Math.abs));
  const positive = doubled.reduce((sum, rank, i) => (nonZero[i]! > 0 ? sum + rank : sum), 0);
  const all = doubled.reduce((sum, rank) => sum + rank, 0);
  const least = Math.min(positive, all - positive);
  if (nonZero.length <= exactMax) return { p: exactP(doubled, least), method: "exact" };
  return { p: normalP(doubled, least), method: "normal approximation" };
}

/**
 * What the test adds up: each difference's rank by size, negative where it is; 0 for none. Twice the mid-ranks.
 */
export function signedRanks(differences: readonly number[]): readonly number[] {
  const doubled = doubledRanks(differences.map(Math.abs));
  const zeros = differences.filter((difference) => difference === 0).length;
  return differences.map((difference, i) => Math.sign(difference) * (difference === 0 ? 0 : doubled[i]! - 2 * zeros));
}

/** Twice the mid-ranks, which makes them whole numbers. */
export function doubledRanks(sizes: readonly number[]): number[] {
  const order = sizes.map((_, i) => i).sort((a, b) => (sizes[a] === sizes[b] ? 0 : sizes[a]! - sizes[b]!));
  const ranks = Array.from({ length: sizes.length }, () => 0);
  for (let start = 0; start < order.length;) {
    let end = start;
    while (end < order.length && sizes[order[end]!] === sizes[order[start]!]) end += 1;
    // Ranks start + 1 to end: twice their mean is start + end + 1.
    for (const i of order.slice(start, end)) ranks[i] = start + end + 1;
    start = end;
  }
  return ranks;
}

/** Two-sided probability of a rank sum as small as this on either side, each sign equally likely. */
function exactP(doubled: readonly number[], least: number): number {
  const all = doubled.reduce((sum, rank) => sum + rank, 0);
  const chance = new Float64Array(all + 1);
  chance[0] = 1;
  let reached = 0;
  for (const rank of doubled) {
    reached += rank;
    for (let sum = reached; sum >= 0; sum -= 1)
      chance[sum] = (chance[sum]! + (sum < rank ? 0 : chance[sum - rank]!)) / 2;
  }
  const tail = chance.subarray(0, least + 1).reduce((sum, part) => sum + part, 0);
  return Math.min(1, 2 * tail);
}

/** The sum of ranks with random signs has mean Σr / 2 and variance Σr² / 4, ties included. */
function normalP(doubled: readonly number[], least: number): number {
  const mean = doubled.reduce((sum, rank) => sum + rank / 2, 0) / 2;
  const deviation = Math.sqrt(doubled.reduce((sum, rank) => sum + (rank / 2) ** 2, 0)) / 2;
  const z = Math.max(0, mean - least / 2 - 0.5) / deviation;
  return 1 - errorFunction(z / Math.SQRT2);
}
