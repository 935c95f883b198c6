import { statSync } from "node:fs";
import { join } from "node:path";
import { COMPARISON_FILE, LOCK_FILE, MANIFEST_FILE, ROW_FILES, SUMMARY_FILE } from "../store/files.ts";
import { runNames } from "../store/resolve.ts";

/** A run folder, and what tells whether it has changed. */
export interface FoundRun {
  readonly folder: string;
  /** `202611`: the month of its name. */
  readonly month: string;
  /** Sizes and times of the files that the index is made from: equal as long as nothing changed. */
  readonly signature: string;
}

const WATCHED = [
  MANIFEST_FILE,
  `${ROW_FILES.observations}.gz`,
  ROW_FILES.observations,
  `${ROW_FILES.tokens}.gz`,
  SUMMARY_FILE,
  COMPARISON_FILE,
  LOCK_FILE,
];

const MONTH_CHARS = 6;

/** Every run folder of a results folder, oldest first, with five to seven looks at the disk each. Throws StoreError. */
export async function scanRuns(resultsDir: string): Promise<readonly FoundRun[]> {
  const names = await runNames(resultsDir);
  return names.map((folder) => ({
    folder,
    month: folder.slice(0, MONTH_CHARS),
    signature: signatureOf(resultsDir, folder),
  }));
}

export function signatureOf(resultsDir: string, folder: string): string {
  return WATCHED.map((file) => stampOf(join(resultsDir, folder, file))).join(" ");
}

/** Synchronous: ten thousand folders take a fifth of a second so, and several times that through the thread pool. */
function stampOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? "-" : `${stats.size.toString(36)}.${Math.round(stats.mtimeMs * 1000).toString(36)}`;
}
