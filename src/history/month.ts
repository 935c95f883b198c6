import { join } from "node:path";
import { replace } from "../store/atomic.ts";
import { isBeingWritten } from "../store/lock.ts";
import { readManifest } from "../store/read.ts";
import { contentError, StoreError } from "../store/store-error.ts";
import { createTable, listOf, literal, openDatabase, type Database, type TableWriter } from "./database.ts";
import { generationOf, partPath, TABLES, type MonthEntry, type RunEntry, type Table } from "./index-file.ts";
import { OBSERVATION_COLUMNS, type IndexedAttempt } from "./observation-columns.ts";
import { readForIndex } from "./read-run.ts";
import { RUN_COLUMNS, type IndexedRun } from "./run-columns.ts";
import { signatureOf, type FoundRun } from "./scan.ts";
import { openSummaries, type Rebuild, type SummaryLoader } from "./summaries.ts";

export interface MonthOf {
  readonly resultsDir: string;
  readonly indexDir: string;
  readonly month: string;
  readonly found: readonly FoundRun[];
  readonly before: MonthEntry | null;
  readonly rebuild: Rebuild;
}

/** Rows are kept in this order, so that a query of one series reads a part of each file. */
const ORDER: Readonly<Record<Table, string>> = {
  runs: "started_at, run_id",
  observations: "run_id, scenario, target, scheduled_us",
  summary: "metric, stat, target, scenario, started_at",
};

/** A month as it is now. */
interface RefreshedMonth {
  readonly entry: MonthEntry;
  /** Folders that were read. */
  readonly read: number;
  /** What was made again, told once. */
  readonly mended: readonly string[];
}

/** Writes the Parquet files of one month: the rows of folders that did not change as they are, those of the others read anew. */
export async function refreshMonth(of: MonthOf): Promise<RefreshedMonth> {
  const { found, before, indexDir, month } = of;
  const known = new Map((before?.runs ?? []).map((run) => [run.folder, run]));
  const changed = found.filter(({ folder, signature }) => known.get(folder)?.signature !== signature);
  const database = await openDatabase(indexDir);
  try {
    const { entries, mended } = await readChanged(database, of, changed);
    const runs = found.map(({ folder }) => entries.get(folder) ?? known.get(folder)!);
    const generation = generationOf(runs);
    const kept = runs.filter(({ folder }) => !entries.has(folder)).map(({ folder }) => folder);
    for (const table of TABLES) {
      const old = before === null || kept.length === 0 ? null : partPath(indexDir, table, month, before.generation);
      await writePart(database, table, { old, kept, path: partPath(indexDir, table, month, generation) });
    }
    return { entry: { generation, runs }, read: changed.length, mended };
  } finally {
    database.close();
  }
}

/** Fills `new_runs`, `new_observations` and `new_summary` with what the changed folders hold. */
async function readChanged(
  database: Database,
  { resultsDir, rebuild }: MonthOf,
  changed: readonly FoundRun[],
): Promise<{ readonly entries: ReadonlyMap<string, RunEntry>; readonly mended: readonly string[] }> {
  const runs = await createTable(database, "new_runs", RUN_COLUMNS);
  const observations = await createTable(database, "new_observations", OBSERVATION_COLUMNS);
  const summaries = await openSummaries(database, resultsDir, rebuild);
  const entries = new Map<string, RunEntry>();
  for (const { folder, signature } of changed) {
    const entry = await readOne(resultsDir, folder, { runs, observations, summaries });
    entries.set(folder, { folder, signature, ...entry });
  }
  runs.end();
  observations.end();
  await summaries.end();
  // What was made again is not new to the next refresh.
  for (const folder of summaries.mended.keys()) {
    entries.set(folder, { ...entries.get(folder)!, signature: signatureOf(resultsDir, folder) });
  }
  return { entries, mended: [...summaries.mended].map(([folder, what]) => `${folder}: ${what}`) };
}

interface Writers {
  readonly runs: TableWriter<IndexedRun>;
  readonly observations: TableWriter<IndexedAttempt>;
  readonly summaries: SummaryLoader;
}

async function readOne(
  resultsDir: string,
  folder: string,
  { runs, observations, summaries }: Writers,
): Promise<Pick<RunEntry, "skipped" | "warnings">> {
  const path = join(resultsDir, folder);
  if (await isBeingWritten(path)) return { skipped: "it is still being written", warnings: [] };
  try {
    const manifest = await readManifest(path);
    if (manifest.runId !== folder) {
      throw contentError(path, `it holds run ${manifest.runId}: give the folder that name, or remove the copy`);
    }
    // First, since its reports may be made again.
    await summaries.add(folder);
    const { run, attempts } = await readForIndex(path, manifest);
    runs.add(run);
    for (const attempt of attempts) observations.add(attempt);
    return { skipped: null, warnings: [...run.warnings] };
  } catch (error) {
    if (error instanceof StoreError) return { skipped: error.message, warnings: [] };
    throw error;
  }
}

async function writePart(
  { connection }: Database,
  table: Table,
  { old, kept, path }: { readonly old: string | null; readonly kept: readonly string[]; readonly path: string },
): Promise<void> {
  const fresh = `SELECT * FROM new_${table}`;
  const unchanged = `SELECT * FROM read_parquet(${literal(old ?? "")}) WHERE run_id IN (SELECT unnest(${listOf(kept)}))`;
  const rows = old === null ? fresh : `${unchanged} UNION ALL BY NAME ${fresh}`;
  await replace(path, async (temporary) => {
    const to = `${literal(temporary)} (FORMAT parquet, COMPRESSION zstd)`;
    await connection.run(`COPY (${rows} ORDER BY ${ORDER[table]}) TO ${to}`);
  });
}
