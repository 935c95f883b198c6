import { describe, expect, test } from "vitest";
import { random } from "../../src/core/random.ts";
import { quantileRanks, requestsNeeded, wilson } from "../../src/measure/intervals.ts";
import { ascending, nearestRank, quantileOf } from "../../src/measure/quantile.ts";
import { statistic } from "../../src/measure/summarise.ts";
import { times } from "../support/measured.ts";

const oneTo = (n: number): Float64Array => ascending(times(n, (i) => i + 1));

describe("quantiles", () => {
  test.each([
    [100, 0.95, 95],
    [100, 0.99, 99],
    [101, 0.5, 51],
    [36, 0.9, 33],
    [72, 0.95, 69],
    [368, 0.99, 365],
    [1, 0.5, 1],
    [2, 0.5, 1],
  ])("the nearest rank of %i values at %f is the one numbered %i", (n, p, rank) => {
    expect(nearestRank(n, p)).toBe(rank - 1);
  });

  test("of nothing there is none", () => {
    expect(quantileOf([], 0.5)).toBeNull();
  });

  test("infinity sorts last", () => {
    expect(quantileOf([Infinity, 2, Infinity, 1, 3], 0.5)).toBe(3);
    expect(quantileOf([Infinity, 2, Infinity, 1, 3], 0.9)).toBe(Infinity);
  });
});

describe("the insufficient_n rule", () => {
  test.each([
    ["p50", 0.5, 6],
    ["p90", 0.9, 36],
    ["p95", 0.95, 72],
    ["p99", 0.99, 368],
  ] as const)("%s needs its number of requests", (stat, p, needed) => {
    expect(requestsNeeded(p)).toBe(needed);
    expect(p ** needed).toBeLessThanOrEqual(0.025);
    expect(p ** (needed - 1)).toBeGreaterThan(0.025);
    expect(statistic(oneTo(needed - 1), stat, [])).toEqual({
      value: null,
      low: null,
      high: null,
      n: needed - 1,
      flags: ["insufficient_n"],
    });
    const enough = statistic(oneTo(needed), stat, []);
    // The least number of requests has its greatest value as upper end.
    expect(enough).toMatchObject({ value: nearestRank(needed, p) + 1, high: needed, n: needed, flags: [] });
    expect(enough.low).toBeGreaterThan(0);
  });
});

describe("order-statistic intervals", () => {
  // Reference: tables of the sign test, and an exact sum over integers by hand.
  test.each([
    [6, 0.5, 1, 6],
    [10, 0.5, 2, 9],
    [20, 0.5, 6, 15],
    [100, 0.5, 40, 61],
  ])("n = %i at p = %f spans ranks %i to %i", (n, p, low, high) => {
    expect(quantileRanks(n, p)).toEqual({ low: low - 1, high: high - 1 });
  });

  test.each([36, 72, 100, 368, 999])("agree with an exact sum of the binomial at n = %i", (n) => {
    for (const p of [0.5, 0.9, 0.95, 0.99].filter((one) => n >= requestsNeeded(one))) {
      expect(quantileRanks(n, p)).toEqual(exactRanks(n, p));
    }
  });

  test("hold for a million values", () => {
    // Normal approximation: 950,000 ± 1.96 × 217.9.
    const ranks = quantileRanks(1_000_000, 0.95)!;
    expect(Math.abs(ranks.low - (950_000 - 427))).toBeLessThanOrEqual(3);
    expect(Math.abs(ranks.high - (950_000 + 427))).toBeLessThanOrEqual(3);
  });

  test("cover the true median in 95 to 98 % of 2,000 draws of 100", () => {
    const source = random(405, "coverage");
    const covered = times(2000, () => {
      const sorted = ascending(times(100, () => source.exponential()));
      const { low, high } = statistic(sorted, "p50", []);
      return low! <= Math.LN2 && Math.LN2 <= high!;
    }).filter(Boolean).length;
    expect(covered / 2000).toBeGreaterThanOrEqual(0.95);
    expect(covered / 2000).toBeLessThanOrEqual(0.98);
  });

  test("are left out where values depend on each other", () => {
    expect(statistic(oneTo(100), "p50", ["clustered"])).toEqual({
      value: 50,
      low: null,
      high: null,
      n: 100,
      flags: ["clustered"],
    });
  });
});

describe("Wilson intervals of shares", () => {
  // Cross-checked with statsmodels.stats.proportion.proportion_confint(method="wilson").
  test.each([
    [0, 30, 0, 0.113513],
    [30, 30, 0.886487, 1],
    [146, 164, 0.833186, 0.929438],
    [1277, 1319, 0.957239, 0.976357],
    [229, 250, 0.875005, 0.944404],
    [243, 250, 0.943342, 0.986372],
    [88, 100, 0.801879, 0.930006],
  ])("%i of %i", (count, n, low, high) => {
    const interval = wilson(count, n)!;
    expect(interval.low).toBeCloseTo(low, 6);
    expect(interval.high).toBeCloseTo(high, 6);
  });

  test("of nothing there is none", () => {
    expect(wilson(0, 0)).toBeNull();
  });
});

/** The definition, summed in integers: binomial coefficients are exact, and only the last division rounds. */
function exactRanks(n: number, p: number): { low: number; high: number } {
  const scale = 100n;
  const success = BigInt(Math.round(p * 100));
  const powers = (base: bigint): bigint[] => times(n + 1, (i) => base ** BigInt(i));
  const [hits, misses] = [powers(success), powers(scale - success)];
  const weights: bigint[] = [];
  let choose = 1n;
  for (let k = 0; k <= n; k += 1) {
    weights.push(choose * hits[k]! * misses[n - k]!);
    choose = (choose * BigInt(n - k)) / BigInt(k + 1);
  }
  const whole = scale ** BigInt(n);
  const isTail = (sum: bigint): boolean => sum * 40n <= whole;
  let low = 0;
  for (let below = weights[0]!; isTail(below); below += weights[low]!) low += 1;
  let high = n + 1;
  for (let above = weights[n]!; isTail(above); above += weights[high - 1]!) high -= 1;
  return { low: low - 1, high: high - 1 };
}
