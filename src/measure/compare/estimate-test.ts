import { estimateP, type Estimate } from "./clustered.ts";
import { leastP } from "./least-p.ts";
import { isUnclustered, type Sides } from "./sides.ts";
import { studentQuantile } from "./student.ts";
import { tOf, type TestResult } from "./test-result.ts";

const OUTSIDE = 0.05;

/** Student's t of a mean difference, with its 95 % interval; of pairs or of two samples, by connection where those were shared. */
export function estimateTest(
  sides: Sides,
  estimate: Estimate,
): { readonly test: TestResult; readonly low: number; readonly high: number } {
  // Where nothing differs at all, nothing could have been shown.
  const least = estimate.error === 0 && estimate.mean === 0 ? 1 : leastP(sides);
  const name = `Student's t${isUnclustered(sides) ? "" : ", by connection"}`;
  const far = studentQuantile(OUTSIDE, estimate.degrees);
  const half = far === Infinity ? far : estimate.error * far;
  return {
    test: { p: Math.max(estimateP(estimate), least), least, name, t: tOf(estimate) },
    low: estimate.mean - half,
    high: estimate.mean + half,
  };
}
