import { wilson } from "../intervals.ts";
import { estimateP, scoreDifference } from "./clustered.ts";
import { leastP } from "./least-p.ts";
import { mcNemar } from "./mcnemar.ts";
import { isUnclustered, type Side, type Sides } from "./sides.ts";
import { tOf, type TestResult } from "./test-result.ts";

/**
 * Do both sides say yes equally often? Of pairs McNemar's exact test, and where connections were shared that of the difference of
 * shares by connection too, whichever is more careful.
 *
 * @param a one 0 or 1 per value of side A, and alike for B
 */
export function yesNoTest(sides: Sides, a: ArrayLike<number>, b: ArrayLike<number>): TestResult {
  const estimate = scoreDifference(sides, a, b);
  const plain = sides.isPaired ? mcNemar(a, b) : { p: 0, least: 0 };
  const least = Math.max(plain.least, leastP(sides));
  // Nothing is left to estimate where each pair stands alone.
  const clustered = sides.isPaired && isUnclustered(sides) ? 0 : estimateP(estimate);
  const name = `${sides.isPaired ? "McNemar" : "shares"}${isUnclustered(sides) ? "" : ", by connection"}`;
  return { p: Math.max(plain.p, clustered, leastP(sides)), least, name, t: tOf(estimate) };
}

/**
 * 95 % interval of share B minus share A by Newcombe's square-and-add of two Wilson intervals (Newcombe 1998, "Interval
 * estimation for the difference between independent proportions", method 10), each over as many requests as tell as much as
 * the clustered ones (Kish's design effect). Pairing is left out, which widens it where both fail together.
 */
export function shareInterval(sides: Sides): { readonly low: number; readonly high: number } {
  const { error } = scoreDifference(sides, sides.a.values, sides.b.values);
  const a = meanValue(sides.a);
  const b = meanValue(sides.b);
  const plain = (a * (1 - a)) / sides.a.values.length + (b * (1 - b)) / sides.b.values.length;
  const effect = plain === 0 || isUnclustered(sides) ? 1 : Math.max(1, error ** 2 / plain);
  const ofA = wilson((a * sides.a.values.length) / effect, sides.a.values.length / effect)!;
  const ofB = wilson((b * sides.b.values.length) / effect, sides.b.values.length / effect)!;
  return {
    low: b - a - Math.hypot(b - ofB.low, ofA.high - a),
    high: b - a + Math.hypot(ofB.high - b, a - ofA.low),
  };
}

/** Of yes and no the share of yes. */
export function meanValue({ values }: Side): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
