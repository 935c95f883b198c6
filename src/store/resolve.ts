import { access, readdir } from "node:fs/promises";
import { join } from "node:path";
import { STAMP_CHARS, STAMP_PATTERN } from "./create.ts";
import { MANIFEST_FILE } from "./files.ts";
import { contentError, errorCode, storeError } from "./store-error.ts";

const inOneSecond = new Intl.Collator("en", { numeric: true }).compare;

/** By time; within one second digits count as numbers, so that `…-quick-10` comes after `…-quick-9`. */
export function byRunName(a: string, b: string): number {
  const [before, after] = [a.slice(0, STAMP_CHARS), b.slice(0, STAMP_CHARS)];
  if (before !== after) return before < after ? -1 : 1;
  return inOneSecond(a, b);
}

/** Names of what looks like a run folder, oldest first; none when there is no results folder. Throws StoreError. */
export async function runNames(resultsDir: string): Promise<readonly string[]> {
  const names = await readdir(resultsDir).catch((cause: unknown) => {
    if (errorCode(cause) === "ENOENT") return [];
    throw storeError("read", resultsDir, cause);
  });
  return names.filter((name) => STAMP_PATTERN.test(name)).sort(byRunName);
}

/** Path of the newest run folder; null when there is none. Throws StoreError when the disk refuses. */
export async function latestRun(resultsDir: string): Promise<string | null> {
  for (const name of (await runNames(resultsDir)).toReversed()) {
    const path = join(resultsDir, name);
    if (await isRun(path)) return path;
  }
  return null;
}

/** Whether a user may mean a run by it, as {@link resolveRun} takes it. */
export async function isRunNamed(resultsDir: string, reference: string): Promise<boolean> {
  return reference === "LAST" || (await isRun(reference)) || isRun(join(resultsDir, reference));
}

/** Path of the run that a user means by `LAST`, by a run's name, or by a path. Throws StoreError when there is none. */
export async function resolveRun(resultsDir: string, reference: string): Promise<string> {
  if (reference === "LAST") {
    const latest = await latestRun(resultsDir);
    if (latest === null) throw contentError(resultsDir, `no run in ${resultsDir}: start one with \`herdbench run\``);
    return latest;
  }
  const candidates = [reference, join(resultsDir, reference)];
  for (const path of candidates) if (await isRun(path)) return path;
  throw contentError(reference, `not a run folder: no ${MANIFEST_FILE} in ${candidates.join(" or ")}`);
}

async function isRun(path: string): Promise<boolean> {
  return access(join(path, MANIFEST_FILE)).then(
    () => true,
    () => false,
  );
}
