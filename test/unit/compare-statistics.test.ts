import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { random } from "../../src/core/random.ts";
import { scoreDifference } from "../../src/measure/compare/clustered.ts";
import { leastP } from "../../src/measure/compare/least-p.ts";
import { quantileDifference, quantileTest } from "../../src/measure/compare/quantile-test.ts";
import { chanceBelow, rankTest } from "../../src/measure/compare/rank-test.ts";
import { shareInterval } from "../../src/measure/compare/shares.ts";
import { pairedSides, separateSides, type Figure } from "../../src/measure/compare/sides.ts";
import { studentP, studentQuantile } from "../../src/measure/compare/student.ts";
import { times } from "../support/measured.ts";

const alone = (values: readonly number[]): Figure[] => values.map((value) => ({ value, cluster: null }));

describe("Student's t", () => {
  test("agrees with printed tables", () => {
    // Two-sided 5 %: 12.706, 2.571, 2.228, 1.984 (df 1, 5, 10, 100); 1 % at 10: 3.169.
    expect(studentP(12.7062, 1)).toBeCloseTo(0.05, 6);
    expect(studentP(2.570582, 5)).toBeCloseTo(0.05, 6);
    expect(studentP(3.169273, 10)).toBeCloseTo(0.01, 6);
    expect(studentQuantile(0.05, 100)).toBeCloseTo(1.983972, 5);
    expect(studentP(1.959964, 1e7)).toBeCloseTo(0.05, 5);
  });

  test("says nothing without a degree of freedom", () => {
    expect(studentP(50, 0)).toBe(1);
    expect(studentQuantile(0.05, 0)).toBe(Infinity);
  });

  test("has a quantile that is the inverse of p", () => {
    const p = fc.double({ min: 1e-6, max: 0.99, noNaN: true });
    fc.assert(
      fc.property(p, fc.double({ min: 0.5, max: 500, noNaN: true }), (of, degrees) => {
        expect(studentP(studentQuantile(of, degrees), degrees)).toBeCloseTo(of, 6);
      }),
    );
  });
});

describe("a difference by connection", () => {
  test("is that of plain pairs where each has a connection of its own", () => {
    const [a, b] = [
      [1, 2, 3, 4, 9],
      [2, 2, 5, 4, 6],
    ];
    const { mean, error, degrees } = scoreDifference(
      pairedSides(a.map((value, i) => ({ a: { value, cluster: null }, b: { value: b[i]!, cluster: null } }))),
      a,
      b,
    );
    // Differences 1 0 2 0 −3: mean 0, variance 14 / 4.
    expect(mean).toBe(0);
    expect(error).toBeCloseTo(Math.sqrt(14 / 4 / 5), 12);
    expect(degrees).toBe(4);
  });

  test("is that of the connections' sums where the pairs of one are all alike", () => {
    // Five connections, each with the same difference four times: as uncertain as five values.
    const differences = [1, 2, 3, 4, 5];
    const values = differences.flatMap((one) => times(4, () => one));
    const pairs = values.map((value, i) => {
      const cluster = String(Math.floor(i / 4));
      return { a: { value: 0, cluster }, b: { value, cluster } };
    });
    const { error, degrees } = scoreDifference(
      pairedSides(pairs),
      values.map(() => 0),
      values,
    );
    expect(error).toBeCloseTo(Math.sqrt(2.5 / 5), 12);
    expect(degrees).toBe(4);
  });

  test("has Welch's degrees of freedom in two samples", () => {
    const [a, b] = [
      [1, 2, 3, 4],
      [10, 30, 50],
    ];
    const { mean, error, degrees } = scoreDifference(separateSides(alone(a), alone(b)), a, b);
    const [va, vb] = [5 / 3 / 4, 400 / 3];
    expect(mean).toBe(27.5);
    expect(error).toBeCloseTo(Math.sqrt(va + vb), 12);
    expect(degrees).toBeCloseTo((va + vb) ** 2 / (va ** 2 / 3 + vb ** 2 / 2), 9);
  });

  test("cannot be rarer than so few connections allow", () => {
    const sides = (count: number) =>
      pairedSides(
        times(24, (i) => ({
          a: { value: i, cluster: `${i % count}` },
          b: { value: 100 + i, cluster: `${i % count}` },
        })),
      );
    expect(leastP(sides(1))).toBe(1);
    expect(leastP(sides(2))).toBeCloseTo(2 / 6, 12);
    expect(leastP(sides(5))).toBeCloseTo(2 / 252, 12);
    expect(rankTest(sides(2)).p).toBeCloseTo(2 / 6, 12);
  });
});

