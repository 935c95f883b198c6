import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FAILURE_KINDS } from "../../src/core/failure.ts";
import type { Reason } from "../../src/core/observation.ts";
import { random } from "../../src/core/random.ts";
import { identityProblems, total } from "../../src/measure/counts.ts";
import { quantileRanks } from "../../src/measure/intervals.ts";
import { nearestRank, quantileOf } from "../../src/measure/quantile.ts";
import {
  answer,
  CLOSED,
  failed,
  lostIntents,
  OPEN,
  recordOf,
  TARGET,
  unanswered,
  type Recorded,
} from "../support/observations.ts";
import { analysisOf, times } from "../support/measured.ts";

const level = fc.constantFrom(0.5, 0.9, 0.95, 0.99);
const beta = { ...TARGET, id: "beta" };

/** One attempt of any fate. Whole milliseconds, so that scaling by a whole number is exact. */
const attempt = (pair: number, target: typeof TARGET, scenario: typeof OPEN): fc.Arbitrary<Recorded> => {
  const place = { pair, target, scenario, atMs: pair * 130 };
  return fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .record({
          ttftMs: fc.integer({ min: 1, max: 2000 }),
          gapsMs: fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 8 }),
          tokens: fc.integer({ min: 1, max: 200 }),
        })
        .map((of) => answer({ ...place, ...of })),
    },
    { weight: 2, arbitrary: fc.constantFrom(...FAILURE_KINDS).map((kind) => failed({ ...place, kind })) },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom<Reason>("interrupt", "race", "overshoot")
        .map((reason) => unanswered({ ...place, outcome: "cancelled", reason })),
    },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom<Reason>("interrupt", "budget", "breaker", "dependency")
        .map((reason) => unanswered({ ...place, outcome: "not-started", reason })),
    },
    { weight: 1, arbitrary: fc.constant(unanswered({ ...place, outcome: "dropped", reason: null })) },
  );
};

/** A run of two targets with 40 planned requests each. */
const run = fc
  .constantFrom(OPEN, CLOSED)
  .chain((scenario) =>
    fc
      .tuple(...[TARGET, beta].flatMap((target) => times(40, (pair) => attempt(pair, target, scenario))))
      .map((recorded) => ({ scenario, recorded })),
  );

const record = ({ scenario, recorded }: { scenario: typeof OPEN; recorded: readonly Recorded[] }) =>
  recordOf(recorded, { scenarios: [scenario], targets: [TARGET, beta] });

describe("quantiles", () => {
  test("agree with a naive sort", () => {
    const values = fc.array(fc.oneof(fc.double({ noNaN: true, min: 0 }), fc.constant(Infinity)), {
      minLength: 1,
      maxLength: 300,
    });
    fc.assert(
      fc.property(values, level, (list, p) => {
        // The least value that at least a share p of all values do not exceed, found by counting.
        const enough = list.filter((value) => list.filter((other) => other <= value).length >= list.length * p - 1e-9);
        expect(quantileOf(list, p)).toBe(enough.reduce((least, value) => (value < least ? value : least), Infinity));
      }),
    );
  });

  test("lie within their interval, which narrows as n grows", () => {
    fc.assert(
      fc.property(fc.integer({ min: 368, max: 20_000 }), level, (n, p) => {
        const ranks = quantileRanks(n, p)!;
        expect(ranks.low).toBeLessThanOrEqual(nearestRank(n, p));
        expect(ranks.high).toBeGreaterThanOrEqual(nearestRank(n, p));
        expect(ranks.low).toBeGreaterThanOrEqual(0);
        expect(ranks.high).toBeLessThan(n);
        const later = quantileRanks(n * 4, p)!;
        expect((later.high - later.low) / (n * 4)).toBeLessThan((ranks.high - ranks.low) / n);
      }),
      { numRuns: 50 },
    );
  });
});

