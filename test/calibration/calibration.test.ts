import { describe, expect, test } from "vitest";
import { buyVerdicts, DOCUMENTED, falseBuys, foundBuys, nightsOf, WEEK } from "./study.ts";

/*
 * The study of `npm run calibrate` in small, on fixed seeds. The bounds are those that a method which keeps its promise breaks in
 * less than 1 of 100 seeds: a rate of 5 % gives more than 4 of 20 in 0.3 %, one of 90 % fewer than 15 of 20 in 1.1 %.
 */
describe("verdicts of a night", () => {
  test("name a leader among equal targets in few nights, by any of all questions", () => {
    expect(nightsOf(DOCUMENTED, 20).wrong).toBeLessThanOrEqual(4);
  });

  test("find a TTFT that is 10 % longer in most nights", () => {
    expect(nightsOf({ ...DOCUMENTED, lastSlower: 1.1 }, 20).found).toBeGreaterThanOrEqual(15);
  });
});

describe("verdicts to buy on", () => {
  test("come from no single night, however long the list of its slots", () => {
    expect(buyVerdicts({ ...WEEK, slots: 1 }, 0).kind).toBe("refused");
    expect(buyVerdicts({ ...WEEK, slots: 8 }, 0).kind).toBe("refused");
    expect(buyVerdicts({ ...WEEK, slots: 55 }, 0).kind).toBe("refused");
  });

  test("name a leader among targets that drift by themselves in few weeks", () => {
    // More than 6 of 40 in 0.3 % of seeds.
    expect(falseBuys({ ...WEEK, kept: 0.6 }, 40)).toBeLessThanOrEqual(6);
    expect(falseBuys({ ...WEEK, kept: 0.8 }, 40)).toBeLessThanOrEqual(6);
  });

  test("find one that is 10 % slower where the drift is smaller than that", () => {
    expect(foundBuys({ ...WEEK, ownDrift: 0.05, lastSlower: 1.1 }, 20)).toBeGreaterThanOrEqual(8);
  });
});
