import { rerunReason } from "../../core/study.ts";
import { COMPARISON_COLUMN_MEANINGS } from "../../measure/comparison.ts";
import { SUMMARY_COLUMN_MEANINGS } from "../../measure/summary-columns.ts";
import { picturesHtml } from "../html/chart/picture.ts";
import { tableHtml } from "../html/table.ts";
import { table } from "../table.ts";
import { plural, usd } from "../text.ts";
import type { PublishedRun } from "./archive.ts";
import { historyPicture } from "./history-chart.ts";
import type { KeptRun } from "./kept.ts";
import { linkedHtml, linksHtml, listHtml, sectionHtml, sitePage, type Link } from "./page.ts";
import { dataPath, runPath, targetPath } from "./paths.ts";
import { rankings } from "./ranking.ts";
import { regressionDetail, regressionTitle } from "./feed.ts";
import type { SiteRegression } from "./regressions.ts";
import { isValid } from "./routine.ts";
import { FOLLOWED, type TargetHistory } from "./target-series.ts";

/** Newest runs and regressions that the first page lists; the others are on the list of runs, and in the feed. */
const SHOWN_MAX = 10;

/** All that the site shows. */
export interface Site {
  /** Oldest first. */
  readonly runs: readonly PublishedRun[];
  /** Published earlier, and known only by what stands on the site. Oldest first. */
  readonly kept: readonly KeptRun[];
  readonly latest: PublishedRun | null;
  readonly histories: ReadonlyMap<string, readonly TargetHistory[]>;
  /** Newest first. */
  readonly regressions: readonly SiteRegression[];
  /** Who is left out, and under what conditions others are not. */
  readonly notes: readonly string[];
}

/** Pages by path, from the root of the site. */
export function* sitePages(site: Site): Generator<readonly [path: string, text: string]> {
  yield ["index.html", indexPage(site)];
  yield ["runs/index.html", runsPage(site)];
  yield ["columns.html", columnsPage()];
  for (const run of site.runs) yield [runPath(run.runId), runPage(run)];
  for (const [target, histories] of site.histories) yield [targetPath(target), targetPage(target, histories, site)];
}

/** @param toRoot `../` from a page one folder down */
function menu(toRoot: string): readonly Link[] {
  return [
    { text: "Latest", href: `${toRoot}index.html` },
    { text: "All runs", href: `${toRoot}runs/index.html` },
    { text: "latest.csv", href: `${toRoot}latest.csv` },
    { text: "history.csv", href: `${toRoot}history.csv` },
    { text: "What the columns mean", href: `${toRoot}columns.html` },
    { text: "Feed of regressions", href: `${toRoot}feed.xml` },
  ];
}

function indexPage({ runs, latest, histories, regressions, notes }: Site): string {
  const newest = runs.toReversed().slice(0, SHOWN_MAX);
  return sitePage({
    title: "herdbench: latest ranking",
    marks: latest === null ? [] : marksOf(latest),
    facts: latest === null ? ["No run is published yet."] : factsOf(latest),
    links: menu(""),
    html: [
      ...(latest === null ? [] : rankings(latest, "").map(linkedHtml)),
      sectionHtml("Confirmed regressions", regressionsHtml(regressions.slice(0, SHOWN_MAX))),
      sectionHtml(
        "Targets over time",
        linksHtml(
          [...histories.keys()].map((target) => ({
            text: target,
            href: targetPath(target),
            note: lastMeasured(target, runs, latest),
          })),
        ),
      ),
      sectionHtml("Newest runs", linksHtml(newest.map((run) => runLink(run, "")))),
      ...(notes.length === 0 ? [] : [sectionHtml("Who is not shown, and on what terms", listHtml(notes))]),
    ],
  });
}

/** Empty for a target of the newest ranking that answered there. */
function lastMeasured(target: string, runs: readonly PublishedRun[], latest: PublishedRun | null): string {
  const answered = ({ rows }: PublishedRun): boolean =>
    rows.some((row) => row.target === target && row.ok !== "" && row.ok !== "0");
  if (latest !== null && answered(latest)) return "";
  const last = runs.findLast(answered);
  return last === undefined ? "never answered" : `last answered on ${last.manifest.startedAt.slice(0, 10)}`;
}

function runsPage({ runs, kept }: Site): string {
  const links = runs.toReversed().map((run) => runLink(run, "../"));
  return sitePage({
    title: "herdbench: all runs",
    marks: [],
    facts: [`${plural(runs.length, "run")}, newest first`],
    links: menu("../"),
    html: [
      sectionHtml("Runs", linksHtml(links)),
      ...(kept.length === 0 ? [] : [sectionHtml("Published earlier, run folder gone", linksHtml(keptLinks(kept)))]),
    ],
  });
}

