/** Holm's step-down correction (Holm 1979): adjusted p-values in the order given, none above 1. */
export function holm(pValues: readonly number[]): readonly number[] {
  const order = pValues.map((_, i) => i).sort((a, b) => pValues[a]! - pValues[b]!);
  const adjusted = [...pValues];
  let greatest = 0;
  order.forEach((index, rank) => {
    greatest = Math.max(greatest, Math.min(1, pValues[index]! * (pValues.length - rank)));
    adjusted[index] = greatest;
  });
  return adjusted;
}
