import type { CarbonEstimate } from "../carbon/estimate.ts";
import { CARBON_FLAGS } from "../carbon/flags.ts";
import { publishedMethods, typicalRequest } from "../carbon/methods/published.ts";
import type { GroupCarbon } from "../carbon/of-samples.ts";
import type { Range } from "../carbon/range.ts";
import { sensitivitiesOf } from "../carbon/sensitivity.ts";
import { twoDigits } from "../carbon/significant.ts";
import type { ScenarioCarbonVerdict } from "../carbon/verdicts.ts";
import { tableParts } from "./carbon-tables.ts";
import { fact, THIS_RUN, type Fact, type Part } from "./explanation.ts";

/** The model, in the order in which it is computed. */
const FORMULAS = [
  "batch = the prior, or what the median time per output token still allows where that is less: read backwards in the measured table.",
  "prefill J = fresh prompt tokens × attention × 2 × parameters × (power share × TDP) / (share of peak × peak operations).",
  "attention = 1 + prompt tokens × layers × width / parameters; a cached token costs a stated share of a fresh one.",
  "decode J = output tokens × measured J per output token at that batch.",
  "keys and values J = output tokens × (prompt + output / 2) × seconds per token × power share × TDP × accelerators.",
  "energy at the node Wh = (prefill + decode + keys and values) / 3600 × host × idle.",
  "energy at the meter Wh = energy at the node × PUE.",
  "operation g = energy at the meter / 1000 × location-based average grid intensity.",
  "seconds held = prefill operations / (share of peak × peak operations × accelerators) + output tokens / tokens per second at " +
    "that batch + output tokens × (prompt + output / 2) × seconds per token.",
  "embodied g = emissions of the node × share of its accelerators × seconds held / (lifetime × utilisation).",
  "water mL = energy at the node × WUE + energy at the meter × EWIF.",
  "total = operation + embodied, column by column; per 1,000 output tokens of completed answers.",
  "low and high of operation and water: distances of the factors to their ends add as root of the sum of squares, in log space.",
  "low and high of embodied, and of each kind of joules: all factors at their low, or all at their high.",
  "hardware unknown: lowest low, geometric mean of the centrals by weight, highest high.",
];

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
    { heading: "formulas", sentences: FORMULAS, facts: [] },
    ...factorParts(estimate),
    ...scenarioParts(estimate),
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

function resultPart({ per1kOutput, total, carbonModelVersion }: CarbonEstimate): Part {
  const model = { source: `carbon-model ${carbonModelVersion}, by the factors below`, date: "this run" };
  if (per1kOutput === null) {
    return { heading: "estimate", sentences: ["No answer completed, so nothing is per answer."], facts: [] };
  }
  const ranged = (name: string, range: Range | null, unit: string): Fact[] => {
    if (range === null) return [];
    const [low, central, high] = [range.low, range.central, range.high].map((one) => Number(twoDigits(one)));
    return [{ ...fact(name, central!, unit, model), low: low!, high: high! }];
  };
  const each = "per 1,000 output tokens";
  return {
    heading: "estimate",
    sentences: ["Judged ranges of about 5 to 95 %, two significant digits; the first line is what the reports show."],
    facts: [
      ...ranged("total", per1kOutput.totalG, `gCO2e ${each}`),
      ...ranged("operation, location-based", per1kOutput.operationalG, `gCO2e ${each}`),
      ...ranged("embodied", per1kOutput.embodiedG, `gCO2e ${each}`),
      ...ranged("market-based operation, in no sum", per1kOutput.marketG, `gCO2e ${each}`),
      ...ranged("energy at the meter", per1kOutput.facilityWh, `Wh ${each}`),
      ...ranged("energy at the node", per1kOutput.itWh, `Wh ${each}`),
      ...ranged("water on site", per1kOutput.siteWaterMl, `mL ${each}`),
      ...ranged("water off site", per1kOutput.offSiteWaterMl, `mL ${each}`),
      ...ranged("energy at the meter, whole run", total.facilityWh, "Wh"),
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
      source: `${kind}: ${source}`,
      date,
    })),
  }));
}

function scenarioParts({ scenarios, work }: CarbonEstimate): readonly Part[] {
  const facts = scenarios.flatMap((one): Fact[] => {
    const name = one.kind === "calibrated" ? one.shape.id : "joules as supplied";
    const from = { source: `weight ${one.weight} of the envelope`, date: "this run" };
    const of = (what: string, range: Range, unit: string): Fact => ({
      ...fact(`${name}: ${what}`, range.central, unit, from),
      low: range.low,
      high: range.high,
    });
    const parts = one.kind === "calibrated" ? one.parts : null;
    return [
      ...(parts === null
        ? []
        : [
            of("prefill", parts.prefill, "J of the run"),
            of("decode", parts.decode, "J of the run"),
            of("keys and values", parts.kvRead, "J of the run"),
          ]),
      of("at the accelerators", one.acceleratorJ, "J of the run"),
      of("operation", one.footprint.operationalG, "gCO2e of the run"),
      ...(one.kind === "calibrated" ? [of("seconds held", one.heldS, "s of the whole deployment")] : []),
      ...(one.footprint.embodiedG === null ? [] : [of("embodied", one.footprint.embodiedG, "gCO2e of the run")]),
      of("total", one.footprint.totalG, "gCO2e of the run"),
    ];
  });
  return [
    {
      heading: "deployments that may stand behind it",
      sentences: [`Over ${work.servedTokens} output tokens of ${work.completed} completed answers.`],
      facts,
    },
  ];
}

function methodParts(estimate: CarbonEstimate): readonly Part[] {
  const request = typicalRequest(estimate);
  if (request === null) return [];
  const { results, ratio } = publishedMethods(request);
  const { inputTokens, outputTokens } = request;
  const said = `One mean answer of this run, ${Math.round(inputTokens)} tokens in and ${Math.round(outputTokens)} out, at the meter.`;
  const spread =
    ratio === null ? [] : [`They lie ${twoDigits(ratio)} times apart: the disagreement is part of the answer.`];
  const servedWh = estimate.total.facilityWh;
  const perAnswer = (wh: number): number => Number(twoDigits(wh / estimate.work.completed));
  return [
    {
      heading: "published methods side by side",
      sentences: [said, ...spread],
      facts: [
        {
          ...fact("this model", perAnswer(servedWh.central), "Wh", THIS_RUN),
          low: perAnswer(servedWh.low),
          high: perAnswer(servedWh.high),
        },
        ...results.map(({ name, energyWh, citation, year, caveat }) => ({
          ...fact(name, energyWh === null ? null : Number(twoDigits(energyWh.central)), `Wh (${caveat})`, {
            source: citation,
            date: String(year),
          }),
          low: energyWh === null ? null : Number(twoDigits(energyWh.low)),
          high: energyWh === null ? null : Number(twoDigits(energyWh.high)),
        })),
      ],
    },
  ];
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
