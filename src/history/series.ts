import type { Stat, Unit } from "../core/metric.ts";
import type { FigureName } from "../measure/figure-name.ts";
import { seriesOf, type Point, type Series, type SeriesKey } from "../measure/series/series.ts";
import { literal, type Database } from "./database.ts";
import { askAll, type Cell } from "./rows.ts";

/** Which series are asked for; null: all. */
export interface SeriesFilter {
  readonly figures: readonly FigureName[];
  readonly targets: readonly string[] | null;
  readonly scenarios: readonly string[] | null;
  /** First day, `YYYY-MM-DD`, UTC. */
  readonly since: string | null;
}

const KEYS = "s.target, s.scenario, s.load, s.vantage, s.metric, s.stat";

/**
 * The series of figures over all runs, by target, scenario and figure; a figure of another load or vantage is another series. What was
 * measured again beside its night is in none.
 */
export async function seriesFrom(database: Database, filter: SeriesFilter): Promise<readonly Series[]> {
  const rows = await askAll(
    database,
    `SELECT ${KEYS}, s.unit, s.simulated, s.run_id, s.started_at, s.value, s.low, s.high, s.n, r.validity
     FROM summary s JOIN runs r USING (run_id)
     WHERE s.slice IS NULL AND r.rerun IS NULL AND ${conditions(filter).join(" AND ")}
     ORDER BY s.started_at, s.run_id`,
  );
  const groups = [...Map.groupBy(rows, (row) => JSON.stringify(row.slice(0, KEY_CELLS))).values()];
  const rank = ({ metric, stat }: FigureName): number =>
    filter.figures.findIndex((figure) => figure.metric === metric && figure.stat === stat);
  return groups
    .map((group) => seriesOf(keyOf(group.at(-1)!), group.map(pointOf)))
    .sort((a, b) => compare(a.scenario, b.scenario) || rank(a) - rank(b) || compare(a.target, b.target));
}

/** How many cells of a row name its series. */
const KEY_CELLS = 8;

function conditions({ figures, targets, scenarios, since }: SeriesFilter): readonly string[] {
  const among = (column: string, names: readonly string[] | null): readonly string[] =>
    names === null ? [] : [`${column} IN (${names.map(literal).join(", ")})`];
  const wanted = figures.map(({ metric, stat }) => `(s.metric = ${literal(metric)} AND s.stat = ${literal(stat)})`);
  return [
    `(${wanted.join(" OR ")})`,
    ...among("s.target", targets),
    ...among("s.scenario", scenarios),
    ...(since === null ? [] : [`s.started_at >= ${literal(since)}`]),
  ];
}

function keyOf(row: readonly Cell[]): SeriesKey {
  const [target, scenario, load, vantage, metric, stat, unit, simulated] = row;
  return {
    target: String(target),
    scenario: String(scenario),
    load: String(load),
    vantage: String(vantage),
    metric: String(metric),
    stat: stat as Stat,
    unit: unit as Unit,
    simulated: simulated === true,
  };
}

function pointOf(row: readonly Cell[]): Point {
  const [run, at, value, low, high, n, validity] = row.slice(KEY_CELLS);
  return {
    run: String(run),
    at: String(at),
    value: number(value),
    low: number(low),
    high: number(high),
    n: number(n) ?? 0,
    isValid: validity !== "INVALID",
  };
}

function number(cell: Cell | undefined): number | null {
  return typeof cell === "number" ? cell : null;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
