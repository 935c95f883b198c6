import { METRICS } from "./catalogue.ts";
import { columnType } from "./column-types.ts";
import { COMPARISON_COLUMN_MEANINGS, columnFigure, type ComparisonColumn } from "./comparison.ts";
import { SWEEP_COLUMN_MEANINGS } from "./sweep/sweep-columns.ts";
import { SUMMARY_COLUMN_MEANINGS } from "./summary-columns.ts";

/** The columns of summary.csv as a Markdown table, then the metrics that stand in it. Ends without a line break. */
export function summaryDictionary(): string {
  const metrics = METRICS.map(({ id, unit, title }) => [`\`${id}\``, unit, title]);
  return [
    markdownTable(
      ["column", "type", "meaning"],
      Object.entries(SUMMARY_COLUMN_MEANINGS).map(([name, meaning]) => [`\`${name}\``, columnType(name), meaning]),
    ),
    markdownTable(["metric", "unit", "title"], metrics),
  ].join("\n\n");
}

/** The columns of comparison.csv as a Markdown table, with the figure of summary.csv that each repeats. */
export function comparisonDictionary(): string {
  return markdownTable(
    ["column", "type", "meaning", "in summary.csv"],
    Object.entries(COMPARISON_COLUMN_MEANINGS).map(([name, meaning]) => [
      `\`${name}\``,
      columnType(name),
      meaning,
      figureOf(name as ComparisonColumn),
    ]),
  );
}

/** The columns of sweep.csv as a Markdown table. */
export function sweepDictionary(): string {
  return markdownTable(
    ["column", "meaning"],
    Object.entries(SWEEP_COLUMN_MEANINGS).map(([name, meaning]) => [`\`${name}\``, meaning]),
  );
}

function figureOf(name: ComparisonColumn): string {
  const figure = columnFigure(name);
  if (figure === null) return "";
  const times = figure.factor === 1 ? "" : ` × ${figure.factor}`;
  return `\`${figure.metric}\` \`${figure.stat}\`${figure.end === "value" ? "" : ` ${figure.end}`}${times}`;
}

export function markdownTable(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(columns), `|${columns.map(() => "---|").join("")}`, ...rows.map(line)].join("\n");
}
