import { numberOf, type SiteRow } from "./rows.ts";

/** A row with its place; null where nothing can be ranked. */
export interface Placed {
  readonly row: SiteRow;
  readonly rank: number | null;
}

/** What a row is ordered by: a price comes before a time. */
interface Figure {
  readonly of: "usd" | "ttft" | "none";
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const BEFORE = { usd: 0, ttft: 1, none: 2 } as const;

/**
 * Cheapest good answers first, then the shortest median TTFT; those without a price by TTFT alone. A row whose interval overlaps that of
 * the first of a rank has this rank too: no difference between the two is shown.
 */
export function placed(rows: readonly SiteRow[]): readonly Placed[] {
  const all = rows.map((row) => ({ row, figure: figureOf(row), ttft: finite(row.ttft_ms_p50) ?? Number.MAX_VALUE }));
  const sorted = all.toSorted(
    (a, b) =>
      BEFORE[a.figure.of] - BEFORE[b.figure.of] ||
      a.figure.value - b.figure.value ||
      a.ttft - b.ttft ||
      (a.row.target < b.row.target ? -1 : Number(a.row.target > b.row.target)),
  );
  let first: { readonly figure: Figure; readonly rank: number } | null = null;
  return sorted.map(({ row, figure }, index) => {
    if (figure.of === "none") return { row, rank: null };
    if (first === null || !overlaps(first.figure, figure)) first = { figure, rank: index + 1 };
    return { row, rank: first.rank };
  });
}

function figureOf(row: SiteRow): Figure {
  const usd = finite(row.usd_per_1k_good);
  if (usd !== null) return ends("usd", usd, row.usd_per_1k_good_low, row.usd_per_1k_good_high);
  const ttft = finite(row.ttft_ms_p50);
  if (ttft !== null) return ends("ttft", ttft, row.ttft_ms_p50_low, row.ttft_ms_p50_high);
  return { of: "none", value: 0, low: 0, high: 0 };
}

function ends(of: "usd" | "ttft", value: number, low: string, high: string): Figure {
  return { of, value, low: numberOf(low) ?? value, high: numberOf(high) ?? value };
}

function overlaps(a: Figure, b: Figure): boolean {
  return a.of === b.of && a.low <= b.high && b.low <= a.high;
}

function finite(cell: string): number | null {
  const value = numberOf(cell);
  return value === null || !Number.isFinite(value) ? null : value;
}
