import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  decodeJoules,
  decodeTokensPerS,
  prefillFloorS,
  unexplainedPrefill,
} from "../../src/measure/carbon/accelerator-energy.ts";
import { batchCeiling } from "../../src/measure/carbon/batch.ts";
import { HOST, IDLE } from "../../src/measure/carbon/data/constants.ts";
import { type Shape, SHAPES } from "../../src/measure/carbon/data/shapes.ts";
import { embodiedShareG } from "../../src/measure/carbon/embodied.ts";
import type { Quantity } from "../../src/measure/carbon/factor.ts";
import { type Footprint, footprintOf } from "../../src/measure/carbon/footprint.ts";
import { ECOLOGITS_0_9_1, type EcoLogitsInput, ecologits } from "../../src/measure/carbon/methods/ecologits.ts";
import { EPOCH_OVERHEAD, epochWh } from "../../src/measure/carbon/methods/epoch.ts";
import { inferencex } from "../../src/measure/carbon/methods/inferencex.ts";
import { jeghamImpact, type JeghamInput, jeghamWh } from "../../src/measure/carbon/methods/jegham.ts";
import { wallEnergy, whPerSample } from "../../src/measure/carbon/methods/mlperf.ts";
import { oviedoWh } from "../../src/measure/carbon/methods/oviedo.ts";
import { drawCarbon, spreadOf } from "../../src/measure/carbon/monte-carlo.ts";
import { envelope, exactly, type Range } from "../../src/measure/carbon/range.ts";
import { sciScore } from "../../src/measure/carbon/sci.ts";
import { answer, estimated, onHardware, stated, statedExactly } from "../support/carbon.ts";

/* Check values of the model, computed elsewhere by other code: every one has to be met to 1e-6. */

const TOLERANCE = 1e-6;

interface Case {
  readonly input: object;
  readonly expected: object;
}

interface Vector {
  readonly id: string;
  readonly cases: readonly Case[];
}

const file = join(import.meta.dirname, "..", "fixtures", "carbon", "vectors.json");
const VECTORS = JSON.parse(readFileSync(file, "utf8")) as Vector[];

/** Those whose id begins so, named one by one. */
const named = (prefix: string): [string, Vector][] =>
  VECTORS.filter(({ id }) => id.startsWith(prefix)).map((vector) => [vector.id, vector]);

/** Every number of `expected` within the tolerance, everything else equal. */
function expectClose(actual: unknown, expected: unknown, path: string): void {
  if (typeof expected === "number") {
    expect(actual, path).toBeTypeOf("number");
    const error = Math.abs((actual as number) - expected);
    expect(error, `${path}: ${String(actual)} for ${expected}`).toBeLessThanOrEqual(TOLERANCE * Math.abs(expected));
  } else if (typeof expected === "object" && expected !== null) {
    for (const [key, value] of Object.entries(expected)) {
      expectClose((actual as Record<string, unknown>)[key], value, `${path}.${key}`);
    }
  } else {
    expect(actual, path).toEqual(expected);
  }
}

const shapeOf = (id: string): Shape => SHAPES.find((shape) => shape.id === id)!;

/** A footprint by plain numbers, from Wh at the nodes. */
function plainFootprint(itWh: number, pue: number, wue: number, ewif: number): Footprint {
  const plain = (value: number, like: Quantity): Quantity => ({ ...like, range: exactly(value) });
  return footprintOf(
    exactly(itWh * 3600),
    {
      host: plain(1, HOST),
      idle: plain(1, IDLE),
      pue: plain(pue, HOST),
      wue: plain(wue, HOST),
      ewif: plain(ewif, HOST),
      grid: plain(0, HOST),
      market: null,
    },
    null,
  );
}

interface OnHardware {
  readonly hardware: string;
}

interface Request extends OnHardware {
  readonly inputTokens: number;
  readonly cachedTokens?: number;
  readonly outputTokens: number;
  readonly itlMs: number;
  readonly pue: Range;
  readonly gridGPerKwh: Range;
}

interface Grid {
  readonly pue: number;
  readonly wue: number;
  readonly ewif: number;
}

type Jegham = JeghamInput | (Parameters<typeof jeghamImpact>[1] & { readonly energyWh: number });

