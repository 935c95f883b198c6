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
  /** For a table with room, where a column has to stand by itself; the title where there is none. */
  readonly wide?: string;
  /** Whether its 95 % interval stands beside it; `range`: the low and high end alone. */
  readonly shows: "value" | "value and interval" | "range";
  /** Of the lowest rate of a gateway scenario, not of all its stages. */
  readonly isOfFirstStage?: true;
}

/** Tails and medians of latency count every failure as infinite, those of speed as 0: no failure improves a cell. */
export const HEADLINE: readonly HeadlineColumn[] = [
  { metric: "success_share", stat: "value", title: "ok %", shows: "value" },
  { metric: "ttft", stat: "p50_all", title: "TTFT ms p50", shows: "value and interval" },
  { metric: "ttft", stat: "p95_all", title: "p95", wide: "TTFT ms p95", shows: "value" },
  { metric: "output_speed", stat: "p50_all", title: "tok/s", wide: "output tok/s p50", shows: "value" },
  { metric: "goodput_share", stat: "value", title: "good %", shows: "value" },
  { metric: "cost_per_mtok", stat: "value", title: "$/M tok", shows: "value" },
  { metric: "cost_per_1k_good", stat: "value", title: "$/1k good", shows: "value" },
  { metric: "gco2e_per_1k_output", stat: "value", title: "gCO2e/1k", wide: "gCO2e/1k output tok", shows: "range" },
];

/** Of a scenario that asks what stands in front of the model. */
const GATEWAY_HEADLINE: readonly HeadlineColumn[] = [
  { metric: "success_share", stat: "value", title: "ok %", shows: "value" },
  {
    metric: "gateway_round_trip",
    stat: "p50_all",
    title: "trip ms p50",
    shows: "value and interval",
    isOfFirstStage: true,
  },
  {
    metric: "gateway_round_trip",
    stat: "p90_all",
    title: "p90",
    wide: "trip ms p90",
    shows: "value",
    isOfFirstStage: true,
  },
  { metric: "gateway_ceiling", stat: "value", title: "most/s", shows: "value" },
  { metric: "limit_onset", stat: "value", title: "429 at/s", shows: "value" },
  { metric: "accepted_rate", stat: "value", title: "takes/s", shows: "value" },
  { metric: "retry_after_kept", stat: "value", title: "kept %", shows: "value" },
  { metric: "recovery", stat: "value", title: "back ms", shows: "value" },
];

export function headlineOf({ load }: Pick<Scenario, "load">): readonly HeadlineColumn[] {
  return load.kind === "gateway" ? GATEWAY_HEADLINE : HEADLINE;
}

/** The row of one statistic of a whole group; undefined when the group has none. */
export function rowOf(group: GroupAnalysis, metric: string, stat: Stat): SummaryRow | undefined {
  return sliceRow(group, metric, stat, null);
}

/** Requests behind the headline. */
export function answersOf(group: GroupAnalysis): number {
  const isGateway = group.scenario.load.kind === "gateway";
  return (isGateway ? rowOf(group, "success_share", "value") : rowOf(group, "ttft", "p50_all"))?.n ?? 0;
}

/** The same of one part of it; null for the whole. */
export function sliceRow(
  group: GroupAnalysis,
  metric: string,
  stat: Stat,
  slice: string | null,
): SummaryRow | undefined {
  return group.rows.find((row) => row.metric === metric && row.stat === stat && row.slice === slice);
}

/** What stands in one cell: the value, and beside it the interval where the column has one. */
export function headlineCell(group: GroupAnalysis, column: HeadlineColumn): { value: string; interval: string } {
  const slice = column.isOfFirstStage ? (group.stages[0]?.slice ?? null) : null;
  const row = sliceRow(group, column.metric, column.stat, slice);
  if (row === undefined || row.value === null) return { value: emptyCell(row), interval: "" };
  const value = row.unit === "share" ? percent(row.value) : short(row.value);
  if (column.shows === "range") return { value: interval(row.low, row.high), interval: "" };
  return { value, interval: column.shows === "value" ? "" : interval(row.low, row.high) };
}

function emptyCell(row: SummaryRow | undefined): string {
  const isUnknown = row?.flags.some((flag) => flag === "price_unknown" || flag === "carbon_not_estimable") ?? false;
  return isUnknown ? "unknown" : NO_VALUE;
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
