import { table, type Section } from "../table.ts";
import { interval, NO_VALUE, short } from "../text.ts";
import { targetPath } from "./paths.ts";
import { numberOf, type SiteRow } from "./rows.ts";

/** A table with the page that each of its rows leads to. */
export interface LinkedSection extends Section {
  readonly links: readonly string[];
}

/**
 * One table per scenario, load and vantage: cheapest good answers first, since that is what a buyer looks for; targets without such a
 * figure follow by name.
 *
 * @param toRoot prefix of links, `../` from a page one folder down
 */
export function rankings(rows: readonly SiteRow[], toRoot: string): readonly LinkedSection[] {
  const groups = Map.groupBy(rows, ({ scenario, load, vantage }) => `${scenario}, ${load}, from ${vantage}`);
  return [...groups].map(([heading, members]) => {
    const sorted = members.toSorted(
      (a, b) => rank(a) - rank(b) || (a.target < b.target ? -1 : Number(a.target > b.target)),
    );
    return {
      heading,
      text: "",
      links: sorted.map(({ target }) => toRoot + targetPath(target)),
      table: table(
        ["target"],
        [
          "$/1k good",
          "ok %",
          "TTFT ms p50",
          "TTFT ms p95",
          "output tok/s p50",
          "good %",
          "$/M tok",
          "gCO2e/1k output tok",
        ],
        ["provider", "region", "flags"],
        sorted.map((row) => [[row.target], cells(row), [row.provider, row.region, row.flags.replaceAll(";", ", ")]]),
      ),
    };
  });
}

/** Beyond any price, and still a number that can be subtracted. */
function rank({ usd_per_1k_good }: SiteRow): number {
  const usd = numberOf(usd_per_1k_good);
  return usd === null || !Number.isFinite(usd) ? Number.MAX_VALUE : usd;
}

function cells(row: SiteRow): readonly string[] {
  return [
    withEnds(row.usd_per_1k_good, row.usd_per_1k_good_low, row.usd_per_1k_good_high),
    shown(row.success_pct),
    withEnds(row.ttft_ms_p50, row.ttft_ms_p50_low, row.ttft_ms_p50_high),
    shown(row.ttft_ms_p95),
    shown(row.user_tok_s_p50),
    shown(row.goodput_pct),
    shown(row.usd_per_m_tokens),
    interval(numberOf(row.gco2e_per_1k_output_low), numberOf(row.gco2e_per_1k_output_high)) || NO_VALUE,
  ];
}

export function shown(cell: string): string {
  return short(numberOf(cell));
}

function withEnds(value: string, low: string, high: string): string {
  const ends = interval(numberOf(low), numberOf(high));
  return ends === "" ? shown(value) : `${shown(value)} (${ends})`;
}
