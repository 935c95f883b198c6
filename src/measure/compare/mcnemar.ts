import { binomialAtMost } from "../intervals.ts";

/**
 * McNemar's exact test (1947) of pairs of yes and no: of those whose ends differ, do as many say yes on either side? Two-sided,
 * with the smallest p that so many could give.
 */
export function mcNemar(a: ArrayLike<number>, b: ArrayLike<number>): { readonly p: number; readonly least: number } {
  let onlyA = 0;
  let onlyB = 0;
  for (let i = 0; i < a.length; i += 1) {
    if (a[i]! > b[i]!) onlyA += 1;
    if (b[i]! > a[i]!) onlyB += 1;
  }
  const differ = onlyA + onlyB;
  const p = Math.min(1, 2 * binomialAtMost(Math.min(onlyA, onlyB), differ, 0.5));
  return { p, least: Math.min(1, 2 ** (1 - differ)) };
}
