import type { Stat, SummaryRow } from "../core/metric.ts";
import type { Analysis, GroupAnalysis } from "../measure/analysis.ts";
import type { CarbonEstimate } from "../measure/carbon/estimate.ts";
import { jsonText } from "./json-text.ts";

/** Version of the shape of `report.json`. 2: rows by metric, and each factor of carbon once for all groups. */
export const REPORT_VERSION = 2;

/**
 * `report.json`: the whole analysis, keys sorted, so that equal analyses are equal bytes. Statistics leave out what their
 * metric and group say and what they have not got; those of no values are left out themselves. Infinity is `"inf"`. Ends with a line feed.
 */
export function reportJson(analysis: Analysis): string {
  const factors = openFactors();
  const groups = analysis.groups.map((group) => slimGroup(group, factors.at));
  const slim = { ...analysis, reportVersion: REPORT_VERSION, groups, carbonFactors: factors.all };
  return jsonText(slim, ["reportVersion"]);
}

type Factor = CarbonEstimate["factors"][number];

/** The factors of all groups, each once: most come from the same tables, with a page of sources. */
function openFactors(): { readonly all: readonly Factor[]; at(factor: Factor): number } {
  const places = new Map<string, number>();
  const all: Factor[] = [];
  return {
    all,
    at: (factor) => {
      const key = JSON.stringify(factor);
      const known = places.get(key);
      if (known !== undefined) return known;
      places.set(key, all.length);
      return all.push(factor) - 1;
    },
  };
}

function slimGroup(group: GroupAnalysis, at: (factor: Factor) => number): object {
  const { rows, carbon, ...rest } = group;
  return { ...rest, metrics: metricsOf(rows), carbon: slimCarbon(carbon, at) };
}

/** Rows of one metric and slice together, in the order of every report. */
function metricsOf(rows: readonly SummaryRow[]): readonly object[] {
  const together = Map.groupBy(rows, ({ metric, slice }) => JSON.stringify([metric, slice]));
  return [...together.values()].map((of) => {
    const { metric, unit, slice } = of[0]!;
    const stats: Partial<Record<Stat, object>> = {};
    for (const row of of) if (!isOfNothing(row)) stats[row.stat] = slimStat(row);
    return { metric, unit, ...(slice === null ? {} : { slice }), stats };
  });
}

/** A statistic of no values, which says no more than that. */
function isOfNothing({ value, n, flags }: SummaryRow): boolean {
  return value === null && n === 0 && flags.every((flag) => flag === "no_values" || flag === "insufficient_n");
}

function slimStat({ value, n, low, high, flags }: SummaryRow): object {
  return {
    n,
    ...(value === null ? {} : { value }),
    ...(low === null ? {} : { low }),
    ...(high === null ? {} : { high }),
    ...(flags.length === 0 ? {} : { flags }),
  };
}

/** Each number stands once: those of site, deployment and multipliers are among the factors, with their sources. */
function slimCarbon(carbon: GroupAnalysis["carbon"], at: (factor: Factor) => number): object {
  if (carbon.kind === "not-estimable") return carbon;
  const { multipliers: _multipliers, site, scenarios, factors, ...rest } = carbon;
  return { ...rest, place: site.place, scenarios: scenarios.map(slimScenario), factors: factors.map(at) };
}

function slimScenario(scenario: CarbonEstimate["scenarios"][number]): object {
  if (scenario.kind === "supplied") return { ...scenario, joulesPerToken: scenario.joulesPerToken.range };
  const { batch, shape, ...rest } = scenario;
  return { ...rest, shape: shape.id, batch: batch.range, batchCeiling: batch.ceiling };
}
