import { describe, expect, test } from "vitest";
import { estimateCarbon } from "../../src/measure/carbon/estimate.ts";
import {
  CARBON_DRAWS,
  CARBON_SEED,
  drawCarbon,
  quantileType7,
  spreadOf,
} from "../../src/measure/carbon/monte-carlo.ts";
import type { CarbonOverrides } from "../../src/core/carbon.ts";
import { type CarbonRow, type CarbonVerdict, rankCarbon } from "../../src/measure/carbon/rank.ts";
import type { Workload } from "../../src/measure/carbon/work.ts";
import { answer, carbonInput, estimated, onHardware, statedExactly } from "../support/carbon.ts";

const row = (
  id: string,
  target: Partial<Parameters<typeof carbonInput>[0]["target"]>,
  overrides: CarbonOverrides = {},
  workload: Partial<Workload> = {},
): CarbonRow => ({ id, estimate: estimateCarbon(carbonInput({ target: { ...target }, overrides, workload })) });

const virginia = row("virginia", { provider: "bedrock", region: "us-east-1" });
const sweden = row("sweden", { provider: "bedrock", region: "eu-north-1" });
const azure = row("azure", { provider: "azure-ai", region: "eastus" });

const verdict = (a: CarbonRow, b: CarbonRow): CarbonVerdict => rankCarbon([a, b], CARBON_SEED, CARBON_DRAWS)[0]!;

describe("ranking", () => {
  test("a hydro grid lies below a coal one, whatever the hardware", () => {
    const { lower, aLower, reason } = verdict(virginia, sweden);
    expect(lower).toBe("sweden");
    expect(aLower!.shared).toBeLessThan(0.01);
    expect(aLower!.independent).toBeLessThan(0.05);
    expect(reason).toBe("");
  });

  test("says the same in either order, and with more rows around", () => {
    expect(verdict(sweden, virginia).lower).toBe("sweden");
    const all = rankCarbon([azure, virginia, sweden], CARBON_SEED, CARBON_DRAWS);
    expect(all).toHaveLength(3);
    expect(all.find(({ a, b }) => a === "virginia" && b === "sweden")).toEqual(verdict(virginia, sweden));
  });

  test("shared certainty is not enough: the same grid and a slightly better building", () => {
    const { aLower, lower, reason } = verdict(azure, virginia);
    expect(aLower!.shared).toBe(1);
    expect(aLower!.independent).toBeLessThan(0.6);
    expect(lower).toBeNull();
    expect(reason).toMatch(/not distinguishable/);
  });

  test("a row and its double are not distinguishable", () => {
    const { lower, aLower } = verdict(virginia, { ...virginia, id: "double" });
    expect(lower).toBeNull();
    expect(aLower!.shared).toBe(0);
    expect(Math.abs(aLower!.independent - 0.5)).toBeLessThan(0.02);
  });

  test.each([
    [
      "an extrapolated row",
      row("odd", { provider: "bedrock", region: "eu-north-1" }, {}, { itlMs: 12 }),
      /extrapolated/,
    ],
    ["a row without an estimate", row("odd", { provider: "groq" }), /not estimable/],
    [
      "a row without an answer",
      row("odd", {}, {}, { attempts: [{ ...answer(9, 1), outcome: "failed" }] }),
      /completed/,
    ],
    [
      "a row whose embodied emissions nobody knows",
      row("odd", {}, { joulesPerOutputToken: { ...statedExactly(0.01), boundary: "node" } }),
      /embodied/,
    ],
  ])("%s is never ranked, however low", (_, odd, reason) => {
    expect(verdict(odd, virginia)).toMatchObject({ lower: null, aLower: null });
    expect(verdict(virginia, odd).reason).toMatch(reason);
  });

  test("the market-based claim plays no part", () => {
    const claimed = row("claimed", { provider: "bedrock", region: "us-east-1" }, { marketGPerKwh: statedExactly(0) });
    expect(verdict(claimed, virginia).lower).toBeNull();
  });
});

describe("draws", () => {
  const one = estimated({ overrides: onHardware("h100x8-fp8") });

  test("are the seed's", () => {
    expect(drawCarbon(one, 405, 500)).toEqual(drawCarbon(one, 405, 500));
    expect(drawCarbon(one, 406, 500)).not.toEqual(drawCarbon(one, 405, 500));
  });

  test("lie around the judged range, and total more than operation", () => {
    const { totalG, operationalG } = drawCarbon(one, CARBON_SEED, CARBON_DRAWS);
    const { p5, p50, p95 } = spreadOf(totalG);
    const { low, central, high } = one.total.totalG;
    expect(p5).toBeGreaterThan(low);
    expect(p95).toBeLessThan(high);
    expect(p50).toBeGreaterThan(central);
    expect(totalG.every((value, index) => value > operationalG[index]!)).toBe(true);
  });

  test("of unknown hardware are of each deployment by its weight", () => {
    // One batch and nothing else drawn from it: three deployments give three energies per token.
    const batch = { batch: statedExactly(64) };
    const draws = drawCarbon(estimated({ overrides: batch }), 405, 20_000).facilityWh;
    const alone = ["h100x8-fp8", "b200x4-fp8", "b200x8-bf16"].map(
      (id) => drawCarbon(estimated({ overrides: { ...onHardware(id), ...batch } }), 405, 20_000).facilityWh,
    );
    const shares = alone.map((ofOne) => ofOne.reduce((n, value, i) => n + (value === draws[i] ? 1 : 0), 0) / 20_000);
    expect(shares[0]).toBeCloseTo(0.5, 1);
    expect(shares[1]).toBeCloseTo(0.3, 1);
    expect(shares[2]).toBeCloseTo(0.2, 1);
    expect(shares[0]! + shares[1]! + shares[2]!).toBe(1);
  });

  test("never make less of host, idle share or building than the energy itself", () => {
    const joulesPerOutputToken = { ...statedExactly(10), boundary: "node" as const };
    const pue = { value: 1.01, low: 1, high: 1.5, source: "the test", date: "2026" };
    const { facilityWh } = drawCarbon(
      estimated({ overrides: { joulesPerOutputToken, pue } }),
      CARBON_SEED,
      CARBON_DRAWS,
    );
    expect(Math.min(...facilityWh)).toBeGreaterThanOrEqual(((500 * 10) / 3600) * (1 - 1e-12));
  });

  test("of supplied joules spread like their range", () => {
    const joulesPerOutputToken = {
      value: 10,
      low: 5,
      high: 40,
      source: "the test",
      date: "2026",
      boundary: "node" as const,
    };
    const by = { joulesPerOutputToken, pue: statedExactly(1), gridGPerKwh: statedExactly(100) };
    const { p5, p95 } = spreadOf(drawCarbon(estimated({ overrides: by }), CARBON_SEED, CARBON_DRAWS).facilityWh);
    expect(p95 / p5).toBeGreaterThan(8);
  });
});

test("quantiles of type 7 lie between the order statistics", () => {
  const sorted = Float64Array.of(1, 2, 4, 8);
  const quantiles = [0, 0.5, 0.9, 1].map((p) => quantileType7(sorted, p).toFixed(12));
  expect(quantiles).toEqual([1, 3, 6.8, 8].map((value) => value.toFixed(12)));
});