/** What a vector's case comes to here, in the shape of its `expected`. */
const COMPUTE: Readonly<Record<string, (input: never) => unknown>> = {
  eco: (input: EcoLogitsInput) => ecologits(input, ECOLOGITS_0_9_1),
  jeg: (input: Jegham) => ("energyWh" in input ? jeghamImpact(input.energyWh, input) : { energyWh: jeghamWh(input) }),
  epo: (of: { parametersBillion: number; outputTokens: number }) => ({
    energyWh: epochWh(of.parametersBillion, of.outputTokens, EPOCH_OVERHEAD),
  }),
  ovi: (of: { outputTokens: number; tokensPerS: number; nodeKw: number; pue: number }) => ({
    energyWh: oviedoWh(of.outputTokens, of.tokensPerS, of.nodeKw, of.pue),
  }),
  inx: (input: Parameters<typeof inferencex>[0]) => inferencex(input),
  mlp: (of: { wallW: number; tokensPerS: number; samplesPerS?: number }) => ({
    joulesPerOutputToken: wallEnergy(of.wallW, of.tokensPerS),
    whPerSample: whPerSample(of.wallW, of.samplesPerS ?? NaN),
  }),
  mle: ({ hardware, batch }: OnHardware & { batch: number }) => ({
    joulesPerOutputToken: decodeJoules(shapeOf(hardware), batch),
    outputTokensPerS: decodeTokensPerS(shapeOf(hardware), batch),
  }),
  inv: ({ hardware, itlMs }: OnHardware & { itlMs: number }) => batchCeiling(shapeOf(hardware), itlMs),
  ttft: ({ hardware, inputTokens, ttftS }: OnHardware & { inputTokens: number; ttftS: number }) => {
    const floorS = prefillFloorS(shapeOf(hardware), inputTokens, 0);
    const unexplained = unexplainedPrefill(floorS, ttftS);
    return { floorS, explained: unexplained === 0, unexplained };
  },
  rec: recommended,
  env: ({ weights, facilityWh }: { weights: number[]; facilityWh: Range[] }) =>
    envelope(facilityWh.map((range, index) => ({ range, weight: weights[index]! }))),
  mon: ({ seed, draws, pue, gridGPerKwh, ...of }: Request & { seed: number; draws: number }) => {
    const estimate = estimated({
      workload: { attempts: [answer(of.inputTokens, of.outputTokens)], itlMs: of.itlMs },
      overrides: { ...onHardware(of.hardware), pue: stated(pue), gridGPerKwh: stated(gridGPerKwh) },
    });
    const drawn = drawCarbon(estimate, seed, draws);
    return { facilityWh: spreadOf(drawn.facilityWh), operationalG: spreadOf(drawn.operationalG) };
  },
  "sci-01": (of: { totalKg: number; lifespanH: number; reservedH: number; resourceShare: number }) => ({
    embodiedG: embodiedShareG(of.totalKg, of.reservedH / of.lifespanH, of.resourceShare),
  }),
  "sci-02": (of: { energyKwh: number; gridGPerKwh: number; embodiedG: number; units: number }) => ({
    score: sciScore(of.energyKwh * of.gridGPerKwh, of.embodiedG, of.units),
  }),
  "sci-03": ({ carbonKg, tokens }: { carbonKg: number; tokens: number }) => ({
    kgPerBillionTokens: sciScore(carbonKg, 0, tokens / 1e9),
    gPerMillionTokens: sciScore(carbonKg * 1000, 0, tokens / 1e6),
  }),
  "sci-04": (of: { operationalG: number; embodiedG: number; outputTokens: number }) => ({
    score: sciScore(of.operationalG, of.embodiedG, of.outputTokens / 1000),
  }),
  "wat-01": ({ serverWh, pue, wue, ewif }: Grid & { serverWh: number }) => ({
    waterMl: plainFootprint(serverWh, pue, wue, ewif).waterMl.central,
  }),
  "wat-02": ({ totalWh, overheadWh, wue }: { totalWh: number; overheadWh: number; wue: number }) => ({
    siteWaterMl: plainFootprint(totalWh - overheadWh, 1, wue, 0).siteWaterMl.central,
  }),
  "wat-03": ({ energyKwh, pue, wue, ewif }: Grid & { energyKwh: number }) => {
    // The request of eco-02, which has this energy.
    const request = VECTORS.find(({ id }) => id === "eco-02")!.cases[0]!.input as EcoLogitsInput;
    const codeL = ecologits({ ...request, pue, wue }, ECOLOGITS_0_9_1).waterL;
    const documentL = plainFootprint((energyKwh * 1000) / pue, pue, wue, ewif).waterMl.central / 1000;
    return { codeL, documentL, ratio: codeL / documentL };
  },
};

/** The recommended model through its public door. */
function recommended(
  input: Request & { readonly wue: Range; readonly ewif: Range; readonly marketGPerKwh: number | null },
): unknown {
  const { total, scenarios, flags } = estimated({
    workload: { attempts: [answer(input.inputTokens, input.outputTokens, input.cachedTokens)], itlMs: input.itlMs },
    overrides: {
      ...onHardware(input.hardware),
      pue: stated(input.pue),
      wue: stated(input.wue),
      ewif: stated(input.ewif),
      gridGPerKwh: stated(input.gridGPerKwh),
      ...(input.marketGPerKwh === null ? {} : { marketGPerKwh: statedExactly(input.marketGPerKwh) }),
    },
  });
  const [scenario] = scenarios;
  if (scenario?.kind !== "calibrated") throw new Error("no calibrated scenario");
  const { batch, parts, acceleratorJ } = scenario;
  const paces = ["extrapolated", "faster-than-calibrated", "slower-than-calibrated"] as const;
  return {
    ...total,
    acceleratorJ,
    ceiling: batch.ceiling,
    batch: batch.range,
    pace: paces.find((pace) => flags.includes(pace)) ?? "calibrated",
    centralParts: { prefill: parts.prefill.central, decode: parts.decode.central, kvRead: parts.kvRead.central },
    centralSiteWaterMl: total.siteWaterMl.central,
    centralOffSiteWaterMl: total.offSiteWaterMl.central,
    centralWaterMl: total.waterMl.central,
    centralMarketG: total.marketG?.central,
  };
}

describe("check values", () => {
  test("are 88, each with a name of its own", () => {
    expect(new Set(VECTORS.map(({ id }) => id)).size).toBe(88);
  });

  test.each(
    Object.entries(COMPUTE).flatMap(([prefix, compute]) => named(prefix).map((pair) => [...pair, compute] as const)),
  )("%s", (id, { cases }, compute) => {
    expect(cases.length).toBeGreaterThan(0);
    for (const { input, expected } of cases) expectClose(compute(input as never), expected, id);
  });

  test("are all computed here, but for those of cost", () => {
    const computed = Object.keys(COMPUTE).flatMap((prefix) => named(prefix).map(([id]) => id));
    const rest = VECTORS.map(({ id }) => id).filter((id) => !computed.includes(id));
    expect(rest).toEqual(named("cost").map(([id]) => id));
    expect(computed.length).toBe(69);
  });
});
