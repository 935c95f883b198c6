import { join } from "node:path";
import type { Analysis } from "../measure/analysis.ts";
import { writeAtomically } from "../store/atomic.ts";
import { comparisonCsv, summaryCsv } from "./csv.ts";
import { reportHtml } from "./html.ts";
import { reportJson } from "./json.ts";
import { reportMarkdown } from "./markdown.ts";

/** The report files of a run folder and what fills them, in the order in which they are written. */
const REPORTS: readonly (readonly [file: string, render: (analysis: Analysis) => string])[] = [
  ["summary.csv", summaryCsv],
  ["comparison.csv", comparisonCsv],
  ["report.json", reportJson],
  ["report.md", reportMarkdown],
  ["report.html", reportHtml],
];

/** Writes every report file into the run's folder and returns their paths. Equal analyses give equal bytes. Throws StoreError. */
export async function writeReports(runDir: string, analysis: Analysis): Promise<string[]> {
  const paths: string[] = [];
  for (const [file, render] of REPORTS) {
    const path = join(runDir, file);
    await writeAtomically(path, render(analysis));
    paths.push(path);
  }
  return paths;
}
