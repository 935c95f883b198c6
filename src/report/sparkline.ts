const BLOCKS = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/** Where there is no value. */
const GAP = "·";

/**
 * One character per value, from the lowest to the highest of them; `·` for none, and the full block with what is infinite. Equal
 * values are all in the middle.
 */
export function sparkline(values: readonly (number | null)[]): string {
  const finite = values.filter((value) => value !== null && Number.isFinite(value)) as number[];
  const low = finite.reduce((least, value) => Math.min(least, value), Infinity);
  const high = finite.reduce((most, value) => Math.max(most, value), -Infinity);
  const level = (value: number): number => (high === low ? 0.5 : (value - low) / (high - low));
  return values
    .map((value) => {
      if (value === null) return GAP;
      if (!Number.isFinite(value)) return BLOCKS.at(-1)!;
      return BLOCKS[Math.min(BLOCKS.length - 1, Math.floor(level(value) * BLOCKS.length))]!;
    })
    .join("");
}

/** Means of neighbours, so that at most `pointsMax` values are left; a group without a value stays without one. */
export function thinned(values: readonly (number | null)[], pointsMax: number): readonly (number | null)[] {
  const width = Math.ceil(values.length / pointsMax);
  if (width <= 1) return values;
  return Array.from({ length: Math.ceil(values.length / width) }, (_, i) => {
    const known = values.slice(i * width, (i + 1) * width).filter((value) => value !== null);
    return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
  });
}
