import { COMPARISON_COLUMNS } from "../../measure/comparison.ts";
import { byRunName } from "../../store/resolve.ts";
import { contentError, type StoreError } from "../../store/store-error.ts";
import { plural } from "../text.ts";
import { archive, siteWriter, type PublishedRun } from "./archive.ts";
import { dataPackageJson } from "./data-package.ts";
import { feedXml } from "./feed.ts";
import { keptRuns, type KeptRun } from "./kept.ts";
import { sitePages } from "./pages.ts";
import { publicationNotes, type PublicationPolicy } from "./publication.ts";
import { readRegressions } from "./regressions.ts";
import { isRoutine, latestOf } from "./routine.ts";
import { publishable, readSource } from "./runs.ts";
import { targetHistories } from "./target-series.ts";

export interface PublishOptions {
  readonly resultsDir: string;
  /** Made when absent; what stands there from an earlier time is kept where nothing changed. */
  readonly outDir: string;
  readonly policy: PublicationPolicy;
  /** Address that the site will have, for the feed; null: links in it are relative. */
  readonly siteUrl: string | null;
}

/** What publishing did. */
export interface Published {
  readonly runs: number;
  readonly written: number;
  readonly unchanged: number;
  /** Who was left out or needs a condition, a sentence each. */
  readonly notes: readonly string[];
  /** Folders and files that could not be read, each with its mend. */
  readonly warnings: readonly string[];
}

/**
 * Makes the static site of a results folder: ranking, a page per run and per target, CSVs, feed. A function of that folder and of what
 * was published before: no clock, and files that would not change are left alone. Throws StoreError when the disk refuses, and before
 * anything is written when the folder has no run.
 */
export async function publishSite({ resultsDir, outDir, policy, siteUrl }: PublishOptions): Promise<Published> {
  const writer = siteWriter(outDir);
  const runs: PublishedRun[] = [];
  const providers = new Set<string>();
  const read = new Set<string>();
  const warnings: string[] = [];
  for (const runId of await publishable(resultsDir)) {
    const source = await readSource(resultsDir, runId, policy);
    if (source.kind === "unreadable") {
      warnings.push(source.warning);
      continue;
    }
    read.add(runId);
    for (const provider of source.kind === "run" ? source.run.providers : source.providers) providers.add(provider);
    if (source.kind === "run") runs.push(await archive(writer, source.run));
  }
  if (read.size === 0) throw nothingToPublish(resultsDir, warnings);
  const kept = keptRuns(await writer.read("history.csv"), read);
  const history = [...kept, ...runs].toSorted((a, b) => byRunName(a.runId, b.runId));
  const shown = new Set(runs.flatMap(({ rows }) => rows.map(({ target }) => target)));
  const nights = await readRegressions(resultsDir);
  const regressions = nights.regressions.filter(({ target }) => shown.has(target));
  const notes = publicationNotes(policy, providers);
  const latest = latestOf(runs);
  const histories = targetHistories(runs.filter(isRoutine));
  await writer.write("latest.csv", csvOf(latest === null ? [] : [latest]));
  await writer.write("history.csv", csvOf(history));
  await writer.write("datapackage.json", dataPackageJson(history.map(({ runId }) => runId)));
  await writer.write(
    "feed.xml",
    feedXml(regressions, (runs.at(-1)?.manifest.startedAt ?? "1970-01-01").slice(0, 10), siteUrl),
  );
  for (const [path, text] of sitePages({ runs, kept, latest, histories, regressions, notes }))
    await writer.write(path, text);
  return {
    runs: runs.length,
    ...writer.counts,
    notes,
    warnings: [...warnings, ...keptWarning(kept, resultsDir), ...nights.warnings],
  };
}

/** A site that shows runs must not be emptied by a path with a slip in it. */
function nothingToPublish(resultsDir: string, [first]: readonly string[]): StoreError {
  const what = first === undefined ? `no run in ${resultsDir}` : `no run in ${resultsDir} can be read (${first})`;
  return contentError(
    resultsDir,
    `${what}: nothing was published. Name the folder that holds your runs with --result-dir, or start one with \`herdbench run\``,
  );
}

function keptWarning(kept: readonly KeptRun[], resultsDir: string): readonly string[] {
  const [first] = kept;
  if (first === undefined) return [];
  return [
    `${plural(kept.length, "run")} of the site cannot be read from ${resultsDir}, the first is ${first.runId}: what was published of ` +
      "them stays, but is in no ranking or picture. When they are elsewhere, name that folder with --result-dir",
  ];
}

/** The lines of several runs under one header: those of older ones end with an empty cell for each column that came later. */
function csvOf(runs: readonly Pick<PublishedRun, "comparison">[]): string {
  const lines = runs.flatMap(({ comparison }) => {
    const [header = "", ...own] = comparison.trimEnd().split("\n");
    const missing = COMPARISON_COLUMNS.length - header.split(",").length;
    return missing <= 0 ? own : own.map((line) => line + ",".repeat(missing));
  });
  return `${[COMPARISON_COLUMNS.join(","), ...lines].join("\n")}\n`;
}
