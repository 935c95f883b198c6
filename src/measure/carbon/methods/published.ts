import type { CarbonEstimate } from "../estimate.ts";
import { ecologitsMethods } from "./ecologits.ts";
import { epochMethod } from "./epoch.ts";
import { inferencexMethod } from "./inferencex.ts";
import { jeghamMethod } from "./jegham.ts";
import type { MethodRequest, MethodResult } from "./method.ts";
import { mlEnergyMethod } from "./ml-energy.ts";
import { mlperfMethod } from "./mlperf.ts";
import { oviedoMethod } from "./oviedo.ts";

/** Published methods on one request, and how far apart they lie. */
export interface Disagreement {
  readonly request: MethodRequest;
  readonly results: readonly MethodResult[];
  /** Highest end over the lowest of all methods: the disagreement is part of the answer. Null without energy. */
  readonly ratio: number | null;
}

/** Every method on one request. */
export function publishedMethods(request: MethodRequest): Disagreement {
  const results = [
    oviedoMethod(request),
    inferencexMethod(request),
    mlEnergyMethod(request),
    epochMethod(request),
    ...ecologitsMethods(request),
    jeghamMethod(request),
    mlperfMethod(request),
  ];
  const ranges = results.flatMap(({ energyWh }) => (energyWh === null ? [] : [energyWh]));
  const least = Math.min(...ranges.map(({ low }) => low));
  const ratio = least > 0 ? Math.max(...ranges.map(({ high }) => high)) / least : null;
  return { request, results, ratio };
}

/** The mean completed answer of an estimate, as the methods want to know it; null when nothing completed. */
export function typicalRequest({ work, multipliers }: CarbonEstimate): MethodRequest | null {
  const { meanAnswer, itlMs, ttftMs } = work;
  if (meanAnswer === null) return null;
  return {
    ...meanAnswer,
    ttftS: ttftMs === null ? null : ttftMs / 1000,
    decodeS: itlMs === null ? null : (itlMs * Math.max(0, meanAnswer.outputTokens - 1)) / 1000,
    pue: multipliers.pue.range.central,
  };
}
