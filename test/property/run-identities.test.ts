import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TRANSIENT_KINDS } from "../../src/core/failure.ts";
import type { Load } from "../../src/core/load.ts";
import { analyse } from "../../src/measure/analyse.ts";
import { identityProblems, total } from "../../src/measure/counts.ts";
import { planOf } from "../../src/scenario/plan.ts";
import { PROFILES } from "../../src/simulator/profile.ts";
import { startSimulator, type Simulator } from "../../src/simulator/server.ts";
import { runPlan, scenarioOf, simulatedTarget } from "../support/run-plan.ts";

/** Faults that end by themselves within a moment; the slow ones have tests of their own. */
const QUICK_FAULTS = [
  "http-503",
  "http-429",
  "error-event",
  "cut",
  "no-done",
  "empty",
  "html-200",
  "reset",
  "other-model",
  "no-usage",
  "refuse-400",
] as const;
const QUICK = {
  ...PROFILES["sim-fast"],
  ttft: { baseMs: 3, perInputTokenMs: 0, sigma: 0.5 },
  interEvent: { meanMs: 1, sigma: 0.5 },
};

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({
    seed: 1,
    profiles: {
      good: QUICK,
      crowded: { ...QUICK, capacity: 1, queueMax: 2 },
      broken: { ...QUICK, faults: QUICK_FAULTS.map((name) => ({ name, share: 0.9 / QUICK_FAULTS.length })) },
    },
  });
});
afterAll(() => simulator.close());

const load: fc.Arbitrary<Load> = fc.oneof(
  fc.record({
    kind: fc.constant("open" as const),
    arrival: fc.constantFrom("constant" as const, "poisson" as const),
    ratePerSecond: fc.integer({ min: 100, max: 1000 }),
    maxInFlight: fc.integer({ min: 1, max: 8 }),
  }),
  fc.record({
    kind: fc.constant("closed" as const),
    maxConcurrency: fc.integer({ min: 1, max: 6 }),
    rampUpMs: fc.integer({ min: 0, max: 20 }),
    thinkTime: fc.option(fc.constant({ distribution: "exponential" as const, meanMs: 2 })),
  }),
);

const plan = fc.record({
  load,
  requests: fc.integer({ min: 1, max: 25 }),
  warmups: fc.integer({ min: 0, max: 2 }),
  arrangement: fc.constantFrom("paired" as const, "rotated" as const),
  block: fc.option(fc.record({ requests: fc.integer({ min: 1, max: 8 }), durationMs: fc.constant(null) }), {
    nil: null,
  }),
  profiles: fc.subarray(["good", "crowded", "broken"], { minLength: 1 }),
  interruptMs: fc.option(fc.integer({ min: 0, max: 120 }), { nil: null }),
  turns: fc.option(fc.integer({ min: 2, max: 4 }), { nil: null }),
  retry: fc.option(
    fc.record({
      attempts: fc.integer({ min: 2, max: 4 }),
      on: fc.subarray([...TRANSIENT_KINDS], { minLength: 1 }),
      backoffMs: fc.nat(10),
      // Shorter than the simulator's retry-after of a second: those are not tried again.
      waitMsMax: fc.integer({ min: 10, max: 50 }),
    }),
    { nil: null },
  ),
  maxCostUsd: fc.option(fc.double({ min: 1e-5, max: 2e-3, noNaN: true }), { nil: null }),
});

describe("a run, whatever happens in it", () => {
  it("accounts for every planned request exactly once", { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(plan, async (drawn) => {
        const { load: how, requests, turns, warmups, arrangement, block, profiles } = drawn;
        const { interruptMs, maxCostUsd, retry } = drawn;
        const stop = { requests, durationMs: null };
        const conversation = turns === null ? null : { turns, inputTokens: 16, thinkTime: null };
        const scenario = scenarioOf({ load: how, stop, conversation, warmups, arrangement, block, retry });
        const signal = interruptMs === null ? new AbortController().signal : AbortSignal.timeout(interruptMs);
        const targets = profiles.map((profile) => simulatedTarget(simulator.url, profile));
        const { record, end } = await runPlan({ targets, scenarios: [scenario], signal, maxCostUsd });
        const { warmups: planned, arrivals } = planOf(scenario);
        expect(new Set(record.observations.map(({ id }) => id)).size).toBe(record.observations.length);
        const firsts = record.observations.filter(({ attempt }) => attempt === 1);
        expect(firsts).toHaveLength((arrivals.length + planned.length) * targets.length);
        const { groups } = analyse(
          record,
          new Map([[scenario.id, { warmups: planned.length, arrivals: arrivals.length }]]),
        );
        expect(groups).toHaveLength(targets.length);
        for (const { counts } of groups) {
          expect(identityProblems(counts)).toEqual([]);
          expect(counts.planned).toBe(requests);
          const { dependency = 0, ...forOthers } = counts.notStarted;
          if (end.reason === "complete") expect(total(forOthers) + total(counts.cancelled)).toBe(0);
          if (turns === null) expect(dependency).toBe(0);
          if (how.kind === "closed") expect(counts.dropped).toBe(0);
        }
        for (const { outcome, failure, reason, stamps } of record.observations) {
          expect(failure !== null).toBe(outcome === "failed");
          expect(reason !== null).toBe(outcome === "cancelled" || outcome === "not-started");
          expect(stamps.released !== null).toBe(["completed", "failed", "cancelled"].includes(outcome));
        }
      }),
      { numRuns: 60 },
    );
  });
});
