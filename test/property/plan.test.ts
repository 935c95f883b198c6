import fc from "fast-check";
import { expect, it } from "vitest";
import { rateProfile } from "../../src/core/rate.ts";
import type { Scenario } from "../../src/core/scenario.ts";
import { planOf } from "../../src/scenario/plan.ts";

const rate = fc.double({ min: 0.01, max: 1000, noNaN: true });
const burstiness = fc.double({ min: 0.05, max: 100, noNaN: true });
const open = { kind: fc.constant("open" as const), ratePerSecond: rate, maxInFlight: fc.constant(64) };

const openScenario: fc.Arbitrary<Scenario> = fc.record({
  id: fc.stringMatching(/^[a-z][a-z\d-]{0,10}$/),
  title: fc.constant("Plan"),
  source: fc.constant("A test"),
  prompt: fc.constant({
    inputTokens: 100,
    outputTokens: 64,
    content: "prose" as const,
    cache: "cold" as const,
    spread: null,
    prefix: null,
    dataset: null,
  }),
  conversation: fc.constant(null),
  load: fc.oneof(
    fc.record({ ...open, arrival: fc.constantFrom("constant" as const, "poisson" as const) }),
    fc.record({ ...open, arrival: fc.constant("gamma" as const), burstiness }),
  ),
  stop: fc.record({
    requests: fc.integer({ min: 1, max: 500 }),
    durationMs: fc.option(fc.integer({ min: 1, max: 100_000 })),
  }),
  warmups: fc.nat({ max: 5 }),
  slo: fc.constant({ ttftMs: 1, tpotMs: null, e2eMs: null, percentile: 0.9 }),
  arrangement: fc.constant("paired" as const),
  block: fc.constant(null),
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
      if (!("ratePerSecond" in scenario.load)) throw new Error("the generator makes loads with a rate");
      const whole = { ...scenario, stop: { ...scenario.stop, durationMs: null } };
      const half = duesOf({ ...whole, load: { ...scenario.load, ratePerSecond: scenario.load.ratePerSecond / 2 } });
      for (const [i, due] of duesOf(whole).entries()) expect(Math.abs(half[i]! - 2 * due)).toBeLessThanOrEqual(2);
    }),
  );
});

it("lays arrivals out by any rate profile: in order, within the duration, and back to the same expectation", () => {
  const changing = fc.oneof(
    fc.record({ ...open, arrival: fc.constant("ramp" as const), toRatePerSecond: rate, burstiness }),
    fc.record({
      ...open,
      arrival: fc.constant("steps" as const),
      factors: fc.array(fc.double({ min: 0.1, max: 20, noNaN: true }), { minLength: 2, maxLength: 6 }),
      burstiness,
    }),
  );
  fc.assert(
    fc.property(openScenario, changing, fc.integer({ min: 100, max: 100_000 }), (base, load, durationMs) => {
      const dues = duesOf({ ...base, load, stop: { requests: 300, durationMs } });
      expect(dues.every((due, i) => due >= (dues[i - 1] ?? 0) && due < durationMs * 1000)).toBe(true);
      const profile = rateProfile(load, durationMs);
      for (const due of dues) expect(profile.momentOf(profile.expectedBy(due))).toBeCloseTo(due, 2);
    }),
  );
});
