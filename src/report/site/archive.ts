import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Manifest } from "../../core/run.ts";
import { writeAtomically } from "../../store/atomic.ts";
import { COMPARISON_FILE, SUMMARY_FILE } from "../../store/files.ts";
import { dataPath } from "./paths.ts";
import type { SiteRow } from "./rows.ts";
import { siteRows, type RunCsvs, type SourceRun } from "./runs.ts";

/** CSVs of a run that were made after those that were published first. */
export interface PublishedRevision {
  /** Below the run's folder, with a slash at its end. */
  readonly path: string;
  readonly why: "other prices or models" | "the run folder changed after it was published";
}

/** A run as it stands on the site. */
export interface PublishedRun {
  readonly runId: string;
  readonly manifest: Manifest;
  /** comparison.csv as it was published first: what every page and history.csv show. */
  readonly comparison: string;
  readonly rows: readonly SiteRow[];
  readonly revisions: readonly PublishedRevision[];
}

/** Writes what is not there yet, and counts both. */
export interface SiteWriter {
  /** Writes a file below the site's root, unless it already holds this text. */
  write(path: string, text: string): Promise<void>;
  /** The text of a file below the root; null when there is none. */
  read(path: string): Promise<string | null>;
  readonly counts: { readonly written: number; readonly unchanged: number };
}

/** @param outDir made when absent */
export function siteWriter(outDir: string): SiteWriter {
  const counts = { written: 0, unchanged: 0 };
  const read = (path: string): Promise<string | null> => readFile(join(outDir, path), "utf8").catch(() => null);
  return {
    counts,
    read,
    write: async (path, text) => {
      if ((await read(path)) === text) {
        counts.unchanged += 1;
        return;
      }
      await mkdir(dirname(join(outDir, path)), { recursive: true });
      await writeAtomically(join(outDir, path), text);
      counts.written += 1;
    },
  };
}

const TAG_CHARS = 12;

/**
 * Puts the CSVs of a run on the site. What was published once stays byte for byte; what differs from it since goes beside it, in a
 * folder of its own, as do revisions.
 */
export async function archive(writer: SiteWriter, source: SourceRun): Promise<PublishedRun> {
  const folder = dataPath(source.runId);
  const comparison = (await writer.read(folder + COMPARISON_FILE)) ?? source.csvs.comparison;
  const summary = (await writer.read(folder + SUMMARY_FILE)) ?? source.csvs.summary;
  await writeCsvs(writer, folder, { comparison, summary });
  const revisions: PublishedRevision[] = [];
  if (comparison !== source.csvs.comparison || summary !== source.csvs.summary) {
    const path = `changed-${tagOf(source.csvs)}/`;
    await writeCsvs(writer, folder + path, source.csvs);
    revisions.push({ path, why: "the run folder changed after it was published" });
  }
  for (const { tag, csvs } of source.revisions) {
    const path = `revised-${tag}/`;
    await writeCsvs(writer, folder + path, csvs);
    revisions.push({ path, why: "other prices or models" });
  }
  // The summaries of a year would fill the memory of a small machine, so they end here.
  const { runId, manifest } = source;
  return { runId, manifest, comparison, rows: siteRows(comparison), revisions };
}

async function writeCsvs(writer: SiteWriter, folder: string, { comparison, summary }: RunCsvs): Promise<void> {
  await writer.write(folder + COMPARISON_FILE, comparison);
  await writer.write(folder + SUMMARY_FILE, summary);
}

function tagOf({ comparison, summary }: RunCsvs): string {
  return createHash("sha256").update(comparison).update("\n").update(summary).digest("hex").slice(0, TAG_CHARS);
}
