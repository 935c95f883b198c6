import type { DuckDBValue } from "@duckdb/node-api";
import type { Database } from "./database.ts";

/** A value as it leaves the index: timestamps are ISO 8601 UTC, whole numbers beyond 2^53 texts, lists lists. */
export type Cell = string | number | boolean | null | readonly Cell[];

/** Rows as they come, some thousand at a time. */
export interface Answer {
  readonly columns: readonly string[];
  readonly rows: AsyncIterable<readonly (readonly Cell[])[]>;
}

/** A statement that DuckDB refuses, in its words. */
export class QueryError extends Error {
  override readonly name = "QueryError";
}

/**
 * Asks the index one question. Throws QueryError for anything but a single SELECT, and for one that cannot be answered.
 */
export async function ask({ connection }: Database, sql: string): Promise<Answer> {
  const { StatementType } = await import("@duckdb/node-api");
  const statement = await refused(async () => {
    const statements = await connection.extractStatements(sql);
    if (statements.count !== 1) throw new Error(`one statement, please: there are ${statements.count}`);
    return statements.prepare(0);
  });
  if (statement.statementType !== StatementType.SELECT) {
    throw new QueryError("the index can only be read: a query begins with SELECT, WITH, FROM, DESCRIBE or SUMMARIZE");
  }
  const result = await refused(() => statement.stream());
  return { columns: result.deduplicatedColumnNames(), rows: chunks(() => refused(() => result.fetchChunk())) };
}

/** All rows of a question of our own. */
export async function askAll(database: Database, sql: string): Promise<readonly (readonly Cell[])[]> {
  const all: (readonly Cell[])[] = [];
  for await (const rows of (await ask(database, sql)).rows) all.push(...rows);
  return all;
}

interface Chunk {
  readonly rowCount: number;
  getRows(): DuckDBValue[][];
}

async function* chunks(next: () => Promise<Chunk | null>): AsyncGenerator<readonly (readonly Cell[])[]> {
  for (let chunk = await next(); chunk !== null && chunk.rowCount > 0; chunk = await next()) {
    yield chunk.getRows().map((row) => row.map(cellOf));
  }
}

async function refused<T>(step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw new QueryError(error instanceof Error ? error.message : String(error));
  }
}

function cellOf(value: DuckDBValue): Cell {
  if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return value;
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if ("items" in value && Array.isArray(value.items)) return (value.items as DuckDBValue[]).map(cellOf);
  const text = String(value);
  return /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/.test(text) ? `${text.replace(" ", "T").replace(/\+00$/, "")}Z` : text;
}
