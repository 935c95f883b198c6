import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { replace } from "../store/atomic.ts";
import { contentError } from "../store/store-error.ts";
import { listOf, literal, openDatabase, type Database } from "./database.ts";
import { INDEX_DIR, partPath, readIndex, TABLES, type Table } from "./index-file.ts";
import { OBSERVATION_COLUMNS } from "./observation-columns.ts";
import { RUN_COLUMNS } from "./run-columns.ts";
import { SUMMARY_TYPES } from "./summary-columns.ts";

/** For an index without any run. */
const EMPTY: Readonly<Record<Table, readonly (readonly [string, string])[]>> = {
  runs: Object.entries(RUN_COLUMNS).map(([name, { type }]) => [name, type]),
  observations: Object.entries(OBSERVATION_COLUMNS).map(([name, { type }]) => [name, type]),
  summary: Object.entries(SUMMARY_TYPES),
};

/** What each table of the index is read from. */
interface Source {
  readonly table: Table;
  readonly files: readonly string[];
  /** A query of all its rows. */
  readonly sql: string;
}

/**
 * Opens the index as it stands, with the views `runs`, `observations` and `summary`. From then on no statement reaches a file that
 * is not part of it, nor any network, and no setting can be changed.
 */
export async function openIndex(resultsDir: string): Promise<Database> {
  const sources = await sourcesOf(resultsDir);
  const database = await openDatabase(join(resultsDir, INDEX_DIR));
  const { connection } = database;
  const files = listOf(sources.flatMap((source) => source.files));
  // A view looks at its first file alone; here each shows whether its end is whole.
  if (files !== "[]") await orDamaged(resultsDir, () => connection.run(`FROM parquet_file_metadata(${files})`));
  for (const { table, sql } of sources) await connection.run(`CREATE VIEW ${table} AS ${sql}`);
  await connection.run(`SET allowed_paths = ${files}`);
  await connection.run("SET enable_external_access = false");
  await connection.run("SET lock_configuration = true");
  return database;
}

export type ExportFormat = "parquet" | "csv";

const OPTIONS: Readonly<Record<ExportFormat, string>> = {
  parquet: "FORMAT parquet, COMPRESSION zstd",
  csv: "FORMAT csv, HEADER",
};

/** Writes each table of the index as one file into a folder, and returns their paths. Each appears whole or not at all. */
export async function exportIndex(resultsDir: string, outDir: string, format: ExportFormat): Promise<string[]> {
  await mkdir(outDir, { recursive: true });
  const database = await openDatabase(join(resultsDir, INDEX_DIR));
  try {
    const paths: string[] = [];
    for (const { table, sql } of await sourcesOf(resultsDir)) {
      const path = join(outDir, `${table}.${format}`);
      await replace(path, async (temporary) => {
        await orDamaged(resultsDir, () =>
          database.connection.run(`COPY (${sql}) TO ${literal(temporary)} (${OPTIONS[format]})`),
        );
      });
      paths.push(path);
    }
    return paths;
  } finally {
    database.close();
  }
}

/** What DuckDB cannot read is a file of the index that somebody cut off or wrote over. */
async function orDamaged<T>(resultsDir: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (cause) {
    const indexDir = join(resultsDir, INDEX_DIR);
    const detail = cause instanceof Error ? cause.message.split("\n")[0]! : String(cause);
    throw contentError(indexDir, `${indexDir} cannot be read: remove it, and it is made again (${detail})`);
  }
}

async function sourcesOf(resultsDir: string): Promise<readonly Source[]> {
  const indexDir = join(resultsDir, INDEX_DIR);
  const months = Object.entries(await readIndex(indexDir));
  return TABLES.map((table) => {
    const files = months.map(([month, { generation }]) => partPath(indexDir, table, month, generation));
    const none = EMPTY[table].map(([name, type]) => `NULL::${type} AS "${name}"`).join(", ");
    const sql = files.length === 0 ? `SELECT ${none} WHERE false` : `SELECT * FROM read_parquet(${listOf(files)})`;
    return { table, files, sql };
  });
}
