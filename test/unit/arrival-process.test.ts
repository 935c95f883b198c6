import { describe, expect, it } from "vitest";
import type { Load, OpenLoad } from "../../src/core/load.ts";
import { random } from "../../src/core/random.ts";
import type { Scenario } from "../../src/core/scenario.ts";
import type { Us } from "../../src/core/units.ts";
import { gammaCdf } from "../../src/measure/gamma-cdf.ts";
import { empirical, kolmogorovDistance, kolmogorovP } from "../../src/measure/kolmogorov.ts";
import { readyOpenLoop } from "../../src/run/open-loop.ts";
import type { Lane } from "../../src/run/lane.ts";
import type { Prepared } from "../../src/run/contender.ts";
import { sessionsOf } from "../../src/run/session.ts";
import { NO_INPUTS } from "../../src/scenario/inputs.ts";
import { planFrom, planOf, releaseOrder } from "../../src/scenario/plan.ts";
import type { TraceRow } from "../../src/scenario/trace.ts";
import { analysisOf, groupOf, rowOf, times } from "../support/measured.ts";
import { answer, CLOSED, OPEN, recordOf, TARGET, unanswered, type Recorded } from "../support/observations.ts";
import { virtualTime } from "../support/virtual-time.ts";

const open = { kind: "open" as const, maxInFlight: 10_000 };
const poisson: Load = { ...open, arrival: "poisson", ratePerSecond: 10 };
const constant: Load = { ...open, arrival: "constant", ratePerSecond: 10 };

function scenarioOf(load: Load, changes: Partial<Scenario> = {}): Scenario {
  return { ...OPEN, load, stop: { requests: 400, durationMs: null }, ...changes };
}

/** As recorded by a run whose load began at 0: one answer for each moment, let go a little later. */
function arrived(scenario: Scenario, atsUs: readonly Us[], lateUs = 0): Recorded[] {
  return atsUs.map((atUs, pair) =>
    answer({ pair, scenario, atMs: (atUs + lateUs) / 1000, ttftMs: 5, gapsMs: [1], tokens: 2 }),
  );
}

function figures(scenario: Scenario, recorded: readonly Recorded[], startUs = 0) {
  const record = recordOf(recorded, { scenarios: [scenario] });
  const { manifest } = record;
  const end = { ...manifest.end!, windows: [{ scenario: scenario.id, startUs, endUs: 1, loopDelayMsMax: 0 }] };
  const group = groupOf({ ...record, manifest: { ...manifest, end } });
  return {
    ratio: rowOf(group, "arrival_rate_ratio", "value"),
    p: rowOf(group, "arrival_ks_p", "value"),
    dispersion: rowOf(group, "arrival_dispersion", "value"),
  };
}

describe("the gamma distribution of gaps", () => {
  it.each([
    // Shape 1 is exponential; 2 and 3 by their closed forms; 1/2 by the error function, from tables.
    [1, 0.5, 1 - Math.exp(-0.5)],
    [1, 4, 1 - Math.exp(-4)],
    [2, 1.5, 1 - Math.exp(-3) * 4],
    [3, 0.2, 1 - Math.exp(-0.6) * (1 + 0.6 + 0.18)],
    [0.5, 0.02, 0.1124629160182849],
    [0.5, 2, 0.8427007929497149],
    [0.5, 8, 0.9953222650189527],
  ])("of shape %d has the right share up to %d", (shape, x, share) => {
    expect(gammaCdf(shape, x)).toBeCloseTo(share, 9);
  });

  it("is nothing up to 0, all in the end, and never falls, for every shape that a scenario may have", () => {
    for (const shape of [0.01, 0.1, 1, 30, 10_000]) {
      const shares = times(400, (i) => gammaCdf(shape, i / 50));
      expect(shares[0]).toBe(0);
      expect(shares.every((share, i) => share >= (shares[i - 1] ?? 0) - 1e-12 && share <= 1 + 1e-12)).toBe(true);
      expect(gammaCdf(shape, 2000)).toBeCloseTo(1, 9);
    }
  });
});

describe("the Kolmogorov-Smirnov test", () => {
  it.each([
    // Critical values of D at 5 % and 1 % (L. H. Miller 1956, JASA 51, 111-121).
    [10, 0.40925, 0.05],
    [20, 0.29408, 0.05],
    [100, 0.13403, 0.05],
    [10, 0.48893, 0.01],
    [50, 0.22604, 0.01],
  ])("gives %i values at a distance of %d the probability %d", (n, distance, p) => {
    expect(Math.abs(kolmogorovP(distance, n) - p)).toBeLessThan(0.04 * p);
  });

  it("measures the largest distance, on both sides of a step", () => {
    const uniform = { upTo: (x: number) => x, below: (x: number) => x };
    const values = Float64Array.of(0.1, 0.6, 0.7);
    // All has come at 0.7; just below 0.6 a third has, which is nearer to what is asked.
    expect(kolmogorovDistance(values, values, uniform)).toBeCloseTo(0.3, 12);
    expect(kolmogorovDistance(Float64Array.of(0.2), Float64Array.of(0.2), uniform)).toBeCloseTo(0.8, 12);
  });

  it("finds no distance in what an interval could explain", () => {
    const asked = empirical(Float64Array.of(1, 1, 1, 2));
    const exact = Float64Array.of(1.01, 0.99, 1, 2).sort();
    expect(kolmogorovDistance(exact, exact, asked)).toBeGreaterThan(0.2);
    const wide = (by: number): Float64Array => exact.map((value) => value + by);
    expect(kolmogorovDistance(wide(-0.02), wide(0.02), asked)).toBe(0);
  });
});

