import type { CarbonEstimate } from "../carbon/estimate.ts";
import { CARBON_FLAGS } from "../carbon/flags.ts";
import type { GroupCarbon } from "../carbon/of-samples.ts";
import type { Range } from "../carbon/range.ts";
import { sensitivitiesOf } from "../carbon/sensitivity.ts";
import { twoDigits } from "../carbon/significant.ts";
import type { ScenarioCarbonVerdict } from "../carbon/verdicts.ts";
import { deploymentPart, leverParts } from "./carbon-deployments.ts";
import { methodParts } from "./carbon-methods.ts";
import { ENDS, FORMULAS, tagOf } from "./carbon-rules.ts";
import { tableParts } from "./carbon-tables.ts";
import { fact, type Fact, type Part } from "./explanation.ts";

/** What a carbon figure is made of, each factor with its source; the other assumptions; what published methods say of the same request. */
export function carbonParts(
  { estimate, input }: GroupCarbon,
  verdicts: readonly ScenarioCarbonVerdict[],
): readonly Part[] {
  if (estimate.kind === "not-estimable") {
    return [{ heading: "carbon", sentences: [`Not estimable: ${estimate.reason}.`], facts: [] }];
  }
  return [
    resultPart(estimate),
    ...leverParts(estimate),
    { heading: "formulas", sentences: FORMULAS, facts: [] },
    ...factorParts(estimate),
    deploymentPart(estimate),
    ...tableParts(estimate.scenarios),
    {
      heading: "other assumptions",
      sentences: ["The central figure, gCO2e per 1,000 output tokens, if one thing were otherwise."],
      facts: sensitivitiesOf(input).map(({ name, totalG, source, date }) =>
        fact(name, twoDigits(totalG), "gCO2e per 1,000 output tokens", { source, date }),
      ),
    },
    ...methodParts(estimate),
    ...verdictParts(verdicts),
    { heading: "to be read with it", sentences: estimate.statements, facts: [] },
    ...sciParts(estimate),
  ];
}

function resultPart({ per1kOutput, total, carbonModelVersion, scenarios }: CarbonEstimate): Part {
  if (per1kOutput === null) {
    return { heading: "estimate", sentences: ["No answer completed, so nothing is per answer."], facts: [] };
  }
  const over =
    scenarios.length === 1
      ? ""
      : `; over ${scenarios.length} deployments: lowest low, geometric mean of the centrals by weight, highest high`;
  const ranged = (name: string, range: Range | null, unit: string, ends: string): Fact[] => {
    if (range === null) return [];
    const from = { source: `modelled: carbon-model ${carbonModelVersion}; ${ends}`, date: "this run" };
    const [low, central, high] = [range.low, range.central, range.high].map((one) => Number(twoDigits(one)));
    if (range.low === range.high) return [fact(name, central!, `${unit}, no range published`, from)];
    return [{ ...fact(name, central!, unit, from), low: low!, high: high! }];
  };
  const each = "per 1,000 output tokens";
  const product = ENDS.product + over;
  return {
    heading: "estimate",
    sentences: ["Judged ranges of about 5 to 95 %, two significant digits; the first line is what the reports show."],
    facts: [
      ...ranged("total", per1kOutput.totalG, `gCO2e ${each}`, ENDS.sum),
      ...ranged("operation, location-based", per1kOutput.operationalG, `gCO2e ${each}`, product),
      ...ranged("embodied", per1kOutput.embodiedG, `gCO2e ${each}`, ENDS.together + over),
      ...ranged("market-based operation, in no sum", per1kOutput.marketG, `gCO2e ${each}`, product),
      ...ranged("energy at the meter", per1kOutput.facilityWh, `Wh ${each}`, product),
      ...ranged("energy at the node", per1kOutput.itWh, `Wh ${each}`, product),
      ...ranged("water on site", per1kOutput.siteWaterMl, `mL ${each}`, product),
      ...ranged("water off site", per1kOutput.offSiteWaterMl, `mL ${each}`, product),
      ...ranged("energy at the meter, whole run", total.facilityWh, "Wh", product),
    ],
  };
}

/** Factors that hold for all hardware, then those of each deployment. */
function factorParts({ factors }: CarbonEstimate): readonly Part[] {
  const byHardware = Map.groupBy(factors, ({ hardware }) => hardware);
  return [...byHardware].map(([hardware, own]) => ({
    heading: hardware === null ? "factors" : `factors of ${hardware}`,
    sentences: ["low is what goes into the low-energy column: of a batch size or a share of peak, the larger number."],
    facts: own.map(({ name, value, low, high, unit, source, date, kind }) => ({
      name,
      value,
      low,
      high,
      unit,
      source: `${tagOf(kind, date)}: ${source}`,
      date,
    })),
  }));
}

function verdictParts(verdicts: readonly ScenarioCarbonVerdict[]): readonly Part[] {
  if (verdicts.length === 0) return [];
  return [
    {
      heading: "beside the other targets",
      sentences: verdicts.map(({ a, b, lower, reason }) =>
        lower === null
          ? `${a}, ${b}: ${reason}.`
          : `${lower} emits less than ${lower === a ? b : a} in at least 95 % of draws.`,
      ),
      facts: [],
    },
  ];
}

function sciParts({ sci, flags }: CarbonEstimate): readonly Part[] {
  const lacks = sci.missing.length === 0 ? "" : ` It may not be called SCI while it lacks: ${sci.missing.join("; ")}.`;
  return [
    {
      heading: "what it may be called",
      sentences: [`${sci.label}.${lacks}`, `R: ${sci.r}.`, `Boundary: ${sci.boundary}.`],
      facts: [],
    },
    ...(flags.length === 0
      ? []
      : [{ heading: "flags", sentences: flags.map((flag) => `${flag}: ${CARBON_FLAGS[flag]}`), facts: [] }]),
  ];
}
