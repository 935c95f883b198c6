import { quantileOf } from "../quantile.ts";

/** Median of |X| of a normal X with standard deviation 1, inverted. */
const SIGMA_PER_MEDIAN = 1.4826;
const STEPS_MIN = 5;

/**
 * Standard deviation from one night to the next, as a share of the median: 1.4826 × median of |xᵢ − xᵢ₋₁| / √2. Successive
 * differences do not feel a level that changed (von Neumann, Ann. Math. Stat. 12, 1941), their median no single bad night.
 * Null under 5 steps between finite values, and where the median is 0.
 */
export function nightToNightNoise(values: readonly number[]): number | null {
  const finite = values.filter(Number.isFinite);
  const steps = finite.slice(1).map((value, i) => Math.abs(value - finite[i]!));
  const median = quantileOf(finite, 0.5);
  if (steps.length < STEPS_MIN || median === null || median === 0) return null;
  return (SIGMA_PER_MEDIAN * quantileOf(steps, 0.5)!) / Math.SQRT2 / Math.abs(median);
}
