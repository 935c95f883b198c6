import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { lockRun } from "./lock.ts";
import { openRunFolder, type RunFolder } from "./run-folder.ts";
import { contentError, errorCode, storeError } from "./store-error.ts";

/** Start of a run folder's name: UTC to the second. */
export const STAMP_PATTERN = /^\d{8}T\d{6}Z/;
export const STAMP_CHARS = 16;

const LABEL_CHARS_MAX = 60;
/** Runs with one label that may start within one second. */
const SAME_NAME_MAX = 100;

/**
 * Makes `<resultsDir>/<stamp>-<label>/` for this run alone, with `-2`, `-3` … when the name is taken, and opens its row
 * files. `stamp` is UTC as `20261123T184938Z`; `label` is free text and becomes `[a-z0-9-]`. The results folder is made
 * when absent. Throws StoreError when the disk refuses.
 */
export async function createRun(resultsDir: string, of: { stamp: string; label: string }): Promise<RunFolder> {
  if (!/^\d{8}T\d{6}Z$/.test(of.stamp)) throw new RangeError(`not a stamp like 20261123T184938Z: ${of.stamp}`);
  await mkdir(resultsDir, { recursive: true }).catch((cause: unknown) => {
    throw storeError("create", resultsDir, cause);
  });
  const name = `${of.stamp}-${slug(of.label)}`;
  for (let count = 1; count <= SAME_NAME_MAX; count += 1) {
    const id = count === 1 ? name : `${name}-${count}`;
    const path = join(resultsDir, id);
    if (await madeExclusively(path)) return openRunFolder(path, id, await lockRun(path), null);
  }
  throw contentError(
    join(resultsDir, name),
    `${SAME_NAME_MAX} runs are named ${name} already: give this one a --label`,
  );
}

/** True when the folder did not exist and now does: two processes can never share one. */
async function madeExclusively(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (cause) {
    if (errorCode(cause) === "EEXIST") return false;
    throw storeError("create", path, cause);
  }
}

/** A label as it stands in a folder's name; `run` when no letter or digit is left of it. */
export function slug(label: string): string {
  const words = label.toLowerCase().match(/[a-z0-9]+/g) ?? ["run"];
  return words.join("-").slice(0, LABEL_CHARS_MAX).replace(/-$/, "");
}
