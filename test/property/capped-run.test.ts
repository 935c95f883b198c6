import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { CAP_UNITS, NO_CAPS, type CapUnit, type RunCaps } from "../../src/core/caps.ts";
import type { Observation } from "../../src/core/observation.ts";
import { PLAIN_TERMS, type Price } from "../../src/core/target.ts";
import { identityProblems } from "../../src/measure/counts.ts";
import { settlementOf, worstCase } from "../../src/run/reservation.ts";
import { PROFILES, type Profile } from "../../src/simulator/profile.ts";
import { startSimulator, type Simulator } from "../../src/simulator/server.ts";
import { analysisOf } from "../support/measured.ts";
import { runPlan, scenarioOf, simulatedTarget, TIMEOUTS } from "../support/run-plan.ts";

const IN_FLIGHT = 500;
const REQUESTS = 800;

/** A quarter of the answers leave the bill open, an eighth never end, and some are refused. */
const FAULTS: Profile["faults"] = [
  { name: "stall", share: 0.1, ms: 20_000 },
  { name: "cut", share: 0.1 },
  { name: "no-usage", share: 0.05 },
  { name: "endless", share: 0.12 },
  { name: "http-429", share: 0.05 },
  { name: "http-503", share: 0.05 },
];
const QUICK: Profile = {
  ...PROFILES["sim-fast"],
  ttft: { baseMs: 20, perInputTokenMs: 0, sigma: 0.5 },
  interEvent: { meanMs: 4, sigma: 0.5 },
  tokensPerEvent: 4,
  capacity: 1000,
  faults: FAULTS,
};

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({
    seed: 1,
    profiles: { totals: { ...QUICK, usage: "every-chunk" }, late: QUICK },
  });
});
afterAll(() => simulator.close());

const usdPerMtok = fc.double({ min: 0.1, max: 50, noNaN: true });
/** Shares of what the whole run would take at most. */
const share = fc.double({ min: 0.05, max: 1.2, noNaN: true });
const drawn = fc.record({
  prices: fc.array(fc.record({ input: usdPerMtok, output: usdPerMtok }), { minLength: 2, maxLength: 2 }),
  run: fc.record({ usd: share, tokens: fc.option(share), requests: fc.option(share) }),
  own: fc.option(fc.record({ unit: fc.constantFrom(...CAP_UNITS), share })),
});

/** Room for 500 worst cases at once, not for all 800. */
const AMPLE = {
  prices: [
    { input: 1, output: 2 },
    { input: 3, output: 3 },
  ],
  run: { usd: 0.8, tokens: null, requests: null },
  own: null,
};

