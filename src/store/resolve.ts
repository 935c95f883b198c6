import { access, readdir } from "node:fs/promises";
import { join } from "node:path";
import { STAMP_PATTERN } from "./create.ts";
import { MANIFEST_FILE } from "./files.ts";
import { contentError, errorCode, storeError } from "./store-error.ts";

/** Counts digits as numbers, so that `…-quick-10` comes after `…-quick-9`. */
const byName = new Intl.Collator("en", { numeric: true }).compare;

/** Path of the newest run folder; null when there is none. Throws StoreError when the disk refuses. */
export async function latestRun(resultsDir: string): Promise<string | null> {
  const names = await readdir(resultsDir).catch((cause: unknown) => {
    if (errorCode(cause) === "ENOENT") return [];
    throw storeError("read", resultsDir, cause);
  });
  const newestFirst = names.filter((name) => STAMP_PATTERN.test(name)).sort((a, b) => byName(b, a));
  for (const name of newestFirst) {
    const path = join(resultsDir, name);
    if (await isRun(path)) return path;
  }
  return null;
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
