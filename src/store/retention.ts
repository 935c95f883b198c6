import { access, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { writeAtomically } from "./atomic.ts";
import { STAMP_PATTERN } from "./create.ts";
import { MANIFEST_FILE, RAW_REMOVED_FILE, ROW_FILES } from "./files.ts";
import { readManifest } from "./read.ts";
import { errorCode, storeError } from "./store-error.ts";

/** What is kept when all else goes. */
const SUMMARY_FILE = "summary.csv";
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Removes the row files of nightly runs that ended more than so many days ago and have their summaries; manifest and reports stay, and
 * a marker says what is missing and since when. What cannot be read is left alone.
 *
 * @returns names of the runs whose raw files were removed now. Throws StoreError when the disk refuses.
 */
export async function removeOldRaw(resultsDir: string, keepDays: number, nowMs: number): Promise<readonly string[]> {
  const names = await readdir(resultsDir).catch((cause: unknown) => {
    if (errorCode(cause) === "ENOENT") return [];
    throw storeError("read", resultsDir, cause);
  });
  const removed: string[] = [];
  for (const name of names.filter((one) => STAMP_PATTERN.test(one)).sort()) {
    const path = join(resultsDir, name);
    if (!(await isOld(path, nowMs - keepDays * DAY_MS))) continue;
    // First the marker: a crash in between leaves a run that says what it lacks.
    const marker = { removedAt: new Date(nowMs).toISOString(), keepDays };
    await writeAtomically(join(path, RAW_REMOVED_FILE), `${JSON.stringify(marker)}\n`);
    for (const file of Object.values(ROW_FILES)) {
      for (const each of [file, `${file}.gz`]) {
        await rm(join(path, each), { force: true }).catch((cause: unknown) => {
          throw storeError("remove", join(path, each), cause);
        });
      }
    }
    removed.push(name);
  }
  return removed;
}

async function isOld(path: string, beforeMs: number): Promise<boolean> {
  const has = (file: string): Promise<boolean> =>
    access(join(path, file)).then(
      () => true,
      () => false,
    );
  if (!(await has(MANIFEST_FILE)) || !(await has(SUMMARY_FILE)) || (await isWithoutRaw(path))) return false;
  const manifest = await readManifest(path).catch(() => null);
  return manifest?.study?.kind === "nightly" && manifest.end !== null && Date.parse(manifest.end.endedAt) < beforeMs;
}

/** True when the raw files of a run were removed and none is left. */
async function isWithoutRaw(path: string): Promise<boolean> {
  if ((await readFile(join(path, RAW_REMOVED_FILE), "utf8").catch(() => null)) === null) return false;
  const files = await readdir(path);
  return !Object.values(ROW_FILES).some((file) => files.includes(file) || files.includes(`${file}.gz`));
}
