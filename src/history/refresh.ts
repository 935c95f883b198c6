import { existsSync } from "node:fs";
import { mkdir, readdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { lockRun } from "../store/lock.ts";
import { INDEX_DIR, readIndex, TABLES, partPath, writeIndex, type MonthEntry, type Months } from "./index-file.ts";
import { refreshMonth } from "./month.ts";
import type { Rebuild } from "./summaries.ts";
import { scanRuns, type FoundRun } from "./scan.ts";

/** What a refresh found. */
export interface Refreshed {
  /** Runs with rows in the index. */
  readonly runs: number;
  /** Folders that were read, since they are new or changed. */
  readonly read: number;
  /** What was skipped or mended, each beginning with the folder's name. */
  readonly warnings: readonly string[];
}

/**
 * Brings the index of a results folder up to date: only folders that are new or changed are read, and a reader sees the old index
 * or the new one. A folder that cannot be read is left out and named, on each refresh until it can be. Throws StoreError when the
 * disk refuses, or another process is at it.
 *
 * @param rebuild makes a missing or damaged summary.csv again
 */
export async function refreshIndex(resultsDir: string, rebuild: Rebuild): Promise<Refreshed> {
  const indexDir = join(resultsDir, INDEX_DIR);
  const found = Map.groupBy(await scanRuns(resultsDir), ({ month }) => month);
  const before = whole(indexDir, await readIndex(indexDir));
  const stale = [...found].filter(([month, runs]) => !isCurrent(before[month], runs)).map(([month]) => month);
  const isGone = Object.keys(before).some((month) => !found.has(month));
  if (stale.length === 0 && !isGone) return refreshed(before, 0, []);
  await mkdir(indexDir, { recursive: true });
  const unlock = await lockRun(indexDir);
  try {
    await removeUnused(indexDir, before);
    const months: Record<string, MonthEntry> = {};
    const mended: string[] = [];
    let read = 0;
    for (const [month, runs] of found) {
      const old = before[month];
      if (old !== undefined && !stale.includes(month)) months[month] = old;
      else {
        const made = await refreshMonth({ resultsDir, indexDir, month, found: runs, before: old ?? null, rebuild });
        months[month] = made.entry;
        read += made.read;
        mended.push(...made.mended);
      }
    }
    await writeIndex(indexDir, months);
    return refreshed(months, read, mended);
  } finally {
    await unlock();
  }
}

/** Without the months of which a file is missing: they are made again. */
function whole(indexDir: string, months: Months): Months {
  const isWhole = ([month, { generation }]: [string, MonthEntry]): boolean =>
    TABLES.every((table) => existsSync(partPath(indexDir, table, month, generation)));
  return Object.fromEntries(Object.entries(months).filter(isWhole));
}

function isCurrent(entry: MonthEntry | undefined, found: readonly FoundRun[]): boolean {
  if (entry?.runs.length !== found.length) return false;
  return found.every(({ folder, signature }, i) => {
    const known = entry.runs[i]!;
    return known.folder === folder && known.signature === signature;
  });
}

/**
 * Removes what neither this index nor a query that began with it reads. What the refresh replaces stays until the next one, for
 * queries that are on their way.
 */
async function removeUnused(indexDir: string, months: Months): Promise<void> {
  const used = new Set(
    Object.entries(months).flatMap(([month, { generation }]) =>
      TABLES.map((table) => basename(partPath(indexDir, table, month, generation))),
    ),
  );
  const names = await readdir(indexDir);
  for (const name of names.filter((one) => /\.(parquet|tmp)$/.test(one) && !used.has(one))) {
    await rm(join(indexDir, name), { force: true });
  }
}

function refreshed(months: Months, read: number, mended: readonly string[]): Refreshed {
  const entries = Object.values(months).flatMap(({ runs }) => runs);
  return {
    runs: entries.filter(({ skipped }) => skipped === null).length,
    read,
    warnings: [
      ...mended,
      ...entries.flatMap(({ folder, skipped, warnings }) => [
        ...(skipped === null ? [] : [`${folder} was left out: ${skipped}`]),
        ...warnings.map((warning) => `${folder}: ${warning}`),
      ]),
    ],
  };
}
