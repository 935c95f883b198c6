import { lengthsLabel, type Scenario } from "../../core/scenario.ts";
import { sloFact } from "../facts.ts";
import { table, type Section, type Table } from "../table.ts";
import { interval, NO_VALUE, short } from "../text.ts";
import type { PublishedRun } from "./archive.ts";
import { placed } from "./order.ts";
import { targetPath } from "./paths.ts";
import { numberOf, type SiteRow } from "./rows.ts";

/** A table with the page that each of its rows leads to. */
export interface LinkedSection extends Section {
  readonly links: readonly string[];
}

/**
 * One table per scenario, load and vantage: cheapest good answers first, since that is what a buyer looks for.
 *
 * @param toRoot prefix of links, `../` from a page one folder down
 */
export function rankings({ rows, manifest }: PublishedRun, toRoot: string): readonly LinkedSection[] {
  const groups = Map.groupBy(rows, ({ scenario, load, vantage }) => `${scenario}, ${load}, from ${vantage}`);
  return [...groups].map(([heading, members]) => {
    const sorted = placed(members);
    const asked = manifest.scenarios.find(({ scenario }) => scenario.id === members[0]?.scenario)?.scenario;
    const facts = asked === undefined ? "" : `${lengthsText(asked)}; ${sloFact({ scenario: asked })}. `;
    return {
      heading,
      text: facts + ORDER,
      links: sorted.map(({ row }) => toRoot + targetPath(row.target)),
      table: withoutEmpty(
        table(
          ["target"],
          [
            "rank",
            "n",
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
          sorted.map(({ row, rank }) => [
            [row.target],
            [short(rank), ...cells(row)],
            [row.provider, row.region, row.flags.replaceAll(";", ", ")],
          ]),
        ),
      ),
    };
  });
}

function lengthsText(scenario: Scenario): string {
  const label = lengthsLabel(scenario);
  return label.includes(">") ? `${label} (input>output)` : label;
}

const ORDER =
  "By $/1k good, then TTFT ms p50; by TTFT alone without a price. No difference is shown between targets of one rank: their 95 % " +
  "intervals overlap that of its first. n: requests that were answered or failed.";

/** What no row has says nothing, and costs the room of what some have. */
function withoutEmpty({ columns, rows }: Table): Table {
  const said = columns.map((_, i) => i === 0 || rows.some((row) => row[i] !== "" && row[i] !== NO_VALUE));
  return { columns: columns.filter((_, i) => said[i]), rows: rows.map((row) => row.filter((_, i) => said[i])) };
}

function cells(row: SiteRow): readonly string[] {
  return [
    requestsOf(row),
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

function requestsOf({ ok, failed }: SiteRow): string {
  return ok === "" || failed === "" ? NO_VALUE : String(Number(ok) + Number(failed));
}

function shown(cell: string): string {
  return short(numberOf(cell));
}

function withEnds(value: string, low: string, high: string): string {
  const ends = interval(numberOf(low), numberOf(high));
  return ends === "" ? shown(value) : `${shown(value)} (${ends})`;
}
