import { basename, dirname, relative } from "node:path";
import type { Revision, RunRecord, ScenarioSnapshot } from "../core/run.ts";
import type { Analysis } from "../measure/analysis.ts";
import { analyse } from "../measure/analyse.ts";
import { reportJson } from "../report/json.ts";
import { firstScreen } from "../report/terminal.ts";
import { writeReports } from "../report/write.ts";
import { planOf } from "../scenario/plan.ts";
import { readRun } from "../store/read.ts";

/** How the outcome is shown. */
export interface ShowOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/**
 * From a run folder to its reports: read, measure, write, show. `run` ends with it and `report` is nothing else, so that
 * every published number comes from disk.
 */
export async function publishReport(folder: string, options: ShowOptions): Promise<Analysis> {
  return publish(folder, await readRun(folder), null, options);
}

/** The reports of a run whose process died before it had written them. */
export async function rebuildReports(folder: string): Promise<void> {
  await publishReport(folder, { quiet: true });
}

/** Reports of a record, put into a folder and shown. */
export async function publish(
  folder: string,
  record: RunRecord,
  revision: Revision | null,
  options: ShowOptions,
): Promise<Analysis> {
  const analysis = analyse(record, plannedOf(record), revision);
  const files = await writeReports(folder, analysis, record);
  if (options.json === true) process.stdout.write(reportJson(analysis));
  else if (options.quiet !== true) {
    const color = process.stdout.isTTY && (process.env["NO_COLOR"] ?? "") === "";
    process.stdout.write(firstScreen(analysis, { columns: 80, color, run: nameOf(folder) }));
    process.stdout.write(["", "written", ...files.map((file) => `  ${file}`), ""].join("\n"));
  }
  return analysis;
}

/** How a command typed here names a run: its name alone where `results` holds it. */
function nameOf(folder: string): string {
  const path = relative(process.cwd(), folder);
  return dirname(path) === "results" ? basename(path) : path;
}

type PlannedCounts = NonNullable<ScenarioSnapshot["planned"]>;

/** What each scenario of a run planned per target. */
export function plannedOf({ manifest }: RunRecord): ReadonlyMap<string, PlannedCounts> {
  return new Map(manifest.scenarios.map((snapshot) => [snapshot.scenario.id, snapshot.planned ?? replanned(snapshot)]));
}

/** Folders of the first kind do not say; their scenarios need no file to plan. */
function replanned({ scenario }: ScenarioSnapshot): PlannedCounts {
  const { warmups, arrivals } = planOf(scenario);
  return { warmups: warmups.length, arrivals: arrivals.length };
}
