import { describe, expect, test } from "vitest";
import { ECOLOGITS_0_11_3, ECOLOGITS_0_9_1, ecologits } from "../../src/measure/carbon/methods/ecologits.ts";
import { JEGHAM_PUBLISHED } from "../../src/measure/carbon/methods/jegham.ts";
import type { MethodRequest } from "../../src/measure/carbon/methods/method.ts";
import { publishedMethods, typicalRequest } from "../../src/measure/carbon/methods/published.ts";
import type { Range } from "../../src/measure/carbon/range.ts";
import { answer, estimated, onHardware, stated } from "../support/carbon.ts";

/** One second to the first token, then 30 tokens a second, in a building of PUE 1.15. */
const request = (inputTokens: number, outputTokens: number): MethodRequest => ({
  inputTokens,
  outputTokens,
  ttftS: 1,
  decodeS: (outputTokens - 1) / 30,
  pue: 1.15,
});

const SHAPES = [
  [100, 300],
  [1000, 1000],
  [10_000, 1500],
] as const;

/** Wh as `low central high`, three digits each, by method and shape of request. */
const EXPECTED: Readonly<Record<string, readonly [string, string, string]>> = {
  oviedo: ["0.132 0.132 0.132", "0.817 0.817 0.817", "5.71 5.71 5.71"],
  inferencex: ["0.222 0.222 0.222", "1.38 1.38 1.38", "9.62 9.62 9.62"],
  "ml-energy": ["0.296 0.441 2.00", "0.985 1.47 6.66", "1.48 2.21 9.99"],
  epoch: ["0.702 0.702 0.936", "2.34 2.34 4.68", "3.51 3.51 26.9"],
  "ecologits-8bit": ["0.815 0.815 1.32", "2.70 2.70 4.38", "4.05 4.05 6.58"],
  "ecologits-16bit": ["1.63 1.63 2.63", "5.41 5.41 8.77", "8.11 8.11 13.2"],
  jegham: ["0.596 0.641 0.685", "1.86 2.00 2.14", "2.77 2.98 3.18"],
  mlperf: ["0.579 0.579 0.734", "1.93 1.93 2.45", "2.90 2.90 3.67"],
};

describe("published methods on the same request", () => {
  test.each(Object.entries(EXPECTED))("%s", (id, expected) => {
    const found = SHAPES.map(([input, output]) => {
      const { energyWh } = publishedMethods(request(input, output)).results.find((result) => result.id === id)!;
      return [energyWh!.low, energyWh!.central, energyWh!.high].map((wh) => wh.toPrecision(3)).join(" ");
    });
    expect(found).toEqual(expected);
  });

  test.each([
    ["h100x8-fp8", ["0.35 0.54 2.56", "1.43 2.23 9.44", "5.48 8.55 25.8"]],
    ["b200x4-fp8", ["0.22 0.44 2.32", "0.87 1.66 8.22", "2.92 5.06 18.5"]],
    ["b200x8-bf16", ["0.32 0.71 3.92", "1.31 2.76 14.0", "5.21 9.28 33.4"]],
  ])("beside the model on %s", (id, expected) => {
    const pue = stated({ low: 1.1, central: 1.15, high: 1.25 });
    const found = SHAPES.map(([input, output]) => {
      const workload = { attempts: [answer(input, output)] };
      const { low, central, high } = estimated({ workload, overrides: { ...onHardware(id), pue } }).total.facilityWh;
      return [low, central, high].map((wh) => wh.toFixed(wh < 10 ? 2 : 1)).join(" ");
    });
    expect(found).toEqual(expected);
  });

  test("are those and no others, each with its origin and what it leaves out", () => {
    const { results } = publishedMethods(request(100, 300));
    expect(results.map(({ id }) => id).toSorted()).toEqual(Object.keys(EXPECTED).toSorted());
    for (const { citation, year, caveat, factors } of results) {
      expect(citation).not.toBe("");
      expect(year).toBeGreaterThanOrEqual(2025);
      expect(caveat).not.toBe("");
      expect(factors.every(({ source, date }) => source !== "" && date !== "")).toBe(true);
    }
  });

  test("lie 20, 11 and 18 times apart", () => {
    const ratios = SHAPES.map(([input, output]) => Math.round(publishedMethods(request(input, output)).ratio!));
    expect(ratios).toEqual([20, 11, 18]);
  });

  test("and their printed figures lie within the envelope of the model", () => {
    for (const { inputTokens, outputTokens, wh } of JEGHAM_PUBLISHED) {
      const workload = { attempts: [answer(inputTokens, outputTokens)] };
      const { facilityWh } = estimated({
        workload,
        overrides: { pue: stated({ low: 1.1, central: 1.15, high: 1.25 }) },
      }).total;
      expect(wh).toBeGreaterThan(facilityWh.low);
      expect(wh).toBeLessThan(facilityWh.high);
    }
  });

  test("that need the pace say nothing without it", () => {
    const { results } = publishedMethods({ ...request(100, 300), ttftS: null });
    const energyOf = (id: string): Range | null => results.find((result) => result.id === id)!.energyWh;
    expect(energyOf("jegham")).toBeNull();
    expect(energyOf("ecologits-16bit")!.central.toPrecision(3)).toBe("2.63");
  });

  test("make nothing of nothing", () => {
    const { results, ratio } = publishedMethods({ ...request(0, 0), decodeS: 0 });
    expect(results.flatMap(({ energyWh }) => energyWh ?? []).filter(({ high }) => high !== 0)).toEqual([]);
    expect(ratio).toBeNull();
  });

  test("take the mean completed answer of an estimate", () => {
    const attempts = [answer(100, 200), answer(300, 400), { ...answer(900, 9), outcome: "failed" as const }];
    const estimate = estimated({ workload: { attempts, itlMs: 20, ttftMs: 500 } });
    expect(typicalRequest(estimate)).toEqual({
      inputTokens: 200,
      outputTokens: 300,
      ttftS: 0.5,
      decodeS: 5.98,
      pue: 1.25,
    });
    expect(typicalRequest(estimated({ workload: { attempts: attempts.slice(2) } }))).toBeNull();
    const paceless = estimated({ workload: { attempts, itlMs: null } });
    expect(typicalRequest(paceless)).toMatchObject({ ttftS: null, decodeS: null });
  });
});

test("EcoLogits corrected its water and renewed its hardware between versions, and kept its energy", () => {
  const input = {
    parametersBillion: 405.85,
    outputTokens: 500,
    latencyS: 20,
    batch: 64,
    bits: 16,
    gpuMemoryGb: 80,
    pue: 1.2,
    wue: 0.569,
    mix: { gwp: 0.38355, water: 3.1321, pe: 9.6884 },
  };
  const [before, after] = [ecologits(input, ECOLOGITS_0_9_1), ecologits(input, ECOLOGITS_0_11_3)];
  expect(after.energyKwh).toBe(before.energyKwh);
  expect(before.waterL / after.waterL).toBeCloseTo(1.2, 9);
  expect(after.embodied.gwp / before.embodied.gwp).toBeCloseTo((5700 / 8 + 273) / (5700 / 8 + 164), 9);
});
