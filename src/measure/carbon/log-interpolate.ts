/**
 * Piecewise linear in (ln x, ln y), clamped at both ends. `xs` never falls; where it stands still, the last of the equal
 * points counts. Both lists hold positive numbers and at least one.
 */
export function logInterpolate(xs: readonly number[], ys: readonly number[], x: number): number {
  const next = xs.findIndex((bound) => bound > x);
  if (next === 0) return ys[0]!;
  if (next === -1) return ys[ys.length - 1]!;
  const share = Math.log(x / xs[next - 1]!) / Math.log(xs[next]! / xs[next - 1]!);
  return ys[next - 1]! * (ys[next]! / ys[next - 1]!) ** share;
}

/** Each value, or the largest before it. */
export function runningMaximum(values: readonly number[]): number[] {
  let top = -Infinity;
  return values.map((value) => (top = Math.max(top, value)));
}