function keptLinks(kept: readonly KeptRun[]): Parameters<typeof linksHtml>[0] {
  return kept.toReversed().map(({ runId }) => ({ text: runId, href: `../${runPath(runId)}`, note: "" }));
}

function runPage(run: PublishedRun): string {
  const folder = `../${dataPath(run.runId)}`;
  const files = ["summary.csv", "comparison.csv"].map((name) => ({ text: name, href: folder + name, note: "" }));
  const revised = run.revisions.flatMap(({ path, why }) =>
    ["summary.csv", "comparison.csv"].map((name) => ({
      text: path + name,
      href: folder + path + name,
      note: `REVISED: ${why}`,
    })),
  );
  return sitePage({
    title: `Run ${run.runId}`,
    marks: marksOf(run),
    facts: factsOf(run),
    links: menu("../"),
    html: [...rankings(run, "../").map(linkedHtml), sectionHtml("Data", linksHtml([...files, ...revised]))],
  });
}

function targetPage(target: string, histories: readonly TargetHistory[], { regressions, runs }: Site): string {
  const own = regressions.filter((one) => one.target === target);
  const rows = runs.flatMap((run) => run.rows.filter((row) => row.target === target));
  const last = rows.at(-1);
  return sitePage({
    title: `${target} over time`,
    marks: last?.simulated === "true" ? ["SIMULATED"] : [],
    facts:
      last === undefined ? [] : [`${last.model} at ${last.provider}${last.region === "" ? "" : `, ${last.region}`}`],
    links: menu("../"),
    html: [
      ...(own.length === 0 ? [] : [sectionHtml("Confirmed regressions", regressionsHtml(own))]),
      ...histories.map(({ heading, series }) => {
        const pictures = series.map((one, i) => historyPicture(FOLLOWED[i]!.title, FOLLOWED[i]!.label, one));
        return sectionHtml(heading, picturesHtml(pictures));
      }),
    ],
  });
}

function columnsPage(): string {
  const dictionary = (heading: string, meanings: Readonly<Record<string, string>>): string =>
    sectionHtml(
      heading,
      tableHtml(
        heading,
        table(
          ["column", "meaning"],
          [],
          [],
          Object.entries(meanings).map(([name, meaning]) => [[name, meaning], [], []]),
        ),
      ),
    );
  return sitePage({
    title: "What the columns mean",
    marks: [],
    facts: ["Missing is empty, never 0. A failure in a latency is inf. datapackage.json says the same for programs."],
    links: menu(""),
    html: [
      dictionary("latest.csv, history.csv and comparison.csv", COMPARISON_COLUMN_MEANINGS),
      dictionary("summary.csv", SUMMARY_COLUMN_MEANINGS),
    ],
  });
}

function regressionsHtml(regressions: readonly SiteRegression[]): string {
  if (regressions.length === 0) return "<p>None.</p>";
  return listHtml(regressions.map((one) => `${regressionTitle(one)}: ${regressionDetail(one)}`));
}

function marksOf(run: PublishedRun): readonly string[] {
  return [
    ...(run.manifest.simulated ? ["SIMULATED"] : []),
    isValid(run) ? "VALID" : "INVALID",
    ...(rerunReason(run.manifest.study) === null ? [] : ["MEASURED AGAIN"]),
    ...(run.revisions.length === 0 ? [] : ["REVISED"]),
  ];
}

function factsOf({ manifest, rows, runId, revisions }: PublishedRun): readonly string[] {
  const { startedAt, end, vantage, toolVersion, definitionsVersion, maxCostUsd } = manifest;
  const rerun = rerunReason(manifest.study);
  return [
    `run ${runId}: from ${minute(startedAt)} to ${end === null ? "an end that is not known, since its process was killed" : minute(end.endedAt)}, measured from ${vantage}`,
    `${plural(new Set(rows.map(({ target }) => target)).size, "target")}, ${plural(new Set(rows.map(({ scenario }) => scenario)).size, "scenario")}` +
      (maxCostUsd === null ? "" : `, cap ${usd(maxCostUsd)}`),
    `herdbench ${toolVersion}, definitions version ${definitionsVersion}`,
    ...(manifest.simulated ? ["Figures of simulated targets are made up, prices too."] : []),
    ...(rerun === null ? [] : [`measured again beside its night, and in no ranking or series: ${rerun}`]),
    ...(revisions.length === 0
      ? []
      : ["Later figures of this run stand below; what was published first is unchanged, and is what is shown."]),
  ];
}

function runLink(run: PublishedRun, toRoot: string): Link & { readonly note: string } {
  return { text: run.runId, href: toRoot + runPath(run.runId), note: marksOf(run).join(", ") };
}

function minute(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}
