import type { CarbonEstimate } from "../carbon/estimate.ts";
import { leversOf } from "../carbon/levers.ts";
import type { Range } from "../carbon/range.ts";
import type { Scenario } from "../carbon/scenario.ts";
import { twoDigits } from "../carbon/significant.ts";
import { ENDS, tagOf } from "./carbon-rules.ts";
import { fact, type Fact, type Part } from "./explanation.ts";

const PER_1K = "gCO2e per 1,000 output tokens";

/** Each deployment from joules to grams, over the whole run, each line with the rule by which its ends are formed. */
export function deploymentPart({ scenarios, work }: CarbonEstimate): Part {
  return {
    heading: "deployments that may stand behind it",
    sentences: [
      `Over ${work.servedTokens} output tokens of ${work.completed} completed answers; failed attempts are in it.`,
      "More digits than the model supports, so that each line can be computed from those above.",
    ],
    facts: scenarios.flatMap(chainOf),
  };
}

function chainOf(one: Scenario): readonly Fact[] {
  const name = one.kind === "calibrated" ? one.shape.id : "joules as supplied";
  const of = (what: string, range: Range, unit: string, ends: string): Fact => ({
    ...fact(`${name}: ${what}`, range.central, unit, {
      source: `modelled; weight ${Number(one.weight.toPrecision(4))} of the envelope; ${ends}`,
      date: "this run",
    }),
    low: range.low,
    high: range.high,
  });
  const { acceleratorJ, footprint } = one;
  const joules =
    one.kind === "supplied"
      ? []
      : [
          of("prefill", one.parts.prefill, "J of the run", ENDS.together),
          of("decode", one.parts.decode, "J of the run", ENDS.together),
          of("keys and values", one.parts.kvRead, "J of the run", ENDS.together),
        ];
  const held =
    one.kind === "supplied" ? [] : [of("seconds held", one.heldS, "s of the whole deployment", ENDS.together)];
  const { embodiedG } = footprint;
  return [
    ...joules,
    of("at the accelerators", acceleratorJ, "J of the run", one.kind === "supplied" ? ENDS.together : ENDS.sum),
    of("at the node", footprint.itWh, "Wh of the run", ENDS.product),
    of("at the meter", footprint.facilityWh, "Wh of the run", ENDS.product),
    of("operation", footprint.operationalG, "gCO2e of the run", ENDS.product),
    ...held,
    ...(embodiedG === null ? [] : [of("embodied", embodiedG, "gCO2e of the run", ENDS.together)]),
    of("total", footprint.totalG, "gCO2e of the run", ENDS.sum),
  ];
}

/** Which of the inputs that nobody outside sees decides the figure, and what each of them alone would do. */
export function leverParts(estimate: CarbonEstimate): readonly Part[] {
  const levers = leversOf(estimate);
  const [first] = levers;
  const central = estimate.per1kOutput?.totalG.central;
  if (first === undefined || central === undefined) return [];
  const [low, high] = [twoDigits(first.perG.low), twoDigits(first.perG.high)];
  return [
    {
      heading: "what decides it",
      sentences: [
        `The input that decides it most is ${first.name} (${tagOf(first.kind, "")}): alone, at its ends, it takes the central ${twoDigits(central)} to ${low} or ${high} ${PER_1K}.`,
        "Below, each input alone at its low and at its high end, all others central, the widest first.",
      ],
      facts: levers.map(({ name, kind, perG }) => ({
        ...fact(`only ${name}`, Number(twoDigits(central)), PER_1K, {
          source: `modelled; ${tagOf(kind, "")}`,
          date: "this run",
        }),
        low: Number(twoDigits(perG.low)),
        high: Number(twoDigits(perG.high)),
      })),
    },
  ];
}
