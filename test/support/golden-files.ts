import { fileURLToPath } from "node:url";
import type { Analysis } from "../../src/measure/analysis.ts";
import { analyse } from "../../src/measure/analyse.ts";
import { comparisonCsv, summaryCsv } from "../../src/report/csv.ts";
import { reportJson } from "../../src/report/json.ts";
import { reportMarkdown } from "../../src/report/markdown.ts";
import { firstScreen } from "../../src/report/terminal.ts";
import { readRun } from "../../src/store/read.ts";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** The frozen run folder of observation version 1. */
export const GOLDEN_RUN = path("../golden/run-v1");
/** What every later version must still make of it. */
export const GOLDEN_REPORTS = path("../golden/reports-v1");
export const OBSERVATION_SCHEMA = path("../../src/store/observation.schema.json");
export const NIGHT_SCHEMA = path("../../src/store/nights/night.schema.json");

/** The frozen run, measured. */
export async function goldenAnalysis(): Promise<Analysis> {
  const record = await readRun(GOLDEN_RUN);
  const planned = record.manifest.scenarios.map(
    ({ scenario }) => [scenario.id, { warmups: scenario.warmups, arrivals: scenario.stop.requests! }] as const,
  );
  return analyse(record, new Map(planned));
}

/** The reports of the frozen run, by file name. */
export async function goldenReports(): Promise<Record<string, string>> {
  const analysis = await goldenAnalysis();
  return {
    "summary.csv": summaryCsv(analysis),
    "comparison.csv": comparisonCsv(analysis),
    "report.json": reportJson(analysis),
    "report.md": reportMarkdown(analysis),
    "screen.txt": firstScreen(analysis, { columns: 80, color: false }),
  };
}
