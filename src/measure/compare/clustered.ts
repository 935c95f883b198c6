import type { Side, Sides } from "./sides.ts";
import { studentP } from "./student.ts";

/** A mean difference with a standard error that knows of clusters. */
export interface Estimate {
  /** Mean score of B minus that of A. */
  readonly mean: number;
  readonly error: number;
  /** Degrees of freedom of its t; 0 when there is but one cluster. */
  readonly degrees: number;
}

/**
 * Difference of mean scores, when scores of one connection may depend on each other.
 *
 * Paired: the standard error of the mean of b − a under clusters in two ways, by the connections of A and by those of B
 * (Cameron, Gelbach and Miller 2011, "Robust inference with multiway clustering"): V = V(A) + V(B) − V(both), never less than
 * V(both); t with one degree less than the fewer clusters. What both share, such as a busy minute, is gone from b − a.
 * Two samples: V = V(A) + V(B), degrees of freedom by Welch.
 * Clusters of unequal size count as fewer (Kish 1965: (Σm)² / Σm²).
 *
 * @param scoresA one per value of side A, finite, and alike for B
 */
export function scoreDifference(sides: Sides, scoresA: ArrayLike<number>, scoresB: ArrayLike<number>): Estimate {
  return sides.isPaired ? ofPairs(sides, scoresA, scoresB) : ofSamples(sides, scoresA, scoresB);
}

/** Two-sided p of an estimate against no difference. */
export function estimateP({ mean, error, degrees }: Estimate): number {
  if (mean === 0) return 1;
  return error === 0 ? 0 : studentP(mean / error, degrees);
}

function ofPairs({ a, b, cells, cellCount }: Sides, scoresA: ArrayLike<number>, scoresB: ArrayLike<number>): Estimate {
  const n = a.values.length;
  const scores = new Float64Array(n);
  for (let i = 0; i < n; i += 1) scores[i] = scoresB[i]! - scoresA[i]!;
  const mean = scores.reduce((sum, score) => sum + score, 0) / n;
  const within = (clusters: readonly number[], count: number): number => squaredSums(scores, mean, clusters, count);
  const both = within(cells, cellCount);
  const variance = within(a.clusters, a.clusterCount) + within(b.clusters, b.clusterCount) - both;
  return {
    mean,
    error: Math.sqrt(Math.max(variance, both)) / n,
    degrees: Math.min(effectiveClusters(a), effectiveClusters(b)) - 1,
  };
}

function ofSamples({ a, b }: Sides, scoresA: ArrayLike<number>, scoresB: ArrayLike<number>): Estimate {
  const ofA = meanOf(a, scoresA);
  const ofB = meanOf(b, scoresB);
  const variance = ofA.variance + ofB.variance;
  const spent = ofA.variance ** 2 / ofA.degrees + ofB.variance ** 2 / ofB.degrees;
  const degrees = Math.min(ofA.degrees, ofB.degrees) <= 0 ? 0 : spent > 0 ? variance ** 2 / spent : ofA.degrees;
  return { mean: ofB.mean - ofA.mean, error: Math.sqrt(variance), degrees };
}

function meanOf(
  { clusters, clusterCount, values }: Side,
  scores: ArrayLike<number>,
): { readonly mean: number; readonly variance: number; readonly degrees: number } {
  const n = values.length;
  const all = Float64Array.from(scores);
  const mean = all.reduce((sum, score) => sum + score, 0) / n;
  const degrees = effectiveClusters({ clusters, clusterCount, values }) - 1;
  return { mean, variance: squaredSums(all, mean, clusters, clusterCount) / n ** 2, degrees };
}

/** Σ over clusters of (Σ within of what is above the mean)², times G / (G − 1) for G clusters. */
function squaredSums(scores: Float64Array, mean: number, clusters: readonly number[], count: number): number {
  if (count < 2) return 0;
  const sums = new Float64Array(count);
  for (let i = 0; i < scores.length; i += 1) sums[clusters[i]!]! += scores[i]! - mean;
  return (sums.reduce((total, sum) => total + sum * sum, 0) * count) / (count - 1);
}

/** As many clusters of equal size as tell as much. */
function effectiveClusters({ clusters, clusterCount }: Side): number {
  const sizes = new Float64Array(clusterCount);
  for (const cluster of clusters) sizes[cluster]! += 1;
  const squares = sizes.reduce((sum, size) => sum + size * size, 0);
  return clusters.length ** 2 / squares;
}