describe("arrival_rate_ratio, arrival_ks_p and arrival_dispersion", () => {
  it("accept arrivals that are what they were asked to be, about as often as p says", () => {
    // One a second, so that the tolerance of a millisecond is nothing.
    const ps = times(200, (seed) => {
      const scenario = scenarioOf({ ...open, arrival: "poisson", ratePerSecond: 1 }, { seed });
      return figures(
        scenario,
        arrived(
          scenario,
          planOf(scenario).arrivals.map(({ dueUs }) => dueUs!),
        ),
      ).p.value!;
    });
    const below = (limit: number): number => ps.filter((p) => p < limit).length / ps.length;
    // Four standard errors of a share of 200.
    for (const share of [0.05, 0.5, 0.9]) {
      expect(Math.abs(below(share) - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / 200));
    }
  });

  it.each<[string, Load, (stream: ReturnType<typeof random>) => number]>([
    ["exponential gaps that call themselves constant", constant, (stream) => stream.exponential()],
    ["uniform gaps that call themselves Poisson", poisson, (stream) => 2 * stream.next()],
    ["even gaps that call themselves Poisson", poisson, () => 1],
    ["gamma gaps of shape 1/2 that call themselves Poisson", poisson, (stream) => 2 * stream.gamma(0.5)],
    ["gaps that are a quarter longer than the rate", poisson, (stream) => 1.25 * stream.exponential()],
  ])("see %s", (_, load, gap) => {
    const scenario = scenarioOf(load);
    const stream = random(1, "wrong");
    let at = 0;
    const ats = times(600, () => (at += gap(stream) * 100_000));
    // A constant plan is even; these were let go off it.
    const recorded = arrived(scenario, ats).map((one, i) =>
      load !== constant
        ? one
        : {
            ...one,
            observation: { ...one.observation, stamps: { ...one.observation.stamps, scheduled: i * 100_000 } },
          },
    );
    expect(figures(scenario, recorded).p.value).toBeLessThan(1e-4);
    const warned = analysisOf(recordOf(recorded, { scenarios: [scenario] })).warnings;
    expect(warned.join("\n")).toContain("requests did not arrive as");
  });

  it("see the clumps of workers that share a seed, which no rate shows", () => {
    const scenario = scenarioOf({ ...open, arrival: "poisson", ratePerSecond: 4 });
    const stream = random(3, "workers");
    let at = 0;
    const clumps = times(300, () => (at += stream.exponential() * 1e6)).flatMap((when) =>
      times(4, (worker) => when + worker * 50),
    );
    const { ratio, p, dispersion } = figures(scenario, arrived(scenario, clumps));
    expect(ratio.value).toBeGreaterThan(0.8);
    expect(p.value).toBeLessThan(1e-9);
    expect(dispersion.value).toBeGreaterThan(2);
  });

  it("take a fault of a millisecond for none, and a shift of all for none at all", () => {
    const scenario = scenarioOf(constant);
    const stream = random(5, "late");
    const ats = times(200, (i) => i * 100_000 + stream.int(900));
    const exact = figures(scenario, arrived(scenario, ats, 400_000));
    expect(exact.p.value).toBe(1);
    expect(exact.ratio.value).toBeCloseTo(1, 3);
    expect(exact.dispersion.value).toBeLessThan(0.01);
  });

  it("count a dropped arrival where it fell due, and not what was never reached", () => {
    const scenario = scenarioOf(constant);
    const recorded = times(100, (pair) => {
      const place = { pair, scenario, atMs: pair * 100 };
      if (pair % 3 === 0) return unanswered({ ...place, outcome: "dropped", reason: null });
      return pair < 90
        ? answer({ ...place, ttftMs: 5, gapsMs: [1], tokens: 2 })
        : unanswered({ ...place, outcome: "not-started", reason: "budget" });
    });
    const { ratio, p } = figures(
      scenario,
      recorded.filter(({ observation }) => observation.pair < 90 || observation.outcome !== "dropped"),
    );
    expect(ratio).toMatchObject({ value: 1, n: 89 });
    expect(p.value).toBe(1);
  });

  it("say nothing of closed loops and of too few arrivals", () => {
    const closed = times(30, (pair) =>
      answer({ pair, scenario: CLOSED, atMs: pair, ttftMs: 5, gapsMs: [1], tokens: 2 }),
    );
    expect(figures(CLOSED, closed).p).toMatchObject({ value: null, flags: ["no_values"] });
    const few = figures(scenarioOf(poisson), arrived(scenarioOf(poisson), [1, 2, 3]));
    expect(few.p).toMatchObject({ value: null, n: 2, flags: ["insufficient_n"] });
    expect(few.dispersion).toMatchObject({ value: null, flags: ["insufficient_n"] });
  });
});

