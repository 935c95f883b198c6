import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { EventTrace, Intent, Observation, TokenCount } from "../core/observation.ts";
import type { Manifest, Stall } from "../core/run.ts";
import type { ServerScrape } from "../core/server-metrics.ts";
import { gzipAtomically, writeAtomically } from "./atomic.ts";
import { MANIFEST_FILE, ROW_FILES, type RowFile } from "./files.ts";
import type { Unlock } from "./lock.ts";
import { openRows } from "./row-writer.ts";
import { writeServerMetrics } from "./server-metrics.ts";

/** The folder of one run while it is being written. Every method throws StoreError. */
export interface RunFolder {
  /** The run id: the folder's name. */
  readonly id: string;
  readonly path: string;
  /** Written first, and again with its `end` when the run is over. */
  writeManifest(manifest: Manifest): Promise<void>;
  /** Returns when the kernel has it: only then may the request leave. */
  appendIntent(intent: Intent): void;
  appendObservation(observation: Observation): void;
  appendEvents(trace: EventTrace): void;
  appendStall(stall: Stall): void;
  /** All local token counts at once, after the run. */
  writeTokens(counts: Iterable<TokenCount>): Promise<void>;
  /** Engines' own metrics, after the run. */
  writeServerMetrics(scrapes: readonly ServerScrape[]): Promise<void>;
  /** Closes and compresses the row files and unlocks the folder. To be called once; nothing can be appended after it. */
  finish(): Promise<void>;
}

/**
 * Opens the row files of a folder for appending.
 *
 * @param counted token counts of an earlier process, which are kept; null for a new folder, whose files must not be there
 */
export function openRunFolder(
  path: string,
  id: string,
  unlock: Unlock,
  counted: readonly TokenCount[] | null,
): RunFolder {
  const flags = counted === null ? "ax" : "a";
  const intents = openRows(join(path, ROW_FILES.intents), flags);
  const observations = openRows(join(path, ROW_FILES.observations), flags);
  const events = openRows(join(path, ROW_FILES.events), flags);
  const stallsPath = join(path, ROW_FILES.stalls);
  let hasStalls = existsSync(stallsPath);
  // Opened before the load takes every descriptor that there is: a stall then could not be written down.
  const stalls = openRows(stallsPath, flags);
  let hasTokens = false;
  return {
    id,
    path,
    writeManifest: (manifest) => writeAtomically(join(path, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`),
    appendIntent: (intent) => intents.append(intent),
    appendObservation: (observation) => observations.append(observation),
    appendEvents: (trace) => events.append(trace),
    appendStall: (stall) => {
      hasStalls = true;
      stalls.append(stall);
    },
    writeTokens: async (counts) => {
      const lines = Array.from([...(counted ?? []), ...counts], (count) => `${JSON.stringify(count)}\n`);
      await writeAtomically(join(path, ROW_FILES.tokens), lines.join(""));
      hasTokens = true;
    },
    writeServerMetrics: (scrapes) => writeServerMetrics(path, scrapes),
    finish: async () => {
      for (const writer of [intents, observations, events, stalls]) writer.close();
      const files: RowFile[] = [ROW_FILES.intents, ROW_FILES.observations, ROW_FILES.events];
      if (hasTokens) files.push(ROW_FILES.tokens);
      if (hasStalls) files.push(ROW_FILES.stalls);
      else await rm(stallsPath, { force: true });
      for (const file of files) await gzipAtomically(join(path, file));
      await unlock();
    },
  };
}
