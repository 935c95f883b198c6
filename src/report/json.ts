import type { SummaryRow } from "../core/metric.ts";
import type { Analysis, GroupAnalysis } from "../measure/analysis.ts";

/** Version of the shape of `report.json`. */
const REPORT_VERSION = 1;

/**
 * `report.json`: the whole analysis, keys sorted, so that equal analyses are equal bytes. Rows leave out what their
 * group says. Infinity is `"inf"`, no value is null. Ends with a line feed.
 */
export function reportJson(analysis: Analysis): string {
  const slim = { ...analysis, groups: analysis.groups.map(slimGroup) };
  return `${JSON.stringify({ reportVersion: REPORT_VERSION, ...sortedKeys(slim) }, replacer, 2)}\n`;
}

function slimGroup(group: GroupAnalysis): object {
  const slimRow = ({ metric, unit, stat, value, n, low, high, flags, slice }: SummaryRow): object => {
    return { metric, unit, stat, value, n, low, high, flags, slice };
  };
  return { ...group, rows: group.rows.map(slimRow) };
}

function replacer(key: string, value: unknown): unknown {
  // The root alone is in an order of its own: the version comes first.
  if (key === "") return value;
  if (value === Infinity) return "inf";
  if (value === -Infinity) return "-inf";
  return typeof value === "object" && value !== null && !Array.isArray(value) ? sortedKeys(value) : value;
}

function sortedKeys(value: object): object {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
