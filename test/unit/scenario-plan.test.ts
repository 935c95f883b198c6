import { describe, expect, it } from "vitest";
import type { Load } from "../../src/core/load.ts";
import type { Scenario, Stop } from "../../src/core/scenario.ts";
import { CLOSED_ARRIVALS_MAX, planOf, releaseOrder } from "../../src/scenario/plan.ts";

function scenarioOf(load: Load, stop: Partial<Stop>): Scenario {
  return {
    id: "plan",
    title: "Plan",
    source: "A test",
    prompt: {
      inputTokens: 100,
      outputTokens: 64,
      content: "prose",
      cache: "cold",
      spread: null,
      prefix: null,
      dataset: null,
    },
    conversation: null,
    load,
    stop: { requests: null, durationMs: null, ...stop },
    warmups: 2,
    slo: { ttftMs: 400, tpotMs: null, e2eMs: null, percentile: 0.9 },
    arrangement: "paired",
    block: null,
    retry: null,
    seed: 405,
  };
}

function open(arrival: "constant" | "poisson", ratePerSecond: number): Load {
  return { kind: "open", arrival, ratePerSecond, maxInFlight: 64 };
}

const ask = { inputTokens: 100, outputTokens: 64, material: null };

describe("a plan", () => {
  it("spaces constant arrivals evenly from 0, without rounding errors that add up", () => {
    const { arrivals } = planOf(scenarioOf(open("constant", 3), { requests: 3001 }));
    expect(arrivals.slice(0, 4).map(({ dueUs }) => dueUs)).toEqual([0, 333_333, 666_667, 1_000_000]);
    expect(arrivals.at(-1)).toMatchObject({ pair: 3000, phase: "measured", dueUs: 1_000_000_000 });
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

  it.each([0.1, 0.5, 3])(
    "draws gamma gaps of shape %d: the mean is the period, the variance 1/shape of its square",
    (shape) => {
      const load: Load = { kind: "open", arrival: "gamma", ratePerSecond: 50, burstiness: shape, maxInFlight: 64 };
      const dues = planOf(scenarioOf(load, { requests: 20_000 })).arrivals.map(({ dueUs }) => dueUs! / 20_000);
      const gaps = dues.map((due, i) => due - (dues[i - 1] ?? 0));
      const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
      const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
      // Four standard errors of the mean, √(1/shape/n); of the variance, by its kurtosis 3 + 6/shape.
      expect(Math.abs(mean - 1)).toBeLessThan(4 * Math.sqrt(1 / shape / 20_000));
      expect(Math.abs(variance * shape - 1)).toBeLessThan(4 * Math.sqrt((2 + 6 / shape) / 20_000));
    },
  );

  it("changes its rate evenly over a ramp: as many arrivals by each moment as the area under it", () => {
    const load: Load = {
      kind: "open",
      arrival: "ramp",
      ratePerSecond: 10,
      toRatePerSecond: 90,
      burstiness: 1,
      maxInFlight: 64,
    };
    const dues = planOf(scenarioOf(load, { durationMs: 100_000 })).arrivals.map(({ dueUs }) => dueUs! / 1e6);
    const by = (seconds: number): number => dues.filter((due) => due < seconds).length;
    // 10 t + 0.4 t², within four standard deviations.
    for (const [seconds, expected] of [
      [25, 500],
      [50, 1500],
      [100, 5000],
    ] as const) {
      expect(Math.abs(by(seconds) - expected)).toBeLessThan(4 * Math.sqrt(expected));
    }
  });

  it("rises in steps of equal length, and says which arrival belongs to which", () => {
    const load: Load = {
      kind: "open",
      arrival: "steps",
      ratePerSecond: 20,
      factors: [1, 4, 16],
      burstiness: 1,
      maxInFlight: 64,
    };
    const { arrivals } = planOf(scenarioOf(load, { durationMs: 30_000 }));
    const slices = Map.groupBy(arrivals, ({ slice }) => slice);
    expect([...slices.keys()]).toEqual(["step 1 20/s", "step 2 80/s", "step 3 320/s"]);
    for (const [i, [, list]] of [...slices].entries()) {
      const expected = 200 * load.factors[i]!;
      expect(Math.abs(list.length - expected)).toBeLessThan(4 * Math.sqrt(expected));
      expect(list.every(({ dueUs }) => Math.floor(dueUs! / 10_000_000) === i)).toBe(true);
    }
  });

  it("draws lengths whose median and p95 are those asked for, and none above the most", () => {
    const spread = { inputTokensP95: 7300, inputTokensMax: 8000, outputTokensP95: 90, outputTokensMax: 200 };
    const prompt = { ...scenarioOf(open("poisson", 5), {}).prompt, inputTokens: 1469, outputTokens: 13, spread };
    const { arrivals } = planOf({ ...scenarioOf(open("poisson", 5), { requests: 10_000 }), prompt });
    for (const [lengths, median, p95, most] of [
      [arrivals.map(({ inputTokens }) => inputTokens), 1469, 7300, 8000],
      [arrivals.map(({ outputTokens }) => outputTokens), 13, 90, 200],
    ] as const) {
      const sorted = lengths.toSorted((a, b) => a - b);
      // Shares, not lengths: 4 standard errors of one half and of a twentieth, a whole token's step to spare.
      const below = (length: number): number => lengths.filter((one) => one < length).length / lengths.length;
      expect(below(median)).toBeLessThan(0.52);
      expect(below(median + 1)).toBeGreaterThan(0.48);
      expect(below(p95)).toBeLessThan(0.959);
      expect(below(p95 + 1)).toBeGreaterThan(0.941);
      expect(sorted.at(-1)).toBe(most);
      expect(sorted[0]).toBeGreaterThanOrEqual(1);
    }
    // The length of a request has nothing to do with how many there are.
    expect(planOf({ ...scenarioOf(open("poisson", 5), { requests: 5 }), prompt }).arrivals).toEqual(
      arrivals.slice(0, 5),
    );
  });

  it("ends at the count or the duration, whichever comes first", () => {
    const load = open("constant", 10);
    expect(planOf(scenarioOf(load, { durationMs: 1000 })).arrivals.length).toBe(10);
    expect(planOf(scenarioOf(load, { durationMs: 1001 })).arrivals.length).toBe(11);
    expect(planOf(scenarioOf(load, { durationMs: 1000, requests: 4 })).arrivals.length).toBe(4);
    expect(planOf(scenarioOf(load, { durationMs: 1000, requests: 400 })).arrivals.length).toBe(10);
  });

  it("has no due times in a closed loop, and a stated limit when only a duration ends it", () => {
    const load: Load = { kind: "closed", maxConcurrency: 5, rampUpMs: 0, thinkTime: null };
    expect(planOf(scenarioOf(load, { requests: 2 })).arrivals).toEqual([
      { pair: 0, phase: "measured", dueUs: null, turn: 0, ...ask, slice: null, block: 0 },
      { pair: 1, phase: "measured", dueUs: null, turn: 0, ...ask, slice: null, block: 0 },
    ]);
    expect(planOf(scenarioOf(load, { durationMs: 1000 })).arrivals.length).toBe(CLOSED_ARRIVALS_MAX);
  });

  it("counts warm-ups on their own", () => {
    expect(planOf(scenarioOf(open("constant", 1), { requests: 1 })).warmups).toEqual([
      { pair: 0, phase: "warmup", dueUs: null, turn: 0, ...ask, slice: null, block: 0 },
      { pair: 1, phase: "warmup", dueUs: null, turn: 0, ...ask, slice: null, block: 0 },
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
