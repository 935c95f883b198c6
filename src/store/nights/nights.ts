import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { NightRecord } from "../../core/night.ts";
import { writeAtomically } from "../atomic.ts";
import { contentError, errorCode, storeError } from "../store-error.ts";
import { nightSchema } from "./schema.ts";

/** Beside the run folders. */
const NIGHTS_FOLDER = "nights";
const NIGHT_FILE = "night.json";
const NIGHT_PATTERN = /^\d{4}-\d{2}-\d{2}$/;

/** Where the records of nights stand. */
export function nightsFolder(resultsDir: string): string {
  return join(resultsDir, NIGHTS_FOLDER);
}

/** Folder of one night. */
export function nightFolder(resultsDir: string, night: string): string {
  return join(nightsFolder(resultsDir), night);
}

/**
 * Writes `night.json`, and beside it what people read. Throws StoreError.
 *
 * @param pages texts by file name
 */
export async function writeNight(
  resultsDir: string,
  record: NightRecord,
  pages: Readonly<Record<string, string>>,
): Promise<string> {
  const folder = nightFolder(resultsDir, record.night);
  await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw storeError("create", folder, cause);
  });
  const path = join(folder, NIGHT_FILE);
  await writeAtomically(path, `${JSON.stringify(record, withInfinity, 2)}\n`);
  for (const [name, text] of Object.entries(pages)) await writeAtomically(join(folder, name), text);
  return path;
}

/** The newest `nightsMax` nights on record, oldest first. One that cannot be read is left out and told in `warnings`. Throws StoreError. */
export async function readNights(
  resultsDir: string,
  nightsMax: number,
): Promise<{ readonly nights: readonly NightRecord[]; readonly warnings: readonly string[] }> {
  const folder = nightsFolder(resultsDir);
  const names = await readdir(folder).catch((cause: unknown) => {
    if (errorCode(cause) === "ENOENT") return [];
    throw storeError("read", folder, cause);
  });
  const newest = names.filter((name) => NIGHT_PATTERN.test(name)).sort();
  const nights: NightRecord[] = [];
  const warnings: string[] = [];
  for (const name of newest.slice(-nightsMax)) {
    const path = join(folder, name, NIGHT_FILE);
    const text = await readFile(path, "utf8").catch(() => null);
    if (text === null) continue;
    try {
      nights.push(parseNight(text, path));
    } catch (error) {
      warnings.push(`${error instanceof Error ? error.message : String(error)}: left out`);
    }
  }
  return { nights, warnings };
}

/** @throws StoreError when the text is no record of a night */
export function parseNight(source: string, path: string): NightRecord {
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch {
    throw contentError(path, `${path} is not JSON`);
  }
  const parsed = nightSchema.safeParse(value);
  if (!parsed.success) throw contentError(path, `${path} is no record of a night: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

function withInfinity(_key: string, value: unknown): unknown {
  return value === Infinity ? "inf" : value;
}
