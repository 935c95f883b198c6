import type { Stat } from "../../core/metric.ts";
import { SCHEMA_VERSION } from "../../core/run.ts";
import type { Analysis, GroupAnalysis } from "../analysis.ts";
import type { Cell } from "../comparison.ts";
import type { Level } from "./level.ts";
import type { SweepAnalysis, TargetSweep } from "./sweep.ts";

/** One level of one target, with all that is known of both. */
export interface LevelRow {
  readonly analysis: Analysis;
  readonly sweep: SweepAnalysis;
  readonly target: TargetSweep;
  readonly level: Level;
  readonly group: GroupAnalysis;
}

/** Every level of every target, ascending by load within each; none when the run is no sweep. */
export function levelRows(analysis: Analysis): readonly LevelRow[] {
  const { sweep } = analysis;
  if (sweep === null) return [];
  const key = (scenario: string, target: string): string => `${scenario}\u0000${target}`;
  const groups = new Map(analysis.groups.map((group) => [key(group.scenario.id, group.target.id), group]));
  return sweep.targets.flatMap((target) =>
    target.levels.flatMap((level) => {
      const group = groups.get(key(level.scenario, target.target));
      return group === undefined ? [] : [{ analysis, sweep, target, level, group }];
    }),
  );
}

/** A figure of the level's summary, unrounded. */
export function figureOf(group: GroupAnalysis, metric: string, stat: Stat): number | null {
  return group.rows.find((row) => row.metric === metric && row.stat === stat && row.slice === null)?.value ?? null;
}

interface Column {
  readonly meaning: string;
  readonly cell: (row: LevelRow) => Cell;
}

/** Columns of `sweep.csv` in order; only ever appended. Rates are per second of the level's window, tails count failures as +∞. */
const COLUMNS = {
  schema_version: column("version of this header", () => SCHEMA_VERSION),
  run_id: column("name of the run folder", ({ analysis }) => analysis.manifest.runId),
  started_at: column(
    "wall time of the run's first moment, ISO 8601 UTC",
    ({ analysis }) => analysis.manifest.startedAt,
  ),
  simulated: column("true when the simulator made this row", ({ group }) => group.target.simulated),
  validity: column("VALID, or INVALID when the harness cannot vouch for the run", ({ analysis }) =>
    analysis.validity.valid ? "VALID" : "INVALID",
  ),
  vantage: column("place that the client ran at", ({ analysis }) => analysis.manifest.vantage),
  target: column("what is bought, by its id", ({ group }) => group.target.id),
  provider: column("seller or engine that serves the target", ({ group }) => group.target.provider),
  model: column("canonical name of the model, or its raw id", ({ group }) => group.target.model),
  scenario: column("workload that the levels were made of", ({ sweep }) => sweep.scenario),
  by: column("what load is: rate (per second) or concurrency (in flight)", ({ sweep }) => sweep.by),
  load: column("what the level asked for", ({ level }) => level.load),
  level: column("scenario id of the level in the other files", ({ level }) => level.scenario),
  offered_rps: column("arrivals per second as drawn; empty in closed loop", ({ level }) => level.offeredPerSecond),
  answered_rps: column("answers per second", ({ level }) => level.answersPerSecond),
  system_tok_s: column("output tokens of those answers per second", ({ level }) => level.outputTokensPerSecond),
  ttft_ms_p50: column("median TTFT", ({ group }) => figureOf(group, "ttft", "p50_all")),
  ttft_ms_p95: column("95th percentile of TTFT", ({ group }) => figureOf(group, "ttft", "p95_all")),
  tpot_ms_p50: column("median time per output token", ({ group }) => figureOf(group, "tpot", "p50_all")),
  tpot_ms_p95: column("95th percentile of time per output token", ({ group }) => figureOf(group, "tpot", "p95_all")),
  goodput_rps: column("answers meeting every limit per second", ({ level }) => level.goodPerSecond),
  goodput_pct: column("answers meeting every limit over all attempted, %", ({ group }) =>
    percentOf(figureOf(group, "goodput_share", "value")),
  ),
  meets_slo: column("true when that share reached the percentile of the objective", ({ level }) => level.meetsSlo),
  usd_per_1k_good: column("cost per 1,000 good answers", ({ group }) => figureOf(group, "cost_per_1k_good", "value")),
  saturation: column("how the level shows that it asked for too much, joined with ;", ({ level }) =>
    level.saturation.join(";"),
  ),
  knee_load: column("load at which the target has all that it can do; empty when no level is saturated", ({ target }) =>
    target.knee === null ? null : target.knee.load,
  ),
  knee_load_low: column("lower end of its 95 % interval", ({ target }) => target.knee?.loadLow ?? null),
  knee_load_high: column("upper end of its 95 % interval", ({ target }) => target.knee?.loadHigh ?? null),
  top_rps: column("highest throughput, answers per second", ({ target }) => target.knee?.answersPerSecond ?? null),
  top_rps_low: column("lower end of its 95 % interval", ({ target }) => target.knee?.answersPerSecondLow ?? null),
  top_rps_high: column("upper end of its 95 % interval", ({ target }) => target.knee?.answersPerSecondHigh ?? null),
  slo_load: column("load with the most good answers at which the objective was met", ({ target }) =>
    target.sloCapacity === null ? null : target.sloCapacity.load,
  ),
  flags: column("why a cell is empty or to be read with care, by glossary, joined with ;", ({ group }) =>
    group.flags.join(";"),
  ),
} as const satisfies Readonly<Record<string, Column>>;

export type SweepColumn = keyof typeof COLUMNS;

export const SWEEP_COLUMNS = Object.keys(COLUMNS) as readonly SweepColumn[];

/** One line per column, for the column dictionary. */
export const SWEEP_COLUMN_MEANINGS: Readonly<Record<SweepColumn, string>> = mapColumns(({ meaning }) => meaning);

/** The cells of one level. */
export function sweepRow(row: LevelRow): Readonly<Record<SweepColumn, Cell>> {
  return mapColumns(({ cell }) => cell(row));
}

function mapColumns<Value>(value: (of: Column) => Value): Readonly<Record<SweepColumn, Value>> {
  const entries = Object.entries<Column>(COLUMNS).map(([name, of]) => [name, value(of)]);
  return Object.fromEntries(entries) as Record<SweepColumn, Value>;
}

function column(meaning: string, cell: Column["cell"]): Column {
  return { meaning, cell };
}

function percentOf(share: number | null): number | null {
  return share === null ? null : share * 100;
}
