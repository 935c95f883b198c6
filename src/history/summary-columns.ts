import { SUMMARY_COLUMNS, type SummaryColumn } from "../measure/summary-columns.ts";
import type { SqlType } from "./column.ts";

/** Those of summary.csv that are no text. */
const TYPES: Readonly<Partial<Record<SummaryColumn, SqlType>>> = {
  schema_version: "BIGINT",
  started_at: "TIMESTAMP",
  simulated: "BOOLEAN",
  value: "DOUBLE",
  n: "BIGINT",
  low: "DOUBLE",
  high: "DOUBLE",
  definitions_version: "BIGINT",
};

/** Table `summary`: the rows of every summary.csv, columns as there. */
export const SUMMARY_TYPES: Readonly<Record<SummaryColumn, SqlType>> = Object.fromEntries(
  SUMMARY_COLUMNS.map((name) => [name, TYPES[name] ?? "VARCHAR"]),
) as Record<SummaryColumn, SqlType>;
