import { join } from "node:path";
import type { DuckDBConnection, DuckDBType, DuckDBValue } from "@duckdb/node-api";
import type { Columns, SqlType, SqlValue } from "./column.ts";

/** DuckDB in memory, with nothing of its own on disk but what it spills beside the index. */
export interface Database {
  readonly connection: DuckDBConnection;
  close(): void;
}

/** Enough for the heaviest step on a small machine; what goes beyond it is spilled. */
const MEMORY_LIMIT = "1GB";
const SPILL_LIMIT = "16GB";

/** Nothing may be fetched or loaded from elsewhere. */
const SETTINGS = {
  autoinstall_known_extensions: "false",
  autoload_known_extensions: "false",
  allow_community_extensions: "false",
  memory_limit: MEMORY_LIMIT,
  max_temp_directory_size: SPILL_LIMIT,
  preserve_insertion_order: "false",
};

/** Loads DuckDB, which only history does, and only here. */
export async function openDatabase(indexDir: string): Promise<Database> {
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const instance = await DuckDBInstance.create(":memory:", { ...SETTINGS, temp_directory: join(indexDir, "spill") });
  const connection = await instance.connect();
  return {
    connection,
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** Adds rows to a table, some thousand at a time. */
export interface TableWriter<Row> {
  add(row: Row): void;
  /** To be called once, at the end. */
  end(): void;
}

/** Most that one chunk of DuckDB holds. */
const CHUNK_ROWS = 2048;

/** Makes a table with these columns and opens it for writing. */
export async function createTable<Row>(
  { connection }: Database,
  table: string,
  columns: Columns<Row>,
): Promise<TableWriter<Row>> {
  const { DuckDBDataChunk } = await import("@duckdb/node-api");
  await connection.run(`CREATE OR REPLACE TABLE ${table} (${columnList(columns)})`);
  const appender = await connection.createAppender(table);
  const cells = Object.values(columns);
  const converters = await Promise.all(cells.map(({ type }) => converterOf(type)));
  const types = converters.map(({ type }) => type);
  let rows: DuckDBValue[][] = [];
  const flush = (): void => {
    if (rows.length === 0) return;
    const chunk = DuckDBDataChunk.create(types, rows.length);
    chunk.setRows(rows);
    appender.appendDataChunk(chunk);
    rows = [];
  };
  return {
    add: (row) => {
      rows.push(cells.map(({ value }, i) => converters[i]!.convert(value(row))));
      if (rows.length === CHUNK_ROWS) flush();
    },
    end: () => {
      flush();
      appender.closeSync();
    },
  };
}

function columnList(columns: Columns<never>): string {
  return Object.entries(columns)
    .map(([name, { type }]) => `"${name}" ${type}`)
    .join(", ");
}

interface Converter {
  readonly type: DuckDBType;
  readonly convert: (value: SqlValue) => DuckDBValue;
}

async function converterOf(type: SqlType): Promise<Converter> {
  const duckdb = await import("@duckdb/node-api");
  const orNull =
    <T extends SqlValue>(convert: (value: T) => DuckDBValue) =>
    (value: SqlValue): DuckDBValue =>
      value === null ? null : convert(value as T);
  switch (type) {
    case "BIGINT":
      return { type: duckdb.BIGINT, convert: orNull((value: number) => BigInt(Math.round(value))) };
    case "TIMESTAMP":
      return {
        type: duckdb.TIMESTAMP,
        convert: orNull((value: number) => new duckdb.DuckDBTimestampValue(BigInt(Math.round(value)))),
      };
    case "VARCHAR[]":
      return {
        type: duckdb.LIST(duckdb.VARCHAR),
        convert: orNull((value: readonly string[]) => duckdb.listValue(value)),
      };
    case "VARCHAR":
    case "DOUBLE":
    case "BOOLEAN":
      return {
        type: { VARCHAR: duckdb.VARCHAR, DOUBLE: duckdb.DOUBLE, BOOLEAN: duckdb.BOOLEAN }[type],
        convert: orNull((value: string | number | boolean) => value),
      };
  }
}

/** A text as it stands in SQL. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A list of texts as it stands in SQL. */
export function listOf(texts: readonly string[]): string {
  return `[${texts.map(literal).join(", ")}]`;
}
