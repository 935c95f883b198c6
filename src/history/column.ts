/** A type of DuckDB, as far as it is used here. */
export type SqlType = "VARCHAR" | "DOUBLE" | "BIGINT" | "BOOLEAN" | "TIMESTAMP" | "VARCHAR[]";

/** Timestamps are microseconds since 1970 UTC. */
export type SqlValue = string | number | boolean | readonly string[] | null;

/** One column of a table of the index. */
export interface Column<Row> {
  readonly type: SqlType;
  /** One line for the column dictionary. */
  readonly meaning: string;
  readonly value: (row: Row) => SqlValue;
}

/** Columns by name, in order. */
export type Columns<Row> = Readonly<Record<string, Column<Row>>>;

export function column<Row>(type: SqlType, meaning: string, value: Column<Row>["value"]): Column<Row> {
  return { type, meaning, value };
}

/** Microseconds since 1970 of a wall time, ISO 8601; null of none. */
export function microseconds(iso: string | null): number | null {
  return iso === null ? null : Date.parse(iso) * 1000;
}
