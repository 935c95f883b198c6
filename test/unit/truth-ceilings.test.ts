import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { brokenCeilings, spreadsOf, type ErrorSpreads, type Spread } from "../support/truth-ceilings.ts";

const all = (spread: Spread): ErrorSpreads => ({ ttft: spread, event: spread, e2e: spread });
const BARE = all({ p50: 1, p99: 3, max: 9 });
const FLOOR = { bare: BARE, idleMsP99: 2 };

describe("a client held against bare sockets", () => {
  it("may be twice as late and some milliseconds, at the median and at p99", () => {
    expect(brokenCeilings(all({ p50: 4, p99: 14, max: 1000 }), FLOOR)).toEqual([]);
    expect(brokenCeilings({ ...BARE, event: { p50: 4.01, p99: 14.01, max: 20 } }, FLOOR)).toEqual([
      "event p50 is 4.01 ms late, ceiling 4.00 by a floor of 1.00",
      "event p99 is 14.01 ms late, ceiling 14.00 by a floor of 3.00",
    ]);
  });

  it("may have the tail of a machine that lets an idle process wait, but not half of its events late", () => {
    const busy = { bare: BARE, idleMsP99: 50 };
    expect(brokenCeilings(all({ p50: 4, p99: 108, max: 1000 }), busy)).toEqual([]);
    expect(brokenCeilings(all({ p50: 4.01, p99: 108, max: 1000 }), busy)).toHaveLength(3);
  });

  it("is judged by TTFT, events and E2E, each by itself", () => {
    const late = { p50: 21, p99: 23, max: 29 };
    for (const what of ["ttft", "event", "e2e"] as const)
      expect(brokenCeilings({ ...BARE, [what]: late }, FLOOR).map((text) => text.split(" is ")[0])).toEqual([
        `${what} p50`,
        `${what} p99`,
      ]);
  });

  it("is found out when all of its stamps are 20 ms late, on any machine whose own delay is a few milliseconds", () => {
    const answers = fc.array(
      fc.record({
        ttftMs: fc.double({ min: 0, max: 8, noNaN: true }),
        arrivalMs: fc.constant(0),
        e2eMs: fc.double({ min: 0, max: 8, noNaN: true }),
        eventsMs: fc.array(fc.double({ min: 0, max: 8, noNaN: true }), { minLength: 1 }),
      }),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(answers, (honest) => {
        const late = honest.map(({ ttftMs, arrivalMs, e2eMs, eventsMs }) => ({
          ttftMs: ttftMs + 20,
          arrivalMs,
          e2eMs: e2eMs + 20,
          eventsMs: eventsMs.map((ms) => ms + 20),
        }));
        const floor = { bare: spreadsOf(honest), idleMsP99: 0 };
        expect(brokenCeilings(spreadsOf(honest), floor)).toEqual([]);
        const broken = brokenCeilings(spreadsOf(late), floor).join();
        expect(broken).toMatch(/ttft p50.*event p50.*e2e p50/);
      }),
    );
  });

  it("breaks every ceiling when it measured nothing, or has nothing to be held against", () => {
    expect(brokenCeilings(spreadsOf([]), FLOOR)).toHaveLength(6);
    expect(brokenCeilings(BARE, { bare: spreadsOf([]), idleMsP99: 0 })).toHaveLength(6);
  });
});
