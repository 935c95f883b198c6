import { describe, expect, it } from "vitest";
import { random } from "../../src/core/random.ts";
import { DETECTABLE, detections } from "../../src/measure/compare/detect.ts";
import { pairsNeeded, powerOf, spreadOf } from "../../src/measure/compare/power.ts";
import { groupsOf } from "../../src/measure/group.ts";
import { answer, failed, OPEN, recordOf, TARGET, unanswered, type Recorded } from "../support/observations.ts";
import { times } from "../support/measured.ts";

/** Normal differences with mean 0 and deviation 100 around a common level. */
function normalPairs(n: number, seed: number): { a: number; b: number }[] {
  const draw = random(seed, "pairs");
  return times(n, () => ({ a: 1000, b: 1000 + draw.normal() * 100 }));
}

describe("the pairs that a difference needs", () => {
  it("are those of the t test over the test's relative efficiency of 3/π, for normal differences", () => {
    // Half a deviation at 5 % and 80 %: (1.96 + 0.8416)² / 0.25 = 31.4, and 31.4 π / 3 = 32.9; small samples take a few more.
    const { pairs, method } = pairsNeeded(normalPairs(2000, 1), 50, 0.05, random(405));
    expect(method).toBe("simulated");
    expect(pairs).toBeGreaterThan(28);
    expect(pairs).toBeLessThan(42);
  });
  it("grow with the square of what the difference shrinks by, by formula once they are many", () => {
    const { pairs, method } = pairsNeeded(normalPairs(2000, 1), 5, 0.05, random(405));
    expect(method).toBe("by formula");
    // (1.96 + 0.8416)² / 0.05² × π / 3 = 3,288.
    expect(pairs! / 3288).toBeGreaterThan(0.9);
    expect(pairs! / 3288).toBeLessThan(1.1);
  });
  it("show the difference in about 80 % of runs, and in 5 % when there is none", () => {
    const pairs = normalPairs(500, 2);
    const { pairs: n } = pairsNeeded(pairs, 60, 0.01, random(405));
    const spread = spreadOf(pairs);
    const shifted = spread.map((distance) => distance + 60);
    const power = powerOf(shifted, n!, 0.01, random("other draws"));
    expect(power).toBeGreaterThan(0.7);
    expect(power).toBeLessThan(0.9);
    expect(powerOf(spread, 60, 0.05, random("none"))).toBeLessThan(0.1);
  });
  it("are more at a stricter significance", () => {
    const at = (alpha: number): number => pairsNeeded(normalPairs(300, 3), 60, alpha, random(405)).pairs!;
    expect(at(0.05 / 6)).toBeGreaterThan(at(0.05) * 1.2);
  });
  it("are not named where failures hide any difference", () => {
    // As many infinite differences one way as the other: a shift changes nothing about them.
    const pairs = times(60, (i) => (i % 2 === 0 ? { a: Infinity, b: 100 } : { a: 100, b: Infinity }));
    expect(pairsNeeded(pairs, 10, 0.05, random(405)).pairs).toBeNull();
  });
});

const SLOW = { ...TARGET, id: "slow" };

function recorded(n: number, ttftMs: (pair: number, isSlow: boolean) => number | null): Recorded[] {
  return times(n, (pair) => pair).flatMap((pair) =>
    [TARGET, SLOW].map((target) => {
      const ms = ttftMs(pair, target === SLOW);
      const at = { pair, target, atMs: pair * 100 };
      if (ms === null) return failed({ ...at, kind: "overloaded" });
      return answer({ ...at, ttftMs: ms, gapsMs: [10], tokens: 2 });
    }),
  );
}

const TTFT = DETECTABLE.find(({ id }) => id === "ttft")!;

function detected(record: ReturnType<typeof recordOf>, planned: number): ReturnType<typeof detections> {
  return detections(groupsOf(record, []), TTFT, 0.1, planned, 405);
}

describe("planning by a past run", () => {
  it("looks for a share of the better target's median, in requests, runs and money", () => {
    const draw = random(405, "ttft");
    const rows = recorded(40, (_, isSlow) => (isSlow ? 300 : 200) + draw.normal() * 20);
    const [found] = detected(recordOf(rows, { targets: [TARGET, SLOW] }), 40);
    expect(found!.difference).toBeCloseTo(found!.median! / 10, 6);
    expect(found!.median).toBeGreaterThan(190);
    expect(found!.median).toBeLessThan(210);
    expect(found!.seen).toBeGreaterThan(80);
    expect(found!.requests).toBe(found!.needed!.pairs);
    expect(found!.runs).toBe(Math.ceil(found!.requests! / 40));
    // Each answer: 110 tokens in at $1, 2 out at $2 per million.
    expect(found!.usd).toBeCloseTo(found!.requests! * 2 * 114e-6, 9);
  });
  it("asks for more requests where part of the past run paired with nothing", () => {
    const draw = random(405, "ttft");
    const rows = recorded(40, () => 200 + draw.normal() * 40);
    const dropped = rows.map((row) =>
      row.observation.pair % 2 === 0
        ? row
        : unanswered({
            pair: row.observation.pair,
            target: row.observation.target === SLOW.id ? SLOW : TARGET,
            outcome: "dropped",
            reason: null,
          }),
    );
    const [found] = detected(recordOf(dropped, { targets: [TARGET, SLOW] }), 40);
    expect(found!.pairs).toBe(20);
    expect(found!.requests).toBe(found!.needed!.pairs! * 2);
  });
  it("says nothing of too few pairs, nor of targets that both failed half the time", () => {
    const few = detected(
      recordOf(
        recorded(5, () => 100),
        { targets: [TARGET, SLOW] },
      ),
      5,
    )[0]!;
    expect({ ...few, seen: null }).toMatchObject({
      pairs: 5,
      median: null,
      needed: null,
      requests: null,
      runs: null,
      usd: null,
    });
    const failing = recorded(40, (pair, isSlow) => (pair % 2 === (isSlow ? 0 : 1) ? null : 100 + pair));
    expect(detected(recordOf(failing, { scenarios: [OPEN], targets: [TARGET, SLOW] }), 40)[0]!.requests).toBeNull();
  });
});
