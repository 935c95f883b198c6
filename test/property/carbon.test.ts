import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { batchCeiling } from "../../src/measure/carbon/batch.ts";
import { SHAPES } from "../../src/measure/carbon/data/shapes.ts";
import type { CarbonEstimate } from "../../src/measure/carbon/estimate.ts";
import type { Footprint } from "../../src/measure/carbon/footprint.ts";
import { logInterpolate } from "../../src/measure/carbon/log-interpolate.ts";
import { drawCarbon } from "../../src/measure/carbon/monte-carlo.ts";
import type { CarbonOverrides } from "../../src/core/carbon.ts";
import { product, type Range } from "../../src/measure/carbon/range.ts";
import type { AttemptTokens } from "../../src/measure/carbon/work.ts";
import { estimated, onHardware, statedExactly } from "../support/carbon.ts";

const hardware = fc.constantFrom("unknown", ...SHAPES.map(({ id }) => id));
const itlMs = fc.double({ min: 2, max: 400, noNaN: true });
const attempt: fc.Arbitrary<AttemptTokens> = fc
  .record({
    inputTokens: fc.integer({ min: 0, max: 128_000 }),
    cachedShare: fc.double({ min: 0, max: 1, noNaN: true }),
    outputTokens: fc.integer({ min: 1, max: 4000 }),
    outcome: fc.constantFrom("completed", "failed", "refused"),
  })
  .map(({ cachedShare, outputTokens, outcome, ...of }) => ({
    ...of,
    cachedTokens: Math.floor(of.inputTokens * cachedShare),
    outputTokens: outcome === "refused" ? 0 : outputTokens,
    outcome,
  }));
const attempts = fc.array(attempt, { minLength: 1, maxLength: 6 });
const place = fc.constantFrom(
  { provider: "bedrock", region: "us-east-1" },
  { provider: "bedrock", region: null },
  { provider: "vertex-maas", region: "us-central1" },
  { provider: "somebody", region: null },
);

const on = (id: string): CarbonOverrides => (id === "unknown" ? {} : onHardware(id));

const each = (footprint: Footprint): [name: string, range: Range][] =>
  Object.entries(footprint).filter((entry): entry is [string, Range] => entry[1] !== null);

/** Every column of every quantity of `more` at least that of `less`, to rounding. */
function expectNoLess(more: CarbonEstimate, less: CarbonEstimate): void {
  const lower = new Map(each(less.total));
  for (const [name, range] of each(more.total)) {
    for (const column of ["low", "central", "high"] as const) {
      expect(range[column], `${name} ${column}`).toBeGreaterThanOrEqual(lower.get(name)![column] * (1 - 1e-12));
    }
  }
}

describe("a footprint", () => {
  test("has low ≤ central ≤ high in every quantity, finite and not negative", () => {
    fc.assert(
      fc.property(attempts, itlMs, hardware, place, (all, pace, id, target) => {
        const { total, per1kOutput } = estimated({
          target,
          workload: { attempts: all, itlMs: pace },
          overrides: on(id),
        });
        for (const [name, { low, central, high }] of [...each(total), ...(per1kOutput ? each(per1kOutput) : [])]) {
          expect(low, name).toBeGreaterThanOrEqual(0);
          expect(central, name).toBeGreaterThanOrEqual(low);
          expect(high, name).toBeGreaterThanOrEqual(central);
          expect(high, name).toBeLessThan(Infinity);
        }
      }),
    );
  });

  test("never falls with more tokens at equal pace: of prompt, of output, of attempts", () => {
    const more = fc.record({ input: fc.integer({ min: 0, max: 20_000 }), output: fc.integer({ min: 0, max: 2000 }) });
    fc.assert(
      fc.property(attempts, attempt, more, itlMs, hardware, (all, extra, by, pace, id) => {
        const of = (list: readonly AttemptTokens[]): CarbonEstimate =>
          estimated({ workload: { attempts: list, itlMs: pace }, overrides: on(id) });
        const longer = all.map((one) =>
          one.outcome === "refused"
            ? { ...one, inputTokens: one.inputTokens + by.input }
            : { ...one, inputTokens: one.inputTokens + by.input, outputTokens: one.outputTokens + by.output },
        );
        expectNoLess(of(longer), of(all));
        expectNoLess(of([...all, extra]), of(all));
      }),
    );
  });

  test("is never larger for a cached prompt than for a fresh one", () => {
    fc.assert(
      fc.property(attempts, itlMs, hardware, (all, pace, id) => {
        const of = (list: readonly AttemptTokens[]): CarbonEstimate =>
          estimated({ workload: { attempts: list, itlMs: pace }, overrides: on(id) });
        expectNoLess(of(all.map((one) => ({ ...one, cachedTokens: 0 }))), of(all));
      }),
    );
  });

  test("scales: the same work k times costs k times as much, and as much per token", () => {
    fc.assert(
      fc.property(attempts, fc.integer({ min: 2, max: 5 }), itlMs, hardware, (all, k, pace, id) => {
        const of = (list: readonly AttemptTokens[]): CarbonEstimate =>
          estimated({ workload: { attempts: list, itlMs: pace }, overrides: on(id) });
        const once = of(all);
        const often = of(Array.from({ length: k }, () => all).flat());
        const known = new Map(each(once.total));
        for (const [name, { low, central, high }] of each(often.total)) {
          const single = known.get(name)!;
          expect(low).toBeCloseTo(single.low * k, 6);
          expect(central / k).toBeCloseTo(single.central, 6);
          expect(high / k).toBeCloseTo(single.high, 6);
        }
        expect(often.per1kOutput?.totalG.central).toEqual(
          once.per1kOutput === null ? undefined : expect.closeTo(once.per1kOutput.totalG.central, 6),
        );
      }),
    );
  });

  test("rises with PUE and with the grid, in every column, and the grid leaves energy alone", () => {
    const step = fc.double({ min: 0.01, max: 0.8, noNaN: true });
    fc.assert(
      fc.property(attempts, itlMs, hardware, step, fc.integer({ min: 1, max: 700 }), (all, pace, id, more, grid) => {
        const of = (pue: number, gPerKwh: number): CarbonEstimate =>
          estimated({
            workload: { attempts: all, itlMs: pace },
            overrides: { ...on(id), pue: statedExactly(pue), gridGPerKwh: statedExactly(gPerKwh) },
          });
        const base = of(1.1, grid);
        expectNoLess(of(1.1 + more, grid), base);
        expectNoLess(of(1.1, grid + 50), base);
        expect(of(1.1, grid + 50).total.facilityWh).toEqual(base.total.facilityWh);
        expect(of(1.1 + more, grid).total.itWh).toEqual(base.total.itWh);
      }),
    );
  });
});

