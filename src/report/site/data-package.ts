import { COMPARISON_COLUMN_MEANINGS, COMPARISON_COLUMNS } from "../../measure/comparison.ts";
import { columnType, type ColumnType } from "../../measure/column-types.ts";
import { SUMMARY_COLUMN_MEANINGS, SUMMARY_COLUMNS } from "../../measure/summary-columns.ts";
import { dataPath } from "./paths.ts";

/**
 * `datapackage.json` (Frictionless Data Package 1): what each CSV of the site holds, column by column. Ends with a line feed.
 *
 * @param runIds with a folder below `data/`
 */
export function dataPackageJson(runIds: readonly string[]): string {
  const ofRuns = (file: string): readonly string[] => runIds.map((runId) => dataPath(runId) + file);
  const comparison = schemaOf(COMPARISON_COLUMNS, COMPARISON_COLUMN_MEANINGS);
  const summary = schemaOf(SUMMARY_COLUMNS, SUMMARY_COLUMN_MEANINGS);
  const resources = [
    resource("latest", "latest.csv", "comparison.csv of the newest valid run", comparison),
    resource("history", "history.csv", "comparison.csv of every run, oldest first", comparison),
    ...(runIds.length === 0
      ? []
      : [
          resource(
            "comparison",
            ofRuns("comparison.csv"),
            "one row per target, scenario and load, run by run",
            comparison,
          ),
          resource(
            "summary",
            ofRuns("summary.csv"),
            "one row per target, scenario, metric and statistic, run by run",
            summary,
          ),
        ]),
  ];
  return `${JSON.stringify({ profile: "tabular-data-package", name: "herdbench", title: "herdbench: measured LLM endpoints", resources }, null, 2)}\n`;
}

interface Schema {
  readonly fields: readonly object[];
  readonly missingValues: readonly string[];
}

function resource(name: string, path: string | readonly string[], description: string, schema: Schema): object {
  return {
    profile: "tabular-data-resource",
    name,
    path,
    description,
    format: "csv",
    mediatype: "text/csv",
    encoding: "utf-8",
    dialect: { delimiter: ",", lineTerminator: "\n", quoteChar: '"', doubleQuote: true, header: true },
    schema,
  };
}

function schemaOf(columns: readonly string[], meanings: Readonly<Record<string, string>>): Schema {
  const fields = columns.map((name) => ({ name, ...FIELDS[columnType(name)], description: meanings[name] }));
  return { fields, missingValues: [""] };
}

const FIELDS: Readonly<Record<ColumnType, object>> = {
  text: { type: "string" },
  // The specification spells infinity INF, and readers that know only that spelling take `inf` for text.
  number: { type: "number" },
  integer: { type: "integer" },
  boolean: { type: "boolean", trueValues: ["true"], falseValues: ["false"] },
  time: { type: "datetime" },
};
