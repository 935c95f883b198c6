import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { isObject } from "../core/json.ts";
import type { Manifest, RunRecord } from "../core/run.ts";
import { MANIFEST_FILE, RAW_REMOVED_FILE, ROW_FILES } from "./files.ts";
import { manifestSchema } from "./manifest-schema.ts";
import { readRows } from "./rows.ts";
import { eventTraceSchema, intentSchema, observationSchema, stallSchema, tokenCountSchema } from "./schema.ts";
import { readServerMetrics } from "./server-metrics.ts";
import { contentError, errorCode, storeError } from "./store-error.ts";

/**
 * Reads a run folder, finished or left behind by a crash. Damaged lines are skipped and named in `warnings`; a run
 * without a readable manifest is no run. Throws StoreError.
 */
export async function readRun(path: string): Promise<RunRecord> {
  const manifest = await readManifest(path);
  await refuseWithoutRaw(path);
  const intents = await readRows(path, ROW_FILES.intents, intentSchema);
  const observations = await readRows(path, ROW_FILES.observations, observationSchema);
  const events = await readRows(path, ROW_FILES.events, eventTraceSchema);
  const tokens = await readRows(path, ROW_FILES.tokens, tokenCountSchema);
  const serverMetrics = await readServerMetrics(path);
  const stalls = await readRows(path, ROW_FILES.stalls, stallSchema);
  return {
    manifest,
    observations: [...observations.byId.values()],
    events: events.byId,
    tokens: tokens.byId,
    lost: [...intents.byId.values()].filter(({ id }) => !observations.byId.has(id)),
    stalls: [...stalls.byId.values()],
    serverScrapes: serverMetrics.scrapes,
    warnings: [intents, observations, events, tokens, stalls, serverMetrics].flatMap(({ warnings }) => warnings),
  };
}

/** Reads and checks `manifest.json` alone. Throws StoreError with every problem in it. */
export async function readManifest(path: string): Promise<Manifest> {
  const file = join(path, MANIFEST_FILE);
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    const code = errorCode(cause);
    if (code === "ENOENT" || code === "ENOTDIR") {
      throw contentError(path, `not a run folder: no ${MANIFEST_FILE} in ${path}`);
    }
    throw storeError("read", file, cause);
  });
  const value = parseJson(file, text);
  if (isObject(value) && typeof value["v"] === "number" && value["v"] > 1) {
    throw contentError(
      file,
      `${file} was written by a newer herdbench (version ${value["v"]}): update herdbench to read it`,
    );
  }
  const parsed = manifestSchema.safeParse(value);
  if (!parsed.success) {
    throw contentError(file, `${file} is not a manifest of herdbench:\n${z.prettifyError(parsed.error)}`);
  }
  return parsed.data;
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw contentError(file, `${file} is not valid JSON: ${detail}. Restore it, or measure again`);
  }
}

/** A report made again of nothing would write over the one that is kept. */
async function refuseWithoutRaw(path: string): Promise<void> {
  const marker = await readFile(join(path, RAW_REMOVED_FILE), "utf8").catch(() => null);
  if (marker === null) return;
  throw contentError(
    path,
    `the raw files of ${path} were removed for their age: its summary.csv and reports are all there is`,
  );
}
