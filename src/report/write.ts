import { join } from "node:path";
import type { RunRecord } from "../core/run.ts";
import type { Analysis } from "../measure/analysis.ts";
import { writeAtomically } from "../store/atomic.ts";
import { comparisonCsv, summaryCsv, sweepCsv } from "./csv.ts";
import { reportJson } from "./json.ts";
import { reportMarkdown } from "./markdown.ts";

type Render = (analysis: Analysis, record: RunRecord) => string | null | Promise<string>;

/** The report files of a run folder and what fills them, in the order in which they are written; null: not for this run. */
const REPORTS: readonly (readonly [file: string, render: Render])[] = [
  ["summary.csv", summaryCsv],
  ["comparison.csv", comparisonCsv],
  ["sweep.csv", sweepCsv],
  ["report.json", reportJson],
  ["report.md", reportMarkdown],
  ["report.html", pageOf],
];

/** Charts take a while to load, and most of what this program does draws none. */
async function pageOf(analysis: Analysis, record: RunRecord): Promise<string> {
  const { reportHtml } = await import("./html/page.ts");
  return reportHtml(analysis, record);
}

/**
 * Writes every report file into the run's folder and returns their paths. Equal runs give equal bytes. Throws StoreError.
 *
 * @param record that the analysis was made from
 */
export async function writeReports(runDir: string, analysis: Analysis, record: RunRecord): Promise<string[]> {
  const paths: string[] = [];
  for (const [file, render] of REPORTS) {
    const text = await render(analysis, record);
    if (text === null) continue;
    const path = join(runDir, file);
    await writeAtomically(path, text);
    paths.push(path);
  }
  return paths;
}
