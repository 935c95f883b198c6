import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { STAMP_PATTERN } from "../../store/create.ts";
import { readNights } from "../../store/nights/nights.ts";
import { readManifest } from "../../store/read.ts";
import type { DeadRun } from "./steps.ts";

/** Newest run folders that are looked at; what is older was closed long ago. */
const FOLDERS_MAX = 500;
const NIGHTS_READ = 60;

/**
 * Runs of nights that never ended and that no night has closed, oldest first. To be called as the only night there is: whoever
 * wrote them is dead.
 */
export async function deadRuns(resultsDir: string): Promise<readonly DeadRun[]> {
  const { nights } = await readNights(resultsDir, NIGHTS_READ);
  const closed = new Set(nights.flatMap(({ parts }) => parts.map(({ runId }) => runId)));
  const names = await readdir(resultsDir);
  const newest = names
    .filter((name) => STAMP_PATTERN.test(name))
    .sort()
    .slice(-FOLDERS_MAX);
  const dead: DeadRun[] = [];
  for (const name of newest.filter((one) => !closed.has(one))) {
    const path = join(resultsDir, name);
    // What has no manifest had sent nothing yet.
    const manifest = await readManifest(path).catch(() => null);
    const study = manifest?.study;
    if (manifest !== null && manifest.end === null && study?.kind === "nightly" && study.rerun === null) {
      dead.push({ path, manifest });
    }
  }
  return dead;
}

/** One run by its name; null when it cannot be read. */
export async function runNamed(resultsDir: string, runId: string): Promise<DeadRun | null> {
  const path = join(resultsDir, runId);
  const manifest = await readManifest(path).catch(() => null);
  return manifest === null ? null : { path, manifest };
}