describe("any plan, fault and interrupt", () => {
  test("keeps both identities", () => {
    fc.assert(
      fc.property(run, (of) => {
        for (const { counts } of analysisOf(record(of)).groups) {
          expect(identityProblems(counts)).toEqual([]);
          expect(counts.planned).toBe(40);
          expect(counts.succeeded).toBeLessThanOrEqual(counts.completed);
        }
      }),
      { numRuns: 50 },
    );
  });

  test("keeps them when the process is killed and attempts are lost", () => {
    fc.assert(
      fc.property(run, fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 5 }), (of, kept, inFlight) => {
        const whole = record(of);
        const lost = times(Math.min(inFlight, 40 - kept), (i) => `${of.scenario.id}:alpha:${kept + i}`);
        const killed = {
          ...whole,
          manifest: { ...whole.manifest, end: null },
          observations: whole.observations.filter(({ pair }) => pair < kept),
          lost: lostIntents(lost, null),
        };
        const [first] = analysisOf(killed).groups;
        expect(identityProblems(first!.counts)).toEqual([]);
        expect(first!.counts.lost).toBe(lost.length);
        expect(total(first!.counts.notStarted)).toBeGreaterThanOrEqual(40 - kept - lost.length);
      }),
      { numRuns: 50 },
    );
  });

  test("breaks an identity when one line is taken away", () => {
    fc.assert(
      fc.property(run, fc.integer({ min: 0, max: 39 }), (of, gone) => {
        const { groups } = analysisOf(record({ ...of, recorded: of.recorded.filter((_, i) => i !== gone) }));
        expect(identityProblems(groups[0]!.counts)).toHaveLength(1);
        expect(identityProblems(groups[1]!.counts)).toHaveLength(0);
      }),
      { numRuns: 30 },
    );
  });

  test("has _all statistics that no failure improves", () => {
    fc.assert(
      fc.property(run, (of) => {
        for (const { rows } of analysisOf(record(of)).groups) {
          for (const row of rows.filter(({ stat, value }) => stat.endsWith("_all") && value !== null)) {
            const plain = rows.find(({ metric, stat }) => metric === row.metric && `${stat}_all` === row.stat)!;
            expect(row.n).toBeGreaterThanOrEqual(plain.n);
            if (plain.value === null) continue;
            if (row.unit === "tok/s") expect(row.value).toBeLessThanOrEqual(plain.value);
            else expect(row.value).toBeGreaterThanOrEqual(plain.value);
          }
        }
      }),
      { numRuns: 30 },
    );
  });
});

test("the order of lines does not matter", () => {
  fc.assert(
    fc.property(run, fc.integer(), (of, seed) => {
      const shuffled = random(seed, "shuffle").shuffle(of.recorded);
      expect(analysisOf(record({ ...of, recorded: shuffled }))).toEqual(analysisOf(record(of)));
    }),
    { numRuns: 20 },
  );
});

test("scaling all stamps scales all latencies, and divides all speeds", () => {
  fc.assert(
    fc.property(run, fc.integer({ min: 2, max: 9 }), ({ scenario, recorded }, factor) => {
      // Without limits, windows of a fixed length and the rate that was asked for, which do not scale.
      const free = { ...scenario, slo: { ...scenario.slo, ttftMs: null, tpotMs: null } };
      const before = analysisOf(record({ scenario: free, recorded })).groups;
      const after = analysisOf(record({ scenario: free, recorded: recorded.map((one) => scaled(one, factor)) })).groups;
      before.forEach(({ rows }, i) =>
        rows.forEach((row, j) => {
          const found = after[i]!.rows[j]!;
          // A slower server may run a larger batch: carbon knows the pace, and is no ratio of it.
          if (row.metric.endsWith("throughput") || row.unit === "g/1k" || row.metric.startsWith("arrival_")) return;
          const by = row.unit === "ms" ? factor : row.unit === "tok/s" ? 1 / factor : 1;
          for (const end of ["value", "low", "high"] as const) {
            const [was, is] = [row[end], found[end]];
            if (was === null || is === null || was === Infinity) expect(is).toBe(was);
            else expect(Math.abs(is - was * by)).toBeLessThanOrEqual(1e-9 * Math.abs(was * by));
          }
        }),
      );
    }),
    { numRuns: 20 },
  );
});

function scaled({ observation, trace, tokens }: Recorded, factor: number): Recorded {
  const stamps = Object.fromEntries(
    Object.entries(observation.stamps).map(([name, stamp]) => [name, stamp === null ? null : stamp * factor]),
  );
  return {
    observation: { ...observation, stamps: { ...observation.stamps, ...stamps } },
    trace:
      trace === null
        ? null
        : { ...trace, firstUs: trace.firstUs * factor, deltasUs: trace.deltasUs.map((gap) => gap * factor) },
    tokens,
  };
}
