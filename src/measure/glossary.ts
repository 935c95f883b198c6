import { METRICS } from "./catalogue.ts";
import { CARBON_FLAGS } from "./carbon/flags.ts";
import { FLAGS } from "./flags.ts";
import type { Metric } from "./metric.ts";

/** The definitions as Markdown tables: metrics in catalogue order, flags, and flags of a carbon estimate. Ends without a line break. */
export function glossaryMarkdown(): string {
  return [
    "| metric | unit | better | `_all` | definition |",
    "|---|---|---|---|---|",
    ...METRICS.map((metric) =>
      tableRow([
        `\`${metric.id}\``,
        metric.unit,
        metric.direction,
        allOf(metric),
        `**${metric.title}.** ${metric.definition}`,
      ]),
    ),
    "",
    "| flag | meaning |",
    "|---|---|",
    ...Object.entries(FLAGS).map(([flag, meaning]) => tableRow([`\`${flag}\``, meaning])),
    "",
    "| flag of a carbon estimate | meaning |",
    "|---|---|",
    ...Object.entries(CARBON_FLAGS).map(([flag, meaning]) => tableRow([`\`${flag}\``, meaning])),
  ].join("\n");
}

/** What `_all` counts as +∞, or as 0, beside the answers. */
function allOf(metric: Metric): string {
  if (metric.level === "group" || metric.failures === "left-out") return "";
  if (metric.failures === "zero") return "failures as 0";
  return metric.failures === "infinite" ? "failures" : "failures, drops";
}

function tableRow(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}
