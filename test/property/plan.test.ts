import fc from "fast-check";
import { expect, it } from "vitest";
import type { Scenario } from "../../src/core/scenario.ts";
import { planOf } from "../../src/scenario/plan.ts";

const openScenario: fc.Arbitrary<Scenario> = fc.record({
  id: fc.stringMatching(/^[a-z][a-z\d-]{0,10}$/),
  title: fc.constant("Plan"),
  source: fc.constant("A test"),
  prompt: fc.constant({ inputTokens: 100, outputTokens: 64, content: "prose" as const, cache: "cold" as const }),
  load: fc.record({
    kind: fc.constant("open" as const),
    arrival: fc.constantFrom("constant" as const, "poisson" as const),
    ratePerSecond: fc.double({ min: 0.01, max: 1000, noNaN: true }),
    maxInFlight: fc.constant(64),
  }),
  stop: fc.record({
    requests: fc.integer({ min: 1, max: 500 }),
    durationMs: fc.option(fc.integer({ min: 1, max: 100_000 })),
  }),
  warmups: fc.nat({ max: 5 }),
  slo: fc.constant({ ttftMs: 1, tpotMs: null, e2eMs: null, percentile: 0.9 }),
  arrangement: fc.constant("paired" as const),
  retry: fc.constant(null),
  seed: fc.maxSafeNat(),
});

function duesOf(scenario: Scenario): number[] {
  return planOf(scenario).arrivals.map(({ dueUs }) => dueUs!);
}

it("is a function of the scenario: whole due times in order, pairs counted from 0, within both limits", () => {
  fc.assert(
    fc.property(openScenario, (scenario) => {
      const plan = planOf(scenario);
      expect(planOf(structuredClone(scenario))).toEqual(plan);
      expect(plan.arrivals.map(({ pair }) => pair)).toEqual([...plan.arrivals.keys()]);
      const dues = duesOf(scenario);
      expect(dues.every((due, i) => Number.isInteger(due) && due >= (dues[i - 1] ?? 0))).toBe(true);
      expect(dues.length).toBeLessThanOrEqual(scenario.stop.requests!);
      if (scenario.stop.durationMs !== null) expect(dues.at(-1) ?? 0).toBeLessThan(scenario.stop.durationMs * 1000);
      else expect(dues.length).toBe(scenario.stop.requests);
    }),
  );
});

it("begins as the longer plan of the same seed begins", () => {
  fc.assert(
    fc.property(openScenario, fc.integer({ min: 1, max: 200 }), (scenario, more) => {
      const longer = { ...scenario, stop: { ...scenario.stop, requests: scenario.stop.requests! + more } };
      const dues = duesOf(scenario);
      expect(duesOf(longer).slice(0, dues.length)).toEqual(dues);
    }),
  );
});

it("is the same schedule, stretched, at half the rate", () => {
  fc.assert(
    fc.property(openScenario, (scenario) => {
      if (scenario.load.kind !== "open") throw new Error("the generator makes open loops");
      const whole = { ...scenario, stop: { ...scenario.stop, durationMs: null } };
      const half = duesOf({ ...whole, load: { ...scenario.load, ratePerSecond: scenario.load.ratePerSecond / 2 } });
      for (const [i, due] of duesOf(whole).entries()) expect(Math.abs(half[i]! - 2 * due)).toBeLessThanOrEqual(2);
    }),
  );
});
