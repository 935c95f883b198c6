import { describe, expect, it } from "vitest";
import { COMPARISON_COLUMNS } from "../../src/measure/comparison.ts";
import { placed } from "../../src/report/site/order.ts";
import type { SiteRow } from "../../src/report/site/rows.ts";

const EMPTY = Object.fromEntries(COMPARISON_COLUMNS.map((name) => [name, ""])) as SiteRow;

function order(rows: readonly Partial<SiteRow>[]): unknown {
  return placed(rows.map((row) => ({ ...EMPTY, ...row }))).map(({ row, rank }) => [row.target, rank]);
}

const priced = (target: string, usd: string, low: string, high: string, ttft: string): Partial<SiteRow> => ({
  target,
  usd_per_1k_good: usd,
  usd_per_1k_good_low: low,
  usd_per_1k_good_high: high,
  ttft_ms_p50: ttft,
});

describe("the order of a ranking", () => {
  it("gives one rank to those whose intervals overlap the first's, and the next by its place", () => {
    const rows = [
      priced("c", "3", "2.9", "3.1", "1"),
      priced("b", "2", "1.5", "2.5", "9"),
      priced("a", "2.4", "2.2", "2.7", "9"),
    ];
    expect(order(rows)).toEqual([
      ["b", 1],
      ["a", 1],
      ["c", 3],
    ]);
  });

  it("goes by TTFT and not by name at an equal price, and where there is none", () => {
    expect(order([priced("a", "0", "0", "0", "900"), priced("b", "0", "0", "0", "100")])).toEqual([
      ["b", 1],
      ["a", 1],
    ]);
    expect(order([priced("a", "", "", "", "900"), priced("b", "inf", "", "", "100")])).toEqual([
      ["b", 1],
      ["a", 2],
    ]);
  });

  it("ranks nothing without a figure, and puts it last", () => {
    expect(order([{ target: "a" }, priced("z", "1", "", "", "")])).toEqual([
      ["z", 1],
      ["a", null],
    ]);
  });
});
