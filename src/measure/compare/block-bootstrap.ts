import { cumulativeStdNormalProbability } from "simple-statistics";
import type { Random } from "../../core/random.ts";
import { nearestRank } from "../quantile.ts";
import { studentQuantile } from "./student.ts";

const DRAWS = 2000;
const OUTSIDE = 0.05;

/**
 * 95 % interval of the median of values that depend on each other within a block: whole blocks are drawn again (Künsch 1989;
 * Efron and Tibshirani 1993, ch. 8). Few blocks make a percentile interval too narrow, so its ends are taken as far out as
 * Student's t is beyond the normal, Φ(−√(n / (n − 1)) t) for n blocks (Hesterberg 2015, "What teachers should know about the
 * bootstrap", 5.3), and further where blocks depend on each other.
 *
 * @param blocks at least 2, none empty; ±∞ allowed
 * @param degrees of freedom of that t
 * @param wider standard error over that of independent blocks, at least 1
 */
export function medianInterval(
  blocks: readonly (readonly number[])[],
  degrees: number,
  wider: number,
  random: Random,
): { readonly low: number; readonly high: number } {
  const n = blocks.length;
  const out = cumulativeStdNormalProbability(-Math.sqrt(n / (n - 1)) * wider * studentQuantile(OUTSIDE, degrees));
  const medians = new Float64Array(DRAWS);
  const sorted = blocks
    .flatMap((values, block) => values.map((value) => ({ value, block })))
    .sort((a, b) => (a.value === b.value ? 0 : a.value - b.value));
  const times = new Uint32Array(n);
  for (let draw = 0; draw < DRAWS; draw += 1) {
    times.fill(0);
    for (let i = 0; i < n; i += 1) times[random.int(n)]! += 1;
    medians[draw] = medianOfDrawn(sorted, times);
  }
  medians.sort();
  return { low: medians[nearestRank(DRAWS, out)]!, high: medians[nearestRank(DRAWS, 1 - out)]! };
}

/** Walks up the sorted values, each as often as its block was drawn, to the middle. */
function medianOfDrawn(
  sorted: readonly { readonly value: number; readonly block: number }[],
  times: Uint32Array,
): number {
  const size = sorted.reduce((sum, { block }) => sum + times[block]!, 0);
  const middle = nearestRank(size, 0.5);
  let passed = 0;
  return sorted.find(({ block }) => (passed += times[block]!) > middle)!.value;
}
