import { join } from "node:path";
import type { Analysis } from "../measure/analysis.ts";
import { writeAtomically } from "../store/atomic.ts";
import { comparisonCsv, summaryCsv, sweepCsv } from "./csv.ts";
import { reportHtml } from "./html/page.ts";
import { reportJson } from "./json.ts";
import { reportMarkdown } from "./markdown.ts";

/** The report files of a run folder and what fills them, in the order in which they are written; null: not for this run. */
const REPORTS: readonly (readonly [file: string, render: (analysis: Analysis) => string | null])[] = [
  ["summary.csv", summaryCsv],
  ["comparison.csv", comparisonCsv],
  ["sweep.csv", sweepCsv],
  ["report.json", reportJson],
  ["report.md", reportMarkdown],
  ["report.html", reportHtml],
];

/** Writes every report file into the run's folder and returns their paths. Equal analyses give equal bytes. Throws StoreError. */
export async function writeReports(runDir: string, analysis: Analysis): Promise<string[]> {
  const paths: string[] = [];
  for (const [file, render] of REPORTS) {
    const text = render(analysis);
    if (text === null) continue;
    const path = join(runDir, file);
    await writeAtomically(path, text);
    paths.push(path);
  }
  return paths;
}
