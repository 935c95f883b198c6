import { describe, expect, test } from "vitest";
import { random } from "../../src/core/random.ts";
import { medianInterval } from "../../src/measure/compare/block-bootstrap.ts";
import { verdictsOverNights, type Series } from "../../src/measure/compare/nights.ts";
import { withMemory } from "../../src/measure/compare/serial.ts";
import { seriesOf } from "../../src/measure/compare/series.ts";
import { coverageOf, slotOf } from "../../src/measure/compare/slots.ts";
import { groupsOf } from "../../src/measure/group.ts";
import { nightOf, USUAL, wander } from "../calibration/night.ts";
import { times } from "../support/measured.ts";

/** Every three hours from midnight. */
const slotsOf = (n: number) => times(n, (i) => slotOf(new Date(Date.UTC(2026, 10, 1, 3 * i, 10)).toISOString()));

const seriesWith = (of: (slot: number) => readonly [a: number, b: number], n: number): Series => ({
  scenario: "chat",
  metric: "ttft",
  stat: "p50",
  unit: "ms",
  better: "lower",
  a: "alpha",
  b: "beta",
  figures: slotsOf(n).map((slot, i) => ({ slot, a: of(i)[0], b: of(i)[1] })),
});

const judged = (series: readonly Series[]) => verdictsOverNights(series, () => random(1, "nights"));

describe("what a verdict to buy on takes", () => {
  test("is every slot of the day on seven days, whichever they are", () => {
    expect(coverageOf(slotsOf(56))).toEqual({ days: 7, slots: 56, missing: [] });
    expect(coverageOf(slotsOf(55)).missing).toEqual(["21-24 UTC on 1 more day"]);
    expect(coverageOf([...slotsOf(8), ...slotsOf(8)])).toMatchObject({ days: 1, slots: 8 });
    expect(coverageOf(slotsOf(8)).missing).toHaveLength(8);
    expect(slotOf("2026-11-25T23:59:59.999Z")).toEqual({ day: "2026-11-25", ofDay: 7 });
  });

  test("is refused to one night, however clear it seems", () => {
    expect(judged([seriesWith(() => [100, 900], 1)])).toMatchObject({
      kind: "refused",
      coverage: { days: 1, slots: 1 },
    });
    expect(judged([])).toMatchObject({ kind: "refused", coverage: { slots: 0 } });
  });
});

describe("a verdict over nights", () => {
  test("names the better target of every slot, and a failure counts as worst", () => {
    const draws = random(3, "clear");
    const found = judged([
      seriesWith((i) => [400 + 40 * draws.normal(), i % 9 === 0 ? Infinity : 600 + 40 * draws.normal()], 56),
    ]);
    expect(found).toMatchObject({
      kind: "verdicts",
      verdicts: [{ scope: "nights", leader: "alpha", units: "slots", n: 56, clusters: { a: 7, b: 7 }, valueA: null }],
    });
  });

  test("names nobody where a drift that lasts for hours is all there is", () => {
    const draws = random(4, "drift");
    const own = wander(56, 0.15, 0.8, draws);
    expect(judged([seriesWith((i) => [400, 400 * Math.exp(own[i]!)], 56)])).toMatchObject({
      kind: "verdicts",
      verdicts: [{ leader: null }],
    });
  });

  test("takes several runs of a slot for one", () => {
    const once = seriesWith((i) => [400 + i, 410 + ((i * 7) % 5)], 56);
    const twice = { ...once, figures: [...once.figures, ...once.figures] };
    expect(judged([twice])).toEqual(judged([once]));
  });

  test("is made of what runs recorded", () => {
    const world = { ...USUAL, targets: 2, requests: 12, blockRequests: 12, connections: 12, lastSlower: 1.5 };
    const nights = times(56, (i) => ({
      startedAt: new Date(Date.UTC(2026, 10, 1, 3 * i, 10)).toISOString(),
      groups: groupsOf(nightOf(world, random(9, i)), []),
    }));
    const series = seriesOf(nights);
    // Too few requests for a tail.
    expect(series.map(({ metric, stat }) => `${metric} ${stat}`)).toEqual([
      "ttft p50",
      "output_speed p50",
      "success_share value",
      "goodput_share value",
      "cost_per_1k_good value",
    ]);
    expect(series[0]!.figures).toHaveLength(56);
    const found = judged(series);
    expect(found.kind === "verdicts" && found.verdicts[0]).toMatchObject({ metric: "ttft", leader: "target-1" });
  });
});

describe("few blocks that depend on each other", () => {
  test("give a wider interval than as many independent values would", () => {
    const draws = random(5, "blocks");
    const blocks = times(7, () => times(8, () => draws.normal()));
    const width = (degrees: number, wider: number): number => {
      const { low, high } = medianInterval(blocks, degrees, wider, random(6, "draws"));
      return high - low;
    };
    expect(width(6, 1)).toBeGreaterThan(width(1000, 1));
    expect(width(6, 2)).toBeGreaterThan(width(6, 1));
  });

  test("leave fewer degrees of freedom and a larger error, and independent ones hardly", () => {
    const scores = (kept: number) => wander(56, 1, kept, random(7, "scores"));
    const plain = { mean: 0, error: 1 / Math.sqrt(56), degrees: 55 };
    const free = withMemory(plain, scores(0));
    const bound = withMemory(plain, scores(0.9));
    expect(bound.error).toBeGreaterThan(2 * free.error);
    expect(bound.degrees).toBeLessThan(free.degrees / 3);
  });
});
