import { describe, expect, it } from "vitest";
import type { Load, Scenario, Stop } from "../../src/core/scenario.ts";
import { CLOSED_ARRIVALS_MAX, planOf, releaseOrder } from "../../src/scenario/plan.ts";

function scenarioOf(load: Load, stop: Partial<Stop>): Scenario {
  return {
    id: "plan",
    title: "Plan",
    source: "A test",
    prompt: { inputTokens: 100, outputTokens: 64, content: "prose", cache: "cold" },
    load,
    stop: { requests: null, durationMs: null, ...stop },
    warmups: 2,
    slo: { ttftMs: 400, tpotMs: null, e2eMs: null, percentile: 0.9 },
    arrangement: "paired",
    retry: null,
    seed: 405,
  };
}

function open(arrival: "constant" | "poisson", ratePerSecond: number): Load {
  return { kind: "open", arrival, ratePerSecond, maxInFlight: 64 };
}

describe("a plan", () => {
  it("spaces constant arrivals evenly from 0, without rounding errors that add up", () => {
    const { arrivals } = planOf(scenarioOf(open("constant", 3), { requests: 3001 }));
    expect(arrivals.slice(0, 4).map(({ dueUs }) => dueUs)).toEqual([0, 333_333, 666_667, 1_000_000]);
    expect(arrivals.at(-1)).toEqual({ pair: 3000, phase: "measured", dueUs: 1_000_000_000 });
  });

  it("draws Poisson arrivals whose gaps are exponential: mean and deviation both one period", () => {
    const { arrivals } = planOf(scenarioOf(open("poisson", 50), { requests: 20_000 }));
    const dues = arrivals.map(({ dueUs }) => dueUs!);
    const gaps = dues.map((due, i) => due - (dues[i - 1] ?? 0));
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
    // Four standard errors of either at 20,000 gaps are below 5 %.
    expect(mean / 20_000).toBeGreaterThan(0.95);
    expect(mean / 20_000).toBeLessThan(1.05);
    expect(deviation / 20_000).toBeGreaterThan(0.95);
    expect(deviation / 20_000).toBeLessThan(1.05);
    // Exponential, not merely of that mean: P(gap < mean) = 1 − 1/e.
    const below = gaps.filter((gap) => gap < 20_000).length / gaps.length;
    expect(Math.abs(below - (1 - Math.exp(-1)))).toBeLessThan(0.02);
    expect(gaps[0]).toBeGreaterThan(0);
  });

  it("ends at the count or the duration, whichever comes first", () => {
    const load = open("constant", 10);
    expect(planOf(scenarioOf(load, { durationMs: 1000 })).arrivals.length).toBe(10);
    expect(planOf(scenarioOf(load, { durationMs: 1001 })).arrivals.length).toBe(11);
    expect(planOf(scenarioOf(load, { durationMs: 1000, requests: 4 })).arrivals.length).toBe(4);
    expect(planOf(scenarioOf(load, { durationMs: 1000, requests: 400 })).arrivals.length).toBe(10);
  });

  it("has no due times in a closed loop, and a stated limit when only a duration ends it", () => {
    const load: Load = { kind: "closed", maxConcurrency: 5 };
    expect(planOf(scenarioOf(load, { requests: 2 })).arrivals).toEqual([
      { pair: 0, phase: "measured", dueUs: null },
      { pair: 1, phase: "measured", dueUs: null },
    ]);
    expect(planOf(scenarioOf(load, { durationMs: 1000 })).arrivals.length).toBe(CLOSED_ARRIVALS_MAX);
  });

  it("counts warm-ups on their own", () => {
    expect(planOf(scenarioOf(open("constant", 1), { requests: 1 })).warmups).toEqual([
      { pair: 0, phase: "warmup", dueUs: null },
      { pair: 1, phase: "warmup", dueUs: null },
    ]);
  });

  it("is another one for another seed and for another scenario", () => {
    const scenario = scenarioOf(open("poisson", 5), { requests: 10 });
    expect(planOf({ ...scenario, seed: 1 }).arrivals).not.toEqual(planOf(scenario).arrivals);
    expect(planOf({ ...scenario, id: "other" }).arrivals).not.toEqual(planOf(scenario).arrivals);
  });

  it("does not change from version to version: these arrivals are published", () => {
    const { arrivals } = planOf(scenarioOf(open("poisson", 5), { requests: 4 }));
    expect(arrivals.map(({ dueUs }) => dueUs)).toMatchInlineSnapshot(`
      [
        343893,
        555085,
        694913,
        780649,
      ]
    `);
  });
});

describe("the order within a block", () => {
  const targets = ["sim-fast", "sim-cheap", "sim-flaky"];

  it("is the same however the targets are named, and changes from pair to pair", () => {
    const orders = Array.from({ length: 50 }, (_, pair) => releaseOrder(405, "quick-chat", pair, targets));
    for (const [pair, order] of orders.entries()) {
      expect(order.toSorted()).toEqual(targets.toSorted());
      expect(releaseOrder(405, "quick-chat", pair, targets.toReversed())).toEqual(order);
    }
    expect(new Set(orders.map((order) => order.join())).size).toBe(6);
  });

  it("puts every target first about equally often", () => {
    const firsts = Array.from({ length: 3000 }, (_, pair) => releaseOrder(1, "x", pair, targets)[0]!);
    for (const target of targets) {
      const share = firsts.filter((first) => first === target).length / 3000;
      expect(share).toBeGreaterThan(0.3);
      expect(share).toBeLessThan(0.367);
    }
  });

  it("leaves the list that it was given as it was", () => {
    const given = Object.freeze(["b", "a"]);
    expect(releaseOrder(1, "x", 0, given)).toHaveLength(2);
    expect(given).toEqual(["b", "a"]);
  });
});
