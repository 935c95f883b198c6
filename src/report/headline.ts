import type { SummaryRow, Stat } from "../core/metric.ts";
import type { Scenario } from "../core/scenario.ts";
import type { Analysis, GroupAnalysis } from "../measure/analysis.ts";
import { interval, NO_VALUE, percent, short } from "./text.ts";

/** One column of the short table that every report opens with. */
export interface HeadlineColumn {
  /** Id in the metric catalogue. */
  readonly metric: string;
  readonly stat: Stat;
  /** With its unit, short enough for a terminal. */
  readonly title: string;
  /** Whether its 95 % interval stands beside it. */
  readonly hasInterval: boolean;
}

/** Tails and medians of latency count every failure as infinite, those of speed as 0: no failure improves a cell. */
export const HEADLINE: readonly HeadlineColumn[] = [
  { metric: "success_share", stat: "value", title: "ok %", hasInterval: false },
  { metric: "ttft", stat: "p50_all", title: "TTFT ms p50", hasInterval: true },
  { metric: "ttft", stat: "p95_all", title: "p95", hasInterval: false },
  { metric: "output_speed", stat: "p50_all", title: "tok/s", hasInterval: false },
  { metric: "goodput_share", stat: "value", title: "good %", hasInterval: false },
  { metric: "cost_per_mtok", stat: "value", title: "$/M tok", hasInterval: false },
  { metric: "cost_per_1k_good", stat: "value", title: "$/1k good", hasInterval: false },
];

/** The row of one statistic of a group; undefined when the group has none. */
export function rowOf(group: GroupAnalysis, metric: string, stat: Stat): SummaryRow | undefined {
  return group.rows.find((row) => row.metric === metric && row.stat === stat);
}

/** What stands in one cell: the value, and beside it the interval where the column has one. */
export function headlineCell(group: GroupAnalysis, column: HeadlineColumn): { value: string; interval: string } {
  const row = rowOf(group, column.metric, column.stat);
  if (row === undefined || row.value === null) return { value: emptyCell(row), interval: "" };
  const value = row.unit === "share" ? percent(row.value) : short(row.value);
  return { value, interval: column.hasInterval ? interval(row.low, row.high) : "" };
}

function emptyCell(row: SummaryRow | undefined): string {
  return row?.flags.includes("price_unknown") ? "unknown" : NO_VALUE;
}

/** The groups of one scenario. */
export interface ScenarioGroups {
  readonly scenario: Scenario;
  readonly load: string;
  readonly groups: readonly GroupAnalysis[];
}

/** Groups by scenario, in the order of the analysis. */
export function byScenario(analysis: Analysis): readonly ScenarioGroups[] {
  const groupsOf = Map.groupBy(analysis.groups, (group) => group.scenario.id);
  return [...groupsOf.values()].map((groups) => ({ scenario: groups[0]!.scenario, load: groups[0]!.load, groups }));
}
