import type { Stat, Unit } from "../../core/metric.ts";
import { seriesOf, type Point, type Series } from "../../measure/series/series.ts";
import type { ComparisonColumn } from "../../measure/comparison.ts";
import type { PublishedRun } from "./archive.ts";
import { numberOf, type SiteRow } from "./rows.ts";

/** A column of comparison.csv that is worth following over time. */
interface Followed {
  readonly column: ComparisonColumn;
  readonly low: ComparisonColumn | null;
  readonly high: ComparisonColumn | null;
  readonly title: string;
  readonly metric: string;
  readonly stat: Stat;
  readonly unit: Unit;
  /** What the unit is called here. */
  readonly label: string;
}

export const FOLLOWED: readonly Followed[] = [
  {
    column: "ttft_ms_p50",
    low: "ttft_ms_p50_low",
    high: "ttft_ms_p50_high",
    title: "Time to first token, median",
    metric: "ttft",
    stat: "p50_all",
    unit: "ms",
    label: "ms",
  },
  {
    column: "ttft_ms_p95",
    low: null,
    high: null,
    title: "Time to first token, 95th percentile",
    metric: "ttft",
    stat: "p95_all",
    unit: "ms",
    label: "ms",
  },
  {
    column: "user_tok_s_p50",
    low: null,
    high: null,
    title: "Output speed of one user, median",
    metric: "output_speed",
    stat: "p50_all",
    unit: "tok/s",
    label: "tokens per second",
  },
  {
    column: "success_pct",
    low: "success_pct_low",
    high: "success_pct_high",
    title: "Requests that were answered",
    metric: "success_share",
    stat: "value",
    unit: "share",
    label: "%",
  },
  {
    column: "usd_per_1k_good",
    low: "usd_per_1k_good_low",
    high: "usd_per_1k_good_high",
    title: "Cost of 1,000 good answers",
    metric: "cost_per_1k_good",
    stat: "value",
    unit: "usd/1k",
    label: "USD",
  },
];

/** The series of one target in one scenario, in the order of {@link FOLLOWED}. */
export interface TargetHistory {
  readonly heading: string;
  readonly series: readonly Series[];
}

/** All histories, by target. A scenario of another load or vantage is another one. @param runs routine ones, oldest first */
export function targetHistories(runs: readonly PublishedRun[]): ReadonlyMap<string, readonly TargetHistory[]> {
  const all = runs.flatMap(({ rows }) => rows);
  const byTarget = Map.groupBy(all, ({ target }) => target);
  const histories = [...byTarget].map(([target, rows]) => {
    const scenes = Map.groupBy(rows, ({ scenario, load, vantage }) => `${scenario}, ${load}, from ${vantage}`);
    const told = [...scenes].map(([heading, own]) => ({ heading, series: FOLLOWED.map((of) => seriesFrom(own, of)) }));
    return [target, told] as const;
  });
  return new Map(histories.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function seriesFrom(rows: readonly SiteRow[], of: Followed): Series {
  const { target, scenario, load, vantage, simulated } = rows.at(-1)!;
  const { metric, stat, unit } = of;
  const key = { target, scenario, load, vantage, metric, stat, unit, simulated: simulated === "true" };
  return seriesOf(
    key,
    rows.map((row) => pointOf(row, of)),
  );
}

function pointOf(row: SiteRow, { column, low, high }: Followed): Point {
  return {
    run: row.run_id,
    at: row.started_at,
    value: numberOf(row[column]),
    low: low === null ? null : numberOf(row[low]),
    high: high === null ? null : numberOf(row[high]),
    n: numberOf(row.planned) ?? 0,
    isValid: row.validity === "VALID",
  };
}