const PROCESSES: readonly (readonly [name: string, load: OpenLoad, dispersion: readonly [number, number]])[] = [
  ["constant", { ...open, arrival: "constant", ratePerSecond: 10 }, [0, 0.01]],
  ["poisson", { ...open, arrival: "poisson", ratePerSecond: 10 }, [0.6, 1.4]],
  ["bursty gamma", { ...open, arrival: "gamma", ratePerSecond: 10, burstiness: 0.2 }, [1.5, 5.5]],
  ["even gamma", { ...open, arrival: "gamma", ratePerSecond: 10, burstiness: 5 }, [0.15, 0.5]],
  ["ramp", { ...open, arrival: "ramp", ratePerSecond: 2, toRatePerSecond: 18, burstiness: 1 }, [0.6, 1.4]],
  // Batches every 3 s, as one public trace has them, and single requests between.
  ["trace", { ...open, arrival: "trace", file: "", format: "azure", timeScale: 0.5 }, [0.2, 0.6]],
  ["steps", { ...open, arrival: "steps", ratePerSecond: 2, factors: [1, 4, 10], burstiness: 1 }, [0.6, 1.4]],
];

const TRACE: readonly TraceRow[] = times(100, (i) => {
  const lengths = { inputTokens: 100, outputTokens: 10, blocks: null };
  const batch = times(1 + (i % 5), () => ({ atUs: i * 1_200_000, ...lengths }));
  return [...batch, { atUs: i * 1_200_000 + 700_000, ...lengths }];
}).flat();

/** Late enough for everything to be prepared. */
const START_US = 1_000_000;

/** The releases of an open loop in virtual time, with as many targets as asked, as their records. */
async function run(scenario: Scenario, targets: number): Promise<ReadonlyMap<string, Recorded[]>> {
  const time = virtualTime();
  const records = new Map<string, Recorded[]>(times(targets, (i) => [`target-${i}`, []]));
  const lanes = new Map(
    [...records].map(([id, kept]) => {
      const lane: Lane = {
        target: { ...TARGET, id },
        stopped: () => null,
        opened: async () => undefined,
        pauses: () => ({ count: 0, waitedMs: 0 }),
        prepare: async (arrival) => ({ arrival }) as Prepared,
        isStale: () => false,
        signAnew: async (prepared) => prepared,
        release: async ({ arrival: { pair } }, scheduled) => {
          const one = answer({ pair, scenario, atMs: time.now() / 1000, ttftMs: 5, gapsMs: [1], tokens: 2 });
          const stamps = { ...one.observation.stamps, scheduled };
          kept.push({ ...one, observation: { ...one.observation, stamps } });
          return null;
        },
        skip: () => undefined,
      };
      return [id, lane];
    }),
  );
  const orderOf = (pair: number): Lane[] =>
    releaseOrder(scenario.seed, scenario.id, pair, [...lanes.keys()]).map((id) => lanes.get(id)!);
  const { arrivals } = planFrom(scenario, { ...NO_INPUTS, trace: TRACE });
  const pace = { time, signal: new AbortController().signal, endUs: Infinity, thinkMs: () => 0 };
  const done = readyOpenLoop(sessionsOf(arrivals), orderOf, pace).then((start) => start(START_US));
  await time.advanceTo(START_US + 120e6);
  await done;
  return records;
}

describe("every arrival process, as it was let go", () => {
  it.each(PROCESSES)(
    "%s is what was asked for, with one target and with four alike",
    async (_, load, [least, most]) => {
      const scenario = scenarioOf(load, { stop: { requests: null, durationMs: 60_000 }, seed: 7 });
      const alone = (await run(scenario, 1)).get("target-0")!;
      const four = await run(scenario, 4);
      const dues = (recorded: readonly Recorded[]): Us[] =>
        recorded.map(({ observation }) => observation.stamps.scheduled);
      for (const recorded of four.values()) expect(dues(recorded)).toEqual(dues(alone));
      for (const recorded of [alone, ...four.values()]) {
        const { ratio, p, dispersion } = figures(scenario, recorded);
        // Four standard errors of the rate of so many gaps.
        const isRandom = load.arrival !== "constant" && load.arrival !== "trace";
        const spread = !isRandom ? 0 : 1 / ("burstiness" in load ? load.burstiness : 1);
        expect(Math.abs(ratio.value! - 1)).toBeLessThan(0.001 + 4 * Math.sqrt(spread / ratio.n));
        expect(p.value).toBeGreaterThan(0.01);
        expect(dispersion.value).toBeGreaterThanOrEqual(least);
        expect(dispersion.value).toBeLessThan(most);
      }
    },
  );
});
