import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Observation } from "../core/observation.ts";
import type { Manifest } from "../core/run.ts";
import { replace, writeAtomically } from "./atomic.ts";
import { MANIFEST_FILE, ROW_FILES, type RowFile } from "./files.ts";
import type { Unlock } from "./lock.ts";
import { findSource, lines, parseRow, readRows, type RowSchema } from "./rows.ts";
import { openRunFolder, type RunFolder } from "./run-folder.ts";
import { eventTraceSchema, intentSchema, observationSchema, stallSchema, tokenCountSchema } from "./schema.ts";
import { contentError, storeError } from "./store-error.ts";

/**
 * Opens the folder of a run that has ended, or whose process was killed, to go on with it. The manifest, which must say that
 * the run is open again, is written first, so that a crash at any moment leaves a readable run. Throws StoreError.
 *
 * @param unlock of the lock that the caller holds
 * @param isReplaced rows that the later process will write anew
 */
export async function reopenRun(
  path: string,
  manifest: Manifest,
  unlock: Unlock,
  isReplaced: (observation: Observation) => boolean,
): Promise<RunFolder> {
  await writeAtomically(join(path, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`);
  await mend(path, ROW_FILES.intents, intentSchema, () => true);
  await mend(path, ROW_FILES.observations, observationSchema, (observation) => !isReplaced(observation));
  await mend(path, ROW_FILES.events, eventTraceSchema, () => true);
  await mend(path, ROW_FILES.stalls, stallSchema, () => true);
  const counted = await readRows(path, ROW_FILES.tokens, tokenCountSchema);
  return openRunFolder(path, manifest.runId, unlock, [...counted.byId.values()]);
}

/** Makes a file plain and whole: unzipped, without a torn last line and without the rows that are not kept. */
async function mend<Row>(
  folder: string,
  file: RowFile,
  schema: RowSchema<Row>,
  isKept: (row: Row) => boolean,
): Promise<void> {
  const source = await findSource(folder, file);
  if (source === null) return;
  async function* kept(path: string): AsyncGenerator<Buffer> {
    for await (const { bytes, terminated } of lines(path)) {
      const row = parseRow(bytes, schema);
      if (row === "blank" || (row === "damaged" && !terminated)) continue;
      // Whatever stood there may have been sent; a torn last line was not, since the write came first and never ended.
      if (row === "damaged" && file === ROW_FILES.intents) {
        throw contentError(
          path,
          `${path} is damaged: what was sent is no longer certain, so the run cannot be resumed`,
        );
      }
      if (row === "damaged" || isKept(row)) yield Buffer.concat([bytes, NEWLINE]);
    }
  }
  const plain = join(folder, file);
  await replace(plain, (temporary) => pipeline(kept(source.path), createWriteStream(temporary, { flush: true })));
  if (source.path === plain) return;
  await rm(source.path).catch((cause: unknown) => {
    throw storeError("remove", source.path, cause);
  });
}

const NEWLINE = Buffer.from("\n");
