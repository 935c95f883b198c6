import { OBSERVATION_COLUMNS } from "../../src/history/observation-columns.ts";
import { RUN_COLUMNS } from "../../src/history/run-columns.ts";
import {
  comparisonDictionary,
  markdownTable,
  summaryDictionary,
  sweepDictionary,
} from "../../src/measure/dictionary.ts";

/** `results/README.md`, made from the columns and the catalogue as they are now. */
export function resultsReadme(): string {
  return `# What stands in results/

One folder per run, \`<UTC time>-<label>/\`: \`manifest.json\` says what was run, \`observations.ndjson.gz\` has a line per attempt, and all else is made
from these. \`.index/\` is made from all folders and can be deleted. This file is made from the program itself
(\`node test/support/write-readme.ts\`), and a test holds it to that.

All CSVs are RFC 4180 in UTF-8 with line feeds. Missing is empty, never 0. A failure in a latency is \`inf\`. Latencies have three decimals. Times are ISO 8601
UTC. A text that a spreadsheet would run begins with \`'\`. Columns are only ever appended, and \`schema_version\` says which header it is.

## summary.csv: one row per target, scenario, metric and statistic

${summaryDictionary()}

## comparison.csv, latest.csv, history.csv: one row per target, scenario and load

Every latency is the \`_all\` statistic, in which each failure counts as infinite: no failure improves a cell.

${comparisonDictionary()}

## sweep.csv: one row per target and level of a sweep

${sweepDictionary()}

## \`herdbench history query\`: the tables

\`summary\` has the columns of summary.csv. \`runs\` has one row per run folder:

${columnsOf(RUN_COLUMNS)}

\`observations\` has one row per attempt; stamps are microseconds since the run's first moment:

${columnsOf(OBSERVATION_COLUMNS)}
`;
}

function columnsOf(columns: Readonly<Record<string, { readonly type: string; readonly meaning: string }>>): string {
  return markdownTable(
    ["column", "type", "meaning"],
    Object.entries(columns).map(([name, { type, meaning }]) => [`\`${name}\``, type, meaning]),
  );
}
