import { isUnclustered, unitsOf, type Sides } from "./sides.ts";

/**
 * The smallest p that so many units and clusters can give without a belief in any distribution: of pairs that depend on nothing
 * that of all signs alike, 2 / 2ⁿ; else that of telling the clusters of A and of B apart, 2 / C(A + B, A), which is 1 with one each.
 */
export function leastP(sides: Sides): number {
  if (sides.isPaired && isUnclustered(sides)) return 2 ** (1 - unitsOf(sides));
  return ofClusters(sides.a.clusterCount, sides.b.clusterCount);
}

/** Fewest clusters of each side with which a p below this can be had; null when so many are there. */
export function clustersNeeded({ a, b }: Sides, p: number): number | null {
  if (ofClusters(a.clusterCount, b.clusterCount) < p) return null;
  let each = Math.min(a.clusterCount, b.clusterCount);
  while (ofClusters(each, each) >= p) each += 1;
  return each;
}

function ofClusters(a: number, b: number): number {
  const fewer = Math.min(a, b);
  const more = Math.max(a, b);
  let share = 1;
  for (let i = 1; i <= fewer && share > 0; i += 1) share *= i / (more + i);
  return Math.min(1, 2 * share);
}
