import { describe, expect, it } from "vitest";
import { failed } from "../support/observations.ts";
import { sweepGroups, sweepRecord } from "../support/queue-record.ts";
import { targetSweep, type TargetSweep } from "../../src/measure/sweep/sweep.ts";
import { missesAllowed, requestsToPass } from "../../src/measure/sweep/slo-rule.ts";

/** Ten answers a second at most. */
const SERVER = { places: 4, serviceMs: 400 };

function sweptBy(
  by: "rate" | "concurrency",
  loads: readonly number[],
  of: { requests?: number; seed?: number; scenario?: Parameters<typeof sweepRecord>[0]["scenario"] } = {},
): TargetSweep {
  const { requests = 200, seed = 1, scenario = {} } = of;
  const record = sweepRecord({ server: SERVER, by, loads, requests, seed, scenario });
  return targetSweep(sweepGroups(record), by, 405)!;
}

describe("a sweep over rate", () => {
  it("finds the capacity of a queue from levels that lie far apart, one of them three times over it", () => {
    const { knee, levels } = sweptBy("rate", [2, 6, 18, 30]);
    expect(levels.map(({ saturation }) => saturation.includes("behind"))).toEqual([false, false, true, true]);
    expect(knee!.answersPerSecond / 10).toBeCloseTo(1, 1);
    expect(knee!.load / 10).toBeCloseTo(1, 1);
    expect(knee!.loadLow).toBeLessThanOrEqual(knee!.load);
    expect(knee!.loadHigh).toBeGreaterThanOrEqual(knee!.load);
    // The window begins one answer after the first request, however long the queue became.
    expect(levels.at(-1)!.answersPerSecond).toBeCloseTo(10, 0);
  });
  it("calls no level of a target with room to spare saturated, over many draws", () => {
    const names = Array.from({ length: 40 }, (_, seed) => sweptBy("rate", [1, 3, 5], { seed, requests: 60 })).flatMap(
      ({ levels }) => levels.flatMap(({ saturation }) => saturation),
    );
    expect(names.length).toBeLessThanOrEqual(2);
  });
  it("finds no knee when no level is saturated", () => {
    expect(sweptBy("rate", [1, 2, 4]).knee).toBeNull();
  });
  it("finds the knee within 10 % of the capacity in every one of 40 draws", () => {
    const knees = Array.from({ length: 40 }, (_, seed) => sweptBy("rate", [4, 8, 16], { seed }).knee!.load);
    expect(knees.filter((load) => Math.abs(load / 10 - 1) > 0.1)).toEqual([]);
  });
  it("names latency that grows within a level, and arrivals that found no room", () => {
    const [over] = sweptBy("rate", [14], { requests: 400 }).levels;
    expect(over!.saturation).toContain("growing");
    const limited = { load: { kind: "open", arrival: "poisson", ratePerSecond: 30, maxInFlight: 8 } } as const;
    expect(sweptBy("rate", [30], { scenario: limited }).levels[0]!.saturation).toContain("dropped");
  });
  it("tells a target that refuses from one that fails at any load", () => {
    const record = sweepRecord({ server: SERVER, by: "rate", loads: [2], requests: 100, seed: 1 });
    const [scenario] = record.manifest.scenarios.map((snapshot) => snapshot.scenario);
    const withEvery = (nth: number, kind: "rate-limited" | "truncated"): typeof record => ({
      ...record,
      observations: record.observations.map((observation, pair) =>
        pair % nth === 0
          ? failed({ pair, scenario: scenario!, kind, atMs: observation.stamps.scheduled / 1000 }).observation
          : observation,
      ),
    });
    const saturation = (of: typeof record): readonly string[] =>
      targetSweep(sweepGroups(of), "rate", 405)!.levels[0]!.saturation;
    expect(saturation(withEvery(10, "rate-limited"))).toEqual(["refused"]);
    expect(saturation(withEvery(10, "truncated"))).toEqual([]);
  });
  it("counts the knee in requests, of which a failing target answers fewer", () => {
    const record = sweepRecord({ server: SERVER, by: "rate", loads: [2, 18], requests: 200, seed: 3 });
    const light = new Set(
      record.observations
        .slice(0, 200)
        .filter(({ pair }) => pair % 10 === 0)
        .map(({ id }) => id),
    );
    const failing = {
      ...record,
      observations: record.observations.map((observation) =>
        light.has(observation.id)
          ? failed({
              pair: observation.pair,
              scenario: record.manifest.scenarios[0]!.scenario,
              kind: "truncated",
              atMs: observation.stamps.scheduled / 1000,
            }).observation
          : observation,
      ),
    };
    const { knee } = targetSweep(sweepGroups(failing), "rate", 405)!;
    expect(knee!.load / knee!.answersPerSecond).toBeCloseTo(1 / 0.9, 5);
  });
});

describe("a sweep over concurrency", () => {
  it("finds where more requests in flight bring no more answers", () => {
    const { knee, levels } = sweptBy("concurrency", [1, 2, 4, 8, 16]);
    expect(levels.map(({ saturation }) => saturation)).toEqual([[], [], [], ["flat"], ["flat"]]);
    expect(knee!.answersPerSecond / 10).toBeCloseTo(1, 1);
    expect(Math.abs(knee!.load / 4 - 1)).toBeLessThan(0.1);
    expect(levels.every(({ offeredPerSecond }) => offeredPerSecond === null)).toBe(true);
  });
});

describe("the capacity under an objective", () => {
  it("is that of the level with the most good answers that still meets it, in requests and in tokens", () => {
    const slo = { ttftMs: 300, tpotMs: null, e2eMs: null, percentile: 0.9 };
    const { sloCapacity } = sweptBy("rate", [2, 5, 18], { scenario: { slo } });
    expect(sloCapacity!.load).toBe(5);
    expect(sloCapacity!.scenario).toBe("open@5/s");
    expect(sloCapacity!.goodPerSecond / 5).toBeCloseTo(1, 0);
    expect(sloCapacity!.outputTokensPerSecond).toBeCloseTo(sloCapacity!.answersPerSecond * 5, 6);
    expect(sloCapacity!.inputTokensPerSecond).toBeCloseTo(sloCapacity!.answersPerSecond * 110, 6);
  });
  it("is unknown where no level meets it", () => {
    const slo = { ttftMs: 10, tpotMs: null, e2eMs: null, percentile: 0.9 };
    expect(sweptBy("rate", [2, 5], { scenario: { slo } }).sloCapacity).toBeNull();
  });
});

describe("the rule of a search", () => {
  it("asks for as many requests as LoadGen's early stopping", () => {
    expect([0, 1, 2, 5, 10].map((misses) => requestsToPass(misses, 0.99))).toEqual([459, 662, 838, 1307, 2010]);
    expect([0, 1, 2].map((misses) => requestsToPass(misses, 0.9))).toEqual([44, 64, 81]);
    expect([0, 1, 2].map((misses) => requestsToPass(misses, 0.95))).toEqual([90, 130, 165]);
    expect(requestsToPass(0, 0.999)).toBe(4603);
  });
  it("allows so many misses and not one more", () => {
    expect([458, 459, 661, 662, 838, 2010].map((n) => missesAllowed(n, 0.99))).toEqual([null, 0, 0, 1, 2, 10]);
  });
});
