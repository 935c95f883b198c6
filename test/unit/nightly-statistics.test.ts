import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NightFigure } from "../../src/core/night.ts";
import { againstWindow, qn, WINDOW_NIGHTS_MIN } from "../../src/measure/compare/baseline.ts";
import { studentQuantile, studentTail } from "../../src/measure/student-t.ts";
import { CALM, weatherHistory } from "../nights/weather.ts";

const ms = (value: number, low = value * 0.99, high = value * 1.01): NightFigure => ({
  scenario: "chat",
  scenarioHash: "0",
  metric: "ttft",
  stat: "p50_all",
  unit: "ms",
  value,
  low,
  high,
  n: 40,
});
const share = (value: number): NightFigure => ({ ...ms(value), metric: "success_share", stat: "value", unit: "share" });
const NIGHTS = [100, 104, 97, 101, 103, 98, 99, 102, 100, 96, 105, 101, 99, 100];
const WINDOW = NIGHTS.map((value) => ms(value));

describe("Student's t", () => {
  it.each([
    // Tables: one-sided 5 % and 0.05 %.
    [6.313752, 1, 0.05],
    [2.015048, 5, 0.05],
    [1.812461, 10, 0.05],
    [4.586894, 10, 0.0005],
    [1.959964, 1e7, 0.025],
  ])("at t %f and %i degrees has the tail %f", (t, df, tail) => {
    expect(studentTail(t, df)).toBeCloseTo(tail, 6);
    expect(studentQuantile(tail, df)).toBeCloseTo(t, 4);
    expect(studentTail(-t, df)).toBeCloseTo(1 - tail, 6);
  });

  it("falls in t, for any degrees", () => {
    const number = (min: number, max: number): fc.Arbitrary<number> => fc.double({ min, max, noNaN: true });
    fc.assert(
      fc.property(number(0.1, 100), number(0, 50), number(0, 5), (df, t, more) => {
        expect(studentTail(t + more, df)).toBeLessThanOrEqual(studentTail(t, df) + 1e-12);
      }),
    );
  });
});

describe("Qn", () => {
  it("gives the standard deviation of normal values, whatever the rest does", () => {
    const normal = Array.from({ length: 199 }, (_, i) => inverseNormal((i + 0.5) / 199));
    expect(qn(normal)).toBeCloseTo(1, 1);
    expect(qn([...normal.slice(0, 150), ...Array.from({ length: 49 }, () => Infinity)])).toBeLessThan(2);
  });

  it("is infinite when more than half of the values are", () => {
    expect(qn([1, 2, 3, Infinity, 5, -Infinity, -Infinity, Infinity])).toBe(Infinity);
    expect(qn([1, 1, 1, 1, 1, 1, 1])).toBe(0);
  });
});

