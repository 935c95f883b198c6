import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { COMPARISON_COLUMNS } from "../../measure/comparison.ts";
import { COMPARISON_FILE, SUMMARY_FILE } from "../../store/files.ts";
import { isBeingWritten } from "../../store/lock.ts";
import { readManifest } from "../../store/read.ts";
import { runNames } from "../../store/resolve.ts";
import { StoreError } from "../../store/store-error.ts";
import type { Manifest } from "../../core/run.ts";
import { isPublished, type PublicationPolicy } from "./publication.ts";
import { filteredCsv, recordsByColumn, type SiteRow } from "./rows.ts";

/** The CSVs of a run as they go to the site. */
export interface RunCsvs {
  readonly comparison: string;
  readonly summary: string;
}

/** One run folder as far as it may be published. */
export interface SourceRun {
  readonly runId: string;
  readonly manifest: Manifest;
  readonly csvs: RunCsvs;
  /** Made later with other prices or models, by the tag of the revision. */
  readonly revisions: readonly { readonly tag: string; readonly csvs: RunCsvs }[];
  /** Providers of all its rows, published or not; of simulated ones nobody asks. */
  readonly providers: readonly string[];
}

/** A run without rows that may be published has none; `warning` says why a folder cannot be read. */
export type ReadRun =
  | { readonly kind: "run"; readonly run: SourceRun }
  | { readonly kind: "withheld"; readonly providers: readonly string[] }
  | { readonly kind: "unreadable"; readonly warning: string };

/** Names of the run folders that can go to a site, oldest first. */
export async function publishable(resultsDir: string): Promise<readonly string[]> {
  const names = await runNames(resultsDir);
  const writing = await Promise.all(names.map((name) => isBeingWritten(join(resultsDir, name))));
  return names.filter((_, i) => !writing[i]);
}

/** Reads what a site needs of one run folder: its manifest and the two CSVs, lines that must not be published left out. */
export async function readSource(resultsDir: string, runId: string, policy: PublicationPolicy): Promise<ReadRun> {
  const folder = join(resultsDir, runId);
  try {
    const manifest = await readManifest(folder);
    const whole = await readCsvs(folder);
    if (whole === null) {
      return { kind: "unreadable", warning: `${runId} has no reports: \`herdbench report ${runId}\` makes them` };
    }
    const rows = recordsByColumn(whole.comparison);
    const real = rows.filter(({ simulated }) => simulated !== "true");
    const providers = [...new Set(real.map(({ provider }) => provider ?? ""))];
    const csvs = publicPart(whole, policy);
    if (csvs === null) return { kind: "withheld", providers };
    return { kind: "run", run: { runId, manifest, csvs, providers, revisions: await readRevisions(folder, policy) } };
  } catch (error) {
    if (error instanceof StoreError) return { kind: "unreadable", warning: `${runId} was left out: ${error.message}` };
    throw error;
  }
}

/** The lines of a published comparison.csv. */
export function siteRows(comparison: string): readonly SiteRow[] {
  const empty = Object.fromEntries(COMPARISON_COLUMNS.map((name) => [name, ""]));
  return recordsByColumn(comparison).map((record) => ({ ...empty, ...record }) as SiteRow);
}

async function readRevisions(folder: string, policy: PublicationPolicy): Promise<SourceRun["revisions"]> {
  const tags = (await readdir(folder)).flatMap((name) => /^revised-(\w+)$/.exec(name)?.[1] ?? []).sort();
  const read = await Promise.all(
    tags.map(async (tag) => {
      const whole = await readCsvs(join(folder, `revised-${tag}`));
      const csvs = whole === null ? null : publicPart(whole, policy);
      return csvs === null ? [] : [{ tag, csvs }];
    }),
  );
  return read.flat();
}

async function readCsvs(folder: string): Promise<RunCsvs | null> {
  const [comparison, summary] = await Promise.all(
    [COMPARISON_FILE, SUMMARY_FILE].map((file) => readFile(join(folder, file), "utf8").catch(() => null)),
  );
  return comparison === null || comparison === undefined || summary === null || summary === undefined
    ? null
    : { comparison, summary };
}

function publicPart({ comparison, summary }: RunCsvs, policy: PublicationPolicy): RunCsvs | null {
  const keeps = ([provider = "", simulated = ""]: readonly string[]): boolean =>
    isPublished(policy, provider, simulated);
  // Most sites leave nothing out: then the texts go as they are, which is many times faster.
  const rows = recordsByColumn(comparison);
  if (rows.length > 0 && rows.every(({ provider, simulated }) => keeps([provider ?? "", simulated ?? ""]))) {
    return { comparison, summary };
  }
  const columns = ["provider", "simulated"];
  const kept = filteredCsv(comparison, columns, keeps);
  const keptSummary = filteredCsv(summary, columns, keeps);
  return kept === null || keptSummary === null ? null : { comparison: kept, summary: keptSummary };
}
