import type { CarbonEstimate } from "../carbon/estimate.ts";
import type { MethodResult } from "../carbon/methods/method.ts";
import { publishedMethods, typicalRequest } from "../carbon/methods/published.ts";
import { twoDigits } from "../carbon/significant.ts";
import { fact, type Fact, type Part } from "./explanation.ts";

/** What published methods say of the mean answer, beside this model. */
export function methodParts(estimate: CarbonEstimate): readonly Part[] {
  const request = typicalRequest(estimate);
  if (request === null) return [];
  const { results, ratio } = publishedMethods(request);
  const { inputTokens, outputTokens } = request;
  const said = `One mean answer of this run, ${Math.round(inputTokens)} tokens in and ${Math.round(outputTokens)} out, at the meter.`;
  const { low, central, high } = estimate.total.facilityWh;
  const perAnswer = (wh: number): number => Number(twoDigits(wh / estimate.work.completed));
  const model = { source: `modelled: carbon-model ${estimate.carbonModelVersion}`, date: "this run" };
  return [
    {
      heading: "published methods side by side",
      sentences: [said, ...(ratio === null ? [] : spreadOf(results, ratio))],
      facts: [
        { ...fact("this model", perAnswer(central), "Wh", model), low: perAnswer(low), high: perAnswer(high) },
        ...results.map(methodFact),
      ],
    },
  ];
}

/** Apart by ends and by central figures, since either alone would mislead. */
function spreadOf(results: readonly MethodResult[], ratio: number): readonly string[] {
  const ranges = results.flatMap(({ energyWh }) => (energyWh === null ? [] : [energyWh]));
  const centrals = ranges.map(({ central }) => central);
  const [least, most] = [Math.min(...centrals), Math.max(...centrals)];
  const [lowest, highest] = [Math.min(...ranges.map(({ low }) => low)), Math.max(...ranges.map(({ high }) => high))];
  return [
    `Without this model, their central figures lie ${twoDigits(most / least)} times apart (${twoDigits(least)} to ${twoDigits(most)} Wh), ` +
      `the highest of all ends ${twoDigits(ratio)} times above the lowest (${twoDigits(lowest)} to ${twoDigits(highest)} Wh): ` +
      "the disagreement is part of the answer.",
  ];
}

function methodFact({ name, energyWh, citation, year, caveat }: MethodResult): Fact {
  const from = { source: citation, date: String(year) };
  if (energyWh === null) return fact(name, null, `Wh (${caveat})`, from);
  const [low, central, high] = [energyWh.low, energyWh.central, energyWh.high].map((wh) => Number(twoDigits(wh)));
  // Ends are equal where the method leaves no choice, which is no statement of certainty.
  if (energyWh.low === energyWh.high) return fact(name, central!, `Wh, no range published (${caveat})`, from);
  return { ...fact(name, central!, `Wh (${caveat})`, from), low: low!, high: high! };
}
