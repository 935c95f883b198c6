import type { SummaryRow } from "../core/metric.ts";
import type { Analysis, GroupAnalysis } from "../measure/analysis.ts";
import type { CarbonEstimate } from "../measure/carbon/estimate.ts";

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
  return { ...group, rows: group.rows.map(slimRow), carbon: slimCarbon(group.carbon) };
}

/** Each number stands once: those of site, deployment and multipliers are among the factors, with their sources. */
function slimCarbon(carbon: GroupAnalysis["carbon"]): object {
  if (carbon.kind === "not-estimable") return carbon;
  const { multipliers: _multipliers, site, scenarios, ...rest } = carbon;
  return { ...rest, place: site.place, scenarios: scenarios.map(slimScenario) };
}

function slimScenario(scenario: CarbonEstimate["scenarios"][number]): object {
  if (scenario.kind === "supplied") return { ...scenario, joulesPerToken: scenario.joulesPerToken.range };
  const { batch, shape, ...rest } = scenario;
  return { ...rest, shape: shape.id, batch: batch.range, batchCeiling: batch.ceiling };
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
