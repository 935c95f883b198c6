import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { random } from "../../src/core/random.ts";
import { changePoints, simulatedThreshold, thresholdOf } from "../../src/measure/series/change-points.ts";
import { nightToNightNoise } from "../../src/measure/series/noise.ts";
import { hoursOfWeek, seriesOf, type Point } from "../../src/measure/series/series.ts";
import { sparkline, thinned } from "../../src/report/sparkline.ts";

const normals = (nights: number, seed: number): number[] => {
  const dice = random(seed, "nights", nights);
  return Array.from({ length: nights }, () => 200 + 10 * dice.normal());
};

const KEY = {
  target: "a",
  scenario: "chat",
  load: "poisson 2/s",
  vantage: "here",
  metric: "ttft",
  stat: "p50_all",
  unit: "ms",
  simulated: true,
} as const;

const point = (at: string, value: number | null, isValid = true): Point => ({
  run: at,
  at,
  value,
  low: null,
  high: null,
  n: 100,
  isValid,
});

describe("change points", () => {
  it.each([8, 30, 120])("of %i nights without a change are found in about one series of twenty at most", (nights) => {
    const series = Array.from({ length: 300 }, (_, seed) => changePoints(normals(nights, seed)));
    const wrong = series.filter(({ length }) => length > 0).length;
    // 15 expected of 300; 30 or more have a chance of 1 in 4,000.
    expect(wrong).toBeLessThan(30);
  });

  it.each([20, 30, 60, 365])("find a step of three standard deviations within two nights, of %i nights", (nights) => {
    const step = Math.floor(nights * 0.6);
    const found = Array.from({ length: 40 }, (_, seed) =>
      changePoints(normals(nights, seed).map((value, i) => value + (i >= step ? 30 : 0))),
    );
    expect(found.filter((changes) => changes.some(({ at }) => Math.abs(at - step) <= 2)).length).toBeGreaterThan(33);
    expect(found.filter((changes) => changes.length > 1).length).toBeLessThan(8);
  });

  it("find both ends of an incident, and its size", () => {
    const values = normals(60, 1).map((value, i) => value + (i >= 20 && i < 32 ? 80 : 0));
    const changes = changePoints(values);
    expect(changes.map(({ at }) => at)).toEqual([20, 32]);
    expect(changes[0]!.before).toBeCloseTo(200, -1.3);
    expect(changes[0]!.after).toBeCloseTo(280, -1.3);
    expect(changes[1]!.before).toBe(changes[0]!.after);
  });

  it("see that an endpoint began to fail: infinite is a level too", () => {
    const values = normals(30, 3).map((value, i) => (i < 18 ? value : Infinity));
    expect(changePoints(values)).toEqual([{ at: 18, before: expect.closeTo(200, -1.3) as number, after: Infinity }]);
  });

  it("depend on order and ranks alone", () => {
    const value = fc.double({ min: 1, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(fc.array(value, { maxLength: 60 }), (values) => {
        const positions = (of: readonly number[]): number[] => changePoints(of).map(({ at }) => at);
        expect(positions(values.map((one) => 3 * one + 1))).toEqual(positions(values));
        expect(changePoints(values)).toEqual(changePoints(values));
        expect(positions(values).every((at) => at >= 3 && at <= values.length - 3)).toBe(true);
      }),
    );
  });

  it.each([8, 64, 181])("have the threshold that random orders of %i values give", (length) => {
    expect(thresholdOf(length)).toBeCloseTo(simulatedThreshold(length), 2);
  });

  it("of equal values, of few and of none are none", () => {
    expect(changePoints(Array.from({ length: 100 }, () => 7))).toEqual([]);
    expect(changePoints([1, 1, 1, 9, 9, 9, 9])).toEqual([]);
    expect(changePoints([])).toEqual([]);
  });

  it("of more nights than are read count from the beginning all the same", () => {
    const values = Array.from({ length: 4200 }, (_, i) => (i < 4150 ? i % 2 : 50));
    expect(changePoints(values).map(({ at }) => at)).toContain(4150);
  });
});

describe("noise from night to night", () => {
  it("is the standard deviation over the median, whatever steps the level takes", () => {
    const values = normals(400, 5).map((value, i) => value + (i >= 200 ? 100 : 0));
    expect(nightToNightNoise(values)).toBeCloseTo(10 / 250, 1.5);
  });

  it("is unknown of few values, and of none that is finite", () => {
    expect(nightToNightNoise([1, 2, 3, 4, 5])).toBeNull();
    expect(nightToNightNoise(Array.from({ length: 9 }, () => Infinity))).toBeNull();
    expect(nightToNightNoise(Array.from({ length: 9 }, () => 0))).toBeNull();
  });
});

describe("a series", () => {
  it("counts neither invalid nights nor empty ones, and names the run that a change begins with", () => {
    const values = normals(40, 2).map((value, i) => (i < 25 ? value : value * 2));
    const days = Array.from({ length: 40 }, (_, i) => new Date(Date.UTC(2026, 8, 1 + i, 2)).toISOString());
    const points = values.flatMap((value, i) => [
      point(days[i]!, value),
      point(`${days[i]} invalid`, 1e9, false),
      point(`${days[i]} empty`, null),
    ]);
    const series = seriesOf(KEY, points);
    expect(series.changes).toEqual([
      expect.objectContaining({ run: days[25], before: expect.closeTo(200, -1.6) as number }),
    ]);
    expect(series.invalid).toBe(40);
    expect(series.median).toBeLessThan(500);
  });

  it("has a median for each hour of the week, Monday first, UTC", () => {
    const points = [
      point("2026-11-02T02:10:00Z", 1),
      point("2026-11-09T02:50:00Z", 3),
      point("2026-11-09T02:55:00Z", 5),
      point("2026-11-08T23:00:00Z", 9),
      point("2026-11-08T22:00:00Z", null),
    ];
    expect(hoursOfWeek({ points })).toEqual([
      { day: 0, hour: 2, median: 3, n: 3 },
      { day: 6, hour: 23, median: 9, n: 1 },
    ]);
  });
});

describe("a sparkline", () => {
  it("goes from the lowest to the highest, with gaps, and the full block for failure", () => {
    expect(sparkline([1, 2, null, 8, Infinity])).toBe("▁▂·██");
    expect(sparkline([5, 5, 5])).toBe("▅▅▅");
    expect(sparkline([])).toBe("");
  });

  it("is thinned by means, so that no night is lost", () => {
    expect(thinned([1, 3, null, null, 5], 3)).toEqual([2, null, 5]);
    expect(thinned([1, 2], 40)).toEqual([1, 2]);
  });
});