describe("a night against those before", () => {
  it("shows a change with its size and interval, and none where nothing changed", () => {
    const slow = againstWindow(WINDOW, ms(150), "lower")!;
    expect(slow.p).toBeLessThan(1e-4);
    expect(slow.matters).toBe(true);
    expect(slow.baseline).toBe(100);
    const { value, low, high } = slow.change();
    expect(value).toBeCloseTo(0.5, 1);
    expect(low).toBeGreaterThan(0.3);
    expect(high).toBeLessThan(0.8);
    expect(againstWindow(WINDOW, ms(101), "lower")!.p).toBeGreaterThan(0.3);
    expect(againstWindow(WINDOW, ms(60), "lower")!.p).toBeGreaterThan(0.99);
  });

  it("takes speed the other way round", () => {
    const slow = againstWindow(WINDOW, ms(60), "higher")!;
    expect([slow.p < 1e-4, slow.matters, slow.change().value < -0.35]).toEqual([true, true, true]);
    expect(againstWindow(WINDOW, ms(0, 0, 0), "higher")).toMatchObject({ p: 0, matters: true });
  });

  it("counts failures as infinite: over a good window certain, over a failing one nothing", () => {
    expect(againstWindow(WINDOW, ms(Infinity, 100, Infinity), "lower")).toMatchObject({ p: 0, matters: true });
    const failing = WINDOW.map((figure, i) => (i < 8 ? ms(Infinity) : figure));
    expect(againstWindow(failing, ms(Infinity), "lower")).toBeNull();
    const half = WINDOW.map((figure, i) => (i < 6 ? ms(Infinity) : figure));
    expect(againstWindow(half, ms(Infinity), "lower")!.p).toBe(1);
  });

  it("is no surer than tonight's own requests", () => {
    expect(againstWindow(WINDOW, ms(150, 60), "lower")!.p).toBeGreaterThan(0.05);
  });

  it("takes equal nights for no proof of precision, and small changes for no matter", () => {
    const equal = NIGHTS.map(() => ms(100));
    expect(againstWindow(equal, ms(103), "lower")!.p).toBeGreaterThan(0.05);
    expect(againstWindow(equal, ms(109), "lower")!.matters).toBe(false);
  });

  it("judges a share by its odds", () => {
    const good = NIGHTS.map(() => share(1));
    expect(againstWindow(good, share(0.975), "higher")!.p).toBeGreaterThan(0.05);
    const bad = againstWindow(good, share(0.5), "higher")!;
    expect(bad.p).toBeLessThan(0.02);
    expect(bad.change().value).toBeLessThan(-0.4);
  });

  it("never calls a night worse for being better", () => {
    const value = fc.double({ min: 1, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(fc.array(value, { minLength: WINDOW_NIGHTS_MIN, maxLength: 20 }), value, value, (nights, a, b) => {
        const window = nights.map((night) => ms(night));
        const p = (of: number): number => againstWindow(window, ms(of), "lower")!.p;
        expect(p(Math.max(a, b))).toBeLessThanOrEqual(p(Math.min(a, b)) + 1e-9);
      }),
    );
  });
});

// At most 3 of 200 such months may wake anybody.
describe("30 nights of 11 targets that nobody changed", () => {
  it("page in at most 3 of 200 histories", () => {
    const seeds = Array.from({ length: 200 }, (_, i) => i);
    const common = { nights: 30, slots: 1, targets: 11, weather: CALM, planted: null };
    const paging = seeds.filter((seed) => weatherHistory({ ...common, seed }).some(({ pages }) => pages));
    expect(paging.length).toBeLessThanOrEqual(3);
  });

  it("find a target that takes twice as long on its night or the next, in at least 45 of 50", () => {
    const planted = { target: 3, fromNight: 20, factor: 2 };
    const common = { nights: 22, slots: 1, targets: 11, weather: CALM, planted };
    const found = Array.from({ length: 50 }, (_, seed) => weatherHistory({ ...common, seed })).filter((nights) =>
      nights
        .slice(20)
        .some(({ pages, regressions }) => pages && regressions.some(({ target }) => target === "target-3")),
    );
    expect(found.length).toBeGreaterThanOrEqual(45);
  });

  it("find it within the night where the night has 8 parts, and say how many nights are still needed before", () => {
    const planted = { target: 3, fromNight: 20, factor: 2 };
    const nights = weatherHistory({ seed: 1, nights: 21, slots: 8, targets: 11, weather: CALM, planted });
    expect(nights[20]).toMatchObject({ pages: true, status: "REGRESSION" });
    expect(nights[20]!.message).toMatch(
      /; target-3 ttft p50_all in chat \+\d+ % \(\+\d+ to \+\d+\), .* since 2026-01-21/,
    );
    expect(nights[4]!.parts[0]!.needs[0]).toEqual({ target: "target-0", nights: 3 });
    expect(nights[7]!.parts[0]!.needs).toEqual([]);
  });
});

/** By bisection of the tail for many degrees. */
function inverseNormal(p: number): number {
  return p < 0.5 ? -studentQuantile(p, 1e9) : studentQuantile(1 - p, 1e9);
}
