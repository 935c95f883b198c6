import { estimateP, scoreDifference } from "./clustered.ts";
import { leastP } from "./least-p.ts";
import { isUnclustered, type Sides } from "./sides.ts";
import { tOf, type TestResult } from "./test-result.ts";
import { doubledRanks, signedRank, signedRanks } from "./wilcoxon.ts";

/**
 * Is one side lower than the other? Of pairs Wilcoxon's signed rank, its ranks summed by connection (Rosner, Glynn and Lee
 * 2006, "The Wilcoxon signed rank test for paired comparisons of clustered data"), in two ways; of two samples the ranks of all
 * values together, likewise. Never a smaller p than without clusters, nor than so few clusters can give.
 */
export function rankTest(sides: Sides): TestResult {
  return sides.isPaired ? ofPairs(sides) : ofSamples(sides);
}

function ofPairs(sides: Sides): TestResult {
  const differences = sides.a.values.map((a, i) => minus(sides.b.values[i]!, a));
  const plain = signedRank(differences);
  const ranks = signedRanks(differences);
  const estimate = scoreDifference(sides, new Float64Array(ranks.length), ranks);
  const least = Math.max(leastP(sides), 2 ** (1 - ranks.filter((rank) => rank !== 0).length));
  const t = tOf(estimate);
  if (isUnclustered(sides)) return { p: plain.p, least, name: `Wilcoxon signed rank, ${plain.method}`, t };
  const p = Math.max(plain.p, estimateP(estimate), leastP(sides));
  return { p, least, name: "Wilcoxon signed rank, by connection", t };
}

function ofSamples(sides: Sides): TestResult {
  const { a, b } = sides;
  const ranks = doubledRanks([...a.values, ...b.values]);
  const estimate = scoreDifference(sides, ranks.slice(0, a.values.length), ranks.slice(a.values.length));
  const least = leastP(sides);
  const name = `Wilcoxon rank sum${isUnclustered(sides) ? "" : ", by connection"}`;
  return { p: Math.max(estimateP(estimate), least), least, name, t: tOf(estimate) };
}

/** Subtraction where two infinities are equal. */
export function minus(x: number, y: number): number {
  return x === y ? 0 : x - y;
}

/** How often A is below B, ties shared: the effect size of a rank test. */
export function chanceBelow({ a, b, isPaired }: Sides): number {
  if (isPaired) {
    const signs = a.values.map((value, i) => Math.sign(minus(b.values[i]!, value)));
    return signs.reduce((sum, sign) => sum + sign / 2 + 0.5, 0) / signs.length;
  }
  // Mann and Whitney's U from the ranks of B among all.
  const ranks = doubledRanks([...a.values, ...b.values]).slice(a.values.length);
  const [m, n] = [a.values.length, b.values.length];
  return (ranks.reduce((sum, rank) => sum + rank / 2, 0) - (n * (n + 1)) / 2) / (m * n);
}
