import { stringify } from "csv-stringify/sync";
import type { SummaryRow } from "../core/metric.ts";
import { SCHEMA_VERSION } from "../core/run.ts";
import type { Analysis } from "../measure/analysis.ts";
import { COMPARISON_COLUMNS, comparisonRow, type Cell } from "../measure/comparison.ts";
import { levelRows, SWEEP_COLUMNS, sweepRow } from "../measure/sweep/sweep-columns.ts";
import { SUMMARY_COLUMNS, type SummaryColumn } from "../measure/summary-columns.ts";
import { decimal, milliseconds, plain } from "./text.ts";

/** A spreadsheet takes a cell that starts so for a formula; some take the full-width forms too. */
const FORMULA_PATTERN = /^[=+\-@\uff1d\uff0b\uff0d\uff20]/;

/** `summary.csv`: one line per target, scenario, metric and statistic. Ends with a line feed. */
export function summaryCsv(analysis: Analysis): string {
  const rows = analysis.groups.flatMap((group) => group.rows);
  return csv(
    SUMMARY_COLUMNS,
    rows.map((row) => {
      const values = summaryValues(analysis, row);
      return SUMMARY_COLUMNS.map((column) => {
        const isLatency = row.unit === "ms" && (column === "value" || column === "low" || column === "high");
        return cell(values[column], isLatency ? milliseconds : decimal);
      });
    }),
  );
}

/** `comparison.csv`: one line per target × scenario × load. Ends with a line feed. */
export function comparisonCsv(analysis: Analysis): string {
  return csv(
    COMPARISON_COLUMNS,
    analysis.groups.map((group) => {
      const values = comparisonRow(analysis, group);
      return COMPARISON_COLUMNS.map((column) => cell(values[column], column.includes("_ms_") ? milliseconds : decimal));
    }),
  );
}

/** `sweep.csv`: one line per target and level of a sweep; null for any other run. Ends with a line feed. */
export function sweepCsv(analysis: Analysis): string | null {
  if (analysis.sweep === null) return null;
  return csv(
    SWEEP_COLUMNS,
    levelRows(analysis).map((row) => {
      const values = sweepRow(row);
      return SWEEP_COLUMNS.map((column) => cell(values[column], column.includes("_ms_") ? milliseconds : decimal));
    }),
  );
}

function summaryValues(analysis: Analysis, row: SummaryRow): Record<SummaryColumn, Cell> {
  const { manifest } = analysis;
  return {
    schema_version: SCHEMA_VERSION,
    run_id: manifest.runId,
    started_at: manifest.startedAt,
    simulated: row.simulated,
    provider: row.provider,
    model: row.model,
    region: row.region,
    scenario: row.scenario,
    metric: row.metric,
    unit: row.unit,
    stat: row.stat,
    value: row.value,
    n: row.n,
    low: row.low,
    high: row.high,
    flags: row.flags.join(";"),
    target: row.target,
    vantage: manifest.vantage,
    load: row.load,
    slice: row.slice,
    tool_version: manifest.toolVersion,
    definitions_version: manifest.definitionsVersion,
  };
}

/** One cell as text: null is empty, and text can neither act on a terminal nor run in a spreadsheet. */
export function cell(value: Cell, number: (value: number) => string): string {
  if (value === null) return "";
  if (typeof value === "number") return number(value);
  if (typeof value === "boolean") return String(value);
  const text = plain(value);
  return FORMULA_PATTERN.test(text) ? `'${text}` : text;
}

/** Header and lines, ended by line feeds. */
export function csv(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  return csvLines([columns, ...rows]);
}

/** Lines, each ended by a line feed. */
export function csvLines(rows: readonly (readonly string[])[]): string {
  return stringify([...rows], { record_delimiter: "\n" });
}