describe("the interval of a difference of quantiles", () => {
  const draws = random(405, "quantiles");
  const sample = (n: number, by: number) => times(n, () => Math.round(1000 * (draws.exponential() + by)));

  test("has ends that are differences of two values, and just kept by the test", () => {
    const sides = separateSides(alone(sample(60, 0)), alone(sample(50, 0.5)));
    const { low, high } = quantileDifference(sides, 0.5);
    const gaps = sides.a.values.flatMap((a) => sides.b.values.map((b) => b - a));
    for (const end of [low, high]) {
      expect(Math.min(...gaps.map((gap) => Math.abs(gap - end)))).toBeLessThanOrEqual(0.5);
    }
    const shifted = (by: number) =>
      separateSides(alone(sides.a.values), alone(sides.b.values.map((value) => value - by)));
    expect(quantileTest(shifted(low), 0.5).p).toBeGreaterThanOrEqual(0.05);
    expect(quantileTest(shifted(low - 1), 0.5).p).toBeLessThan(0.05);
    expect(quantileTest(shifted(high), 0.5).p).toBeGreaterThanOrEqual(0.05);
    expect(quantileTest(shifted(high + 1), 0.5).p).toBeLessThan(0.05);
  });

  test("holds the true difference in at least 94 % of draws, of pairs and of samples", () => {
    const covers = (isPaired: boolean, p: number, n: number): boolean => {
      const shared = times(n, () => draws.normal());
      const a = shared.map((common) => 1000 * (common + draws.normal()));
      const b = (isPaired ? shared : times(n, () => draws.normal())).map(
        (common) => 1000 * (common + draws.normal() + 0.3),
      );
      const sides = isPaired
        ? pairedSides(a.map((value, i) => ({ a: { value, cluster: null }, b: { value: b[i]!, cluster: null } })))
        : separateSides(alone(a), alone(b));
      const { low, high } = quantileDifference(sides, p);
      return low <= 300 && 300 <= high;
    };
    for (const [isPaired, p, n] of [
      [true, 0.5, 40],
      [false, 0.5, 40],
      [true, 0.95, 100],
    ] as const) {
      expect(times(400, () => covers(isPaired, p, n)).filter(Boolean).length).toBeGreaterThan(376);
    }
  });

  test("has no end where failures stand, and never NaN", () => {
    const value = fc.oneof(fc.integer({ min: 0, max: 50 }), fc.constant(Infinity));
    fc.assert(
      fc.property(fc.array(fc.tuple(value, value), { minLength: 6, maxLength: 60 }), fc.boolean(), (rows, isPaired) => {
        const pairs = rows.map(([a, b]) => ({ a: { value: a, cluster: null }, b: { value: b, cluster: null } }));
        const sides = isPaired
          ? pairedSides(pairs)
          : separateSides(
              pairs.map(({ a }) => a),
              pairs.map(({ b }) => b),
            );
        const { difference, low, high } = quantileDifference(sides, 0.5);
        expect([difference, low, high].some(Number.isNaN)).toBe(false);
        expect(low).toBeLessThanOrEqual(high);
        if (Number.isFinite(difference)) {
          expect(low).toBeLessThanOrEqual(difference);
          expect(high).toBeGreaterThanOrEqual(difference);
        }
        const { p } = rankTest(sides);
        expect(p).toBeGreaterThanOrEqual(0);
        expect(p).toBeLessThanOrEqual(1);
      }),
    );
  });
});

test("effect size: how often A is below B, ties shared", () => {
  expect(chanceBelow(separateSides(alone([1, 2]), alone([2, 3])))).toBe(3.5 / 4);
  const pairs = [
    [1, 2],
    [3, 3],
    [Infinity, 1],
    [Infinity, Infinity],
  ].map(([a, b]) => ({ a: { value: a!, cluster: null }, b: { value: b!, cluster: null } }));
  expect(chanceBelow(pairedSides(pairs))).toBe((1 + 0.5 + 0 + 0.5) / 4);
});

test("an interval of shares agrees with Newcombe's example", () => {
  // 56 of 70 less 48 of 80: 0.2, method 10 gives 0.0524 to 0.3339 (Newcombe 1998, table II, a).
  const share = (yes: number, n: number) => alone(times(n, (i) => (i < yes ? 1 : 0)));
  const { low, high } = shareInterval(separateSides(share(48, 80), share(56, 70)));
  expect(low).toBeCloseTo(0.0524, 3);
  expect(high).toBeCloseTo(0.3339, 3);
});