it("a run with 500 calls in flight to servers that misbehave stays below its caps", { timeout: 240_000 }, async () => {
  let [overshoots, mostInFlight] = [0, 0];
  await fc.assert(
    fc.asyncProperty(drawn, async ({ prices, run, own }) => {
      const targets = ["totals", "late"].map((profile, i) =>
        simulatedTarget(simulator.url, profile, tokenPrice(prices[i]!)),
      );
      const scenario = scenarioOf({
        load: { kind: "closed", maxConcurrency: IN_FLIGHT / targets.length, rampUpMs: 0, thinkTime: null },
        stop: { requests: REQUESTS / targets.length, durationMs: null },
      });
      const asked = { inputTokens: scenario.prompt.inputTokens, maxOutputTokens: scenario.prompt.outputTokens };
      const most = targets.map(({ price }) => worstCase(price, asked));
      const whole: Record<CapUnit, number> = {
        usd: (most[0]!.usd! + most[1]!.usd!) * (REQUESTS / 2),
        tokens: most[0]!.tokens * REQUESTS,
        requests: REQUESTS,
      };
      const ownCap = own === null ? NO_CAPS : { ...NO_CAPS, [own.unit]: (whole[own.unit] / 2) * own.share };
      const caps: RunCaps = {
        run: {
          usd: whole.usd * run.usd,
          tokens: run.tokens === null ? null : Math.ceil(whole.tokens * run.tokens),
          requests: run.requests === null ? null : Math.ceil(whole.requests * run.requests),
        },
        targets: { late: ownCap },
      };
      const timeouts = { ...TIMEOUTS, idleMs: 400 };
      const { record, end } = await runPlan({ targets, scenarios: [scenario], caps, timeouts });

      const taken = (unit: CapUnit, of: readonly Observation[]): { sum: number; past: number } => {
        const each = of.map(
          (observation) => takenBy(observation, targets.find(({ id }) => id === observation.target)!.price)[unit],
        );
        return {
          sum: each.reduce((sum, { taken: amount }) => sum + amount, 0),
          past: each.reduce((sum, { taken: amount, reserved }) => sum + Math.max(0, amount - reserved), 0),
        };
      };
      const scopes = [
        { limits: caps.run, of: record.observations },
        { limits: ownCap, of: record.observations.filter(({ target }) => target === "late") },
      ];
      for (const { limits, of } of scopes) {
        for (const unit of CAP_UNITS) {
          const { sum, past } = taken(unit, of);
          if (limits[unit] !== null) expect(sum - past).toBeLessThanOrEqual(limits[unit] + 1e-9);
        }
      }
      expect(end.overshootUsd).toBeCloseTo(taken("usd", record.observations).past, 9);
      expect(end.reason).toBe(end.capsReached.length > 0 ? "budget" : "complete");
      const past = record.observations.filter(({ reason }) => reason === "overshoot");
      overshoots += past.length;
      mostInFlight = Math.max(mostInFlight, inFlightOf(record.observations));
      // Past in tokens alone, it keeps its reservation in money.
      const isMore = (cost: Observation["cost"]): boolean => cost.usd === null || cost.usd > cost.reservedUsd!;
      expect(past.every(({ outcome, cost }) => outcome === "cancelled" && isMore(cost))).toBe(true);
      for (const { counts } of analysisOf(record).groups) {
        expect(identityProblems(counts)).toEqual([]);
        expect(counts.notStarted.budget ?? 0).toBe(counts.planned - counts.released);
      }
    }),
    { numRuns: 6, examples: [[AMPLE]] },
  );
  expect(overshoots).toBeGreaterThan(0);
  expect(mostInFlight).toBe(IN_FLIGHT);
});

/** The most calls that were in flight at one moment. */
function inFlightOf(observations: readonly Observation[]): number {
  const steps = observations.flatMap(({ stamps: { released, end } }) =>
    released === null || end === null
      ? []
      : [
          { at: released, by: 1 },
          { at: end, by: -1 },
        ],
  );
  let inFlight = 0;
  return steps
    .toSorted((a, b) => a.at - b.at || a.by - b.by)
    .reduce((most, { by }) => Math.max(most, (inFlight += by)), 0);
}

/** What one call took from the caps: by its bill, else its reservation. */
function takenBy(observation: Observation, price: Price): Record<CapUnit, { taken: number; reserved: number }> {
  const isReleased = observation.stamps.released !== null;
  const reserved = { ...worstCase(price, observation.request), requests: 1 };
  const settled = settlementOf(price, observation);
  const of = (unit: CapUnit): { taken: number; reserved: number } => ({
    taken: isReleased ? (settled[unit] ?? reserved[unit]!) : 0,
    reserved: isReleased ? reserved[unit]! : 0,
  });
  return { usd: of("usd"), tokens: of("tokens"), requests: of("requests") };
}

function tokenPrice({ input, output }: { input: number; output: number }): Price {
  const source = { cachedInputUsdPerMtok: null, batch: null, asOf: null, source: "test", ...PLAIN_TERMS };
  return { kind: "tokens", inputUsdPerMtok: input, outputUsdPerMtok: output, ...source };
}
