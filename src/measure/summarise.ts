import { mean } from "simple-statistics";
import { STATS, type BaseStat, type Stat, type SummaryRow } from "../core/metric.ts";
import { METRICS } from "./catalogue.ts";
import type { Flag } from "./flags.ts";
import { slicesOf, type Group, type Standings } from "./group.ts";
import { quantileRanks } from "./intervals.ts";
import type { GroupMetric, GroupReading, Metric, RequestMetric } from "./metric.ts";
import { ascending, nearestRank } from "./quantile.ts";
import type { Sample } from "./sample.ts";

/** What is told of each slice: what a turn of a conversation or a step of the load changes. */
const OF_SLICES: ReadonlySet<string> = new Set([
  "ttft",
  "tpot",
  "latency_from_schedule",
  "goodput_share",
  "success_share",
  "cached_share",
]);
const OF_GATEWAY_SLICES: ReadonlySet<string> = new Set([
  "gateway_round_trip",
  "accepted_rate",
  "goodput_share",
  "success_share",
]);

/**
 * Every row of a group, in catalogue order, then those of its slices; the shape depends on catalogue and slices alone, since
 * what is unknown is an empty cell.
 */
export function summarise(group: Group): readonly SummaryRow[] {
  const ids = group.scenario.load.kind === "gateway" ? OF_GATEWAY_SLICES : OF_SLICES;
  const sliced = METRICS.filter(({ id }) => ids.has(id));
  return [...rowsOf(group, METRICS), ...slicesOf(group).flatMap((slice) => rowsOf(slice, sliced))];
}

function rowsOf(group: Group, metrics: readonly Metric[]): readonly SummaryRow[] {
  return metrics.flatMap((metric) =>
    metric.level === "group" ? [groupRow(group, metric)] : requestRows(group, metric),
  );
}

/** Rows of a per-request metric: each statistic over whom it declares, then each `_all` with failures at their worst. */
function requestRows(group: Group, metric: RequestMetric): readonly SummaryRow[] {
  const readings = population(group, metric).map(metric.read);
  const values = readings.flatMap((reading) => reading.values);
  const flags = [...new Set([...readings.flatMap((reading) => reading.flags), ...(metric.judge?.(values) ?? [])])];
  const sorted = ascending(values);
  const rows = STATS.map((stat) => row(group, metric, stat, statistic(sorted, stat, flags)));
  if (metric.failures === "left-out") return rows;
  // Answers came and none has a value (all coalesced, say): failures alone would speak of a metric that is not there.
  const of = metric.over === "requests" ? group.requests : group;
  const failed = of.successes.length > 0 && values.length === 0 ? 0 : failedOf(of, metric).length;
  const worst = metric.failures === "zero" ? 0 : Infinity;
  const sortedAll = ascending([...values, ...Array.from({ length: failed }, () => worst)]);
  return [...rows, ...STATS.map((stat) => row(group, metric, `${stat}_all`, statistic(sortedAll, stat, flags)))];
}

/** Whom the plain statistics of a metric are over. */
export function population(group: Group, metric: RequestMetric): readonly Sample[] {
  switch (metric.over) {
    case "successes":
      return group.successes.filter(metric.applies);
    case "requests":
      return group.requests.successes.filter(metric.applies);
    case "attempts":
      return group.measured.filter(metric.applies);
    case "all":
      return group.samples.filter(metric.applies);
  }
}

/** What `_all` adds to them, at its worst. */
export function failedOf(of: Standings, metric: RequestMetric): readonly Sample[] {
  const drops = metric.failures === "infinite-with-drops" ? of.drops : [];
  return [...of.failures, ...drops].filter(metric.applies);
}

const QUANTILES: Readonly<Partial<Record<BaseStat, number>>> = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99 };

/**
 * One statistic of ascending values, +∞ allowed. Quantiles are nearest rank with their order-statistic interval, or
 * empty with `insufficient_n` where that does not exist. A mean, least or greatest value has no interval that holds for
 * any shape.
 */
export function statistic(sorted: Float64Array, stat: BaseStat, flags: readonly Flag[]): GroupReading {
  const n = sorted.length;
  const at = (rank: number): number => sorted[rank]!;
  const p = QUANTILES[stat];
  if (p !== undefined) {
    const ranks = quantileRanks(n, p);
    if (ranks === null) return { value: null, low: null, high: null, n, flags: [...flags, "insufficient_n"] };
    const value = at(nearestRank(n, p));
    // Gaps of one answer depend on each other, and the binomial knows only independent values.
    if (flags.includes("clustered")) return { value, low: null, high: null, n, flags };
    return { value, low: at(ranks.low), high: at(ranks.high), n, flags };
  }
  if (n === 0) return { value: null, low: null, high: null, n, flags: [...flags, "no_values"] };
  const value = stat === "min" ? at(0) : stat === "max" ? at(n - 1) : meanOf(sorted);
  return { value, low: null, high: null, n, flags };
}

/** Compensated summation turns infinities into NaN, so they are asked for first. */
function meanOf(sorted: Float64Array): number {
  return sorted.at(-1) === Infinity ? Infinity : mean([...sorted]);
}

function groupRow(group: Group, metric: GroupMetric): SummaryRow {
  return row(group, metric, "value", metric.read(group));
}

function row(group: Group, metric: Pick<RequestMetric, "id" | "unit">, stat: Stat, of: GroupReading): SummaryRow {
  const { target, scenario, load, slice } = group;
  return {
    provider: target.provider,
    model: target.model,
    region: target.region,
    scenario: scenario.id,
    metric: metric.id,
    unit: metric.unit,
    stat,
    value: of.value,
    n: of.n,
    low: of.low,
    high: of.high,
    flags: of.flags.toSorted(),
    target: target.id,
    load,
    slice,
    simulated: target.simulated,
  };
}