test("the batch ceiling never falls as answers slow down, and stays among the calibrated batches", () => {
  fc.assert(
    fc.property(fc.constantFrom(...SHAPES), itlMs, itlMs, (shape, a, b) => {
      const [fast, slow] = [Math.min(a, b), Math.max(a, b)].map((ms) => batchCeiling(shape, ms).batch);
      expect(slow!).toBeGreaterThanOrEqual(fast!);
      expect(fast!).toBeGreaterThanOrEqual(shape.decode.batch[0]!);
      expect(slow!).toBeLessThanOrEqual(shape.decode.batch.at(-1)!);
    }),
  );
});

test("interpolation meets its points and lies between its neighbours", () => {
  const point = fc.tuple(
    fc.double({ min: 0.1, max: 10, noNaN: true }),
    fc.double({ min: 0.01, max: 100, noNaN: true }),
  );
  fc.assert(
    fc.property(
      fc.array(point, { minLength: 2, maxLength: 8 }),
      fc.double({ min: 0.01, max: 200, noNaN: true }),
      (steps, x) => {
        let at = 0;
        const xs = steps.map(([gap]) => (at += gap));
        const ys = steps.map(([, y]) => y);
        xs.forEach((known, index) => expect(logInterpolate(xs, ys, known)).toBeCloseTo(ys[index]!, 9));
        const y = logInterpolate(xs, ys, x);
        expect(y).toBeGreaterThanOrEqual(Math.min(...ys) * (1 - 1e-12));
        expect(y).toBeLessThanOrEqual(Math.max(...ys) * (1 + 1e-12));
      },
    ),
  );
});

test("a product is wider than each of its factors and does not mind their order", () => {
  const factor = fc
    .tuple(...Array.from({ length: 3 }, () => fc.double({ min: 0.01, max: 50, noNaN: true })))
    .map((three) => three.toSorted((a, b) => a - b))
    .map(([low, central, high]) => ({ low: low!, central: central!, high: high! }));
  fc.assert(
    fc.property(fc.array(factor, { minLength: 1, maxLength: 5 }), (factors) => {
      const { low, central, high } = product(factors);
      for (const one of factors) {
        expect(high / central).toBeGreaterThanOrEqual((one.high / one.central) * (1 - 1e-9));
        expect(central / low).toBeGreaterThanOrEqual((one.central / one.low) * (1 - 1e-9));
      }
      expect(product(factors.toReversed()).central / central).toBeCloseTo(1, 9);
    }),
  );
});

test("draws are finite and positive whatever the work", () => {
  fc.assert(
    fc.property(attempts, itlMs, hardware, fc.integer(), (all, pace, id, seed) => {
      const { totalG, facilityWh } = drawCarbon(
        estimated({ workload: { attempts: all, itlMs: pace }, overrides: on(id) }),
        seed,
        50,
      );
      expect([...totalG, ...facilityWh].every((value) => Number.isFinite(value) && value >= 0)).toBe(true);
    }),
  );
});
