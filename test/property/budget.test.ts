import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CAP_UNITS, type Caps, type CapUnit, type RunCaps } from "../../src/core/caps.ts";
import { PLAIN_TERMS, type Price } from "../../src/core/target.ts";
import { openBudget } from "../../src/run/budget.ts";
import { worstCase, type Reservation, type Settlement } from "../../src/run/reservation.ts";

const TARGETS = ["a", "b", "c"];
const IN_FLIGHT_MAX = 500;
/** Sums of the same amounts in another order. */
const ROUNDING = 1e-9;

const usdPerMtok = fc.double({ min: 0, max: 100, noNaN: true });
const price: fc.Arbitrary<Price> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ input: usdPerMtok, output: usdPerMtok }).map(tokenPrice) },
  { weight: 1, arbitrary: fc.constant<Price>({ kind: "unknown", reason: "test" }) },
);
const caps: fc.Arbitrary<Caps> = fc.record({
  usd: fc.option(fc.double({ min: 0, max: 2, noNaN: true })),
  tokens: fc.option(fc.integer({ min: 1, max: 2_000_000 })),
  requests: fc.option(fc.integer({ min: 1, max: 2000 })),
});
const runCaps: fc.Arbitrary<RunCaps> = fc.record({
  run: caps,
  targets: fc.dictionary(fc.constantFrom(...TARGETS), caps, { maxKeys: TARGETS.length }),
});

/** How a call ends: as a share of what was reserved for it, above 1 for a server that goes past it. */
type Ending =
  | { readonly kind: "billed"; readonly share: number }
  | { readonly kind: "unknown" }
  | { readonly kind: "unsent" };
const ending: fc.Arbitrary<Ending> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant("billed" as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("billed" as const), share: fc.double({ min: 1, max: 9, noNaN: true }) }),
  },
  { weight: 2, arbitrary: fc.constantFrom<Ending>({ kind: "unknown" }, { kind: "unsent" }) },
);
const call = fc.record({
  target: fc.constantFrom(...TARGETS),
  asked: fc.record({
    inputTokens: fc.integer({ min: 16, max: 20_000 }),
    maxOutputTokens: fc.integer({ min: 1, max: 4000 }),
  }),
  ending,
  /** Which of the calls in flight ends before this one begins; none while the load still rises. */
  ends: fc.nat(),
});

describe("a budget with 500 calls in flight", () => {
  it("is never above a cap, but for the overshoot", () => {
    fc.assert(
      fc.property(
        runCaps,
        fc.tuple(price, price, price),
        fc.array(call, { minLength: 50, maxLength: 1500, size: "max" }),
        (limits, prices, calls) => {
          const priceOf = new Map(TARGETS.map((id, i) => [id, prices[i]!]));
          const budget = openBudget(limits);
          const ledger = openLedger(limits);
          const inFlight: Flying[] = [];
          const end = (one: Flying): void => {
            const settled = settlement(one.reserved, one.ending);
            budget.of(one.target).settle(one.reserved, settled);
            ledger.settle(one.target, one.reserved, settled);
          };
          for (const { target, asked, ending: how, ends } of calls) {
            if (inFlight.length >= IN_FLIGHT_MAX) end(inFlight.splice(ends % inFlight.length, 1)[0]!);
            const reserved = worstCase(priceOf.get(target)!, asked);
            const wasFull = budget.of(target).exhausted();
            const mayLeave = budget.of(target).reserve(reserved);
            const room = wasFull ? -Infinity : ledger.room(target, reserved);
            if (Math.abs(room) > ROUNDING) expect(mayLeave).toBe(room > 0);
            if (!mayLeave) continue;
            ledger.reserve(target, reserved);
            inFlight.push({ target, reserved, ending: how });
            ledger.check();
          }
          for (const one of inFlight) {
            end(one);
            ledger.check();
          }
          expect(budget.overshootUsd()).toBeCloseTo(ledger.overshootUsd(), 9);
          for (const { limit, billed, kept, inFlight: flying, next } of budget.reached()) {
            expect(billed + kept + flying + next).toBeGreaterThan(limit);
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});

interface Flying {
  readonly target: string;
  readonly reserved: Reservation;
  readonly ending: Ending;
}

function tokenPrice({ input, output }: { input: number; output: number }): Price {
  const source = { cachedInputUsdPerMtok: null, batch: null, asOf: null, source: "test", ...PLAIN_TERMS };
  return { kind: "tokens", inputUsdPerMtok: input, outputUsdPerMtok: output, ...source };
}

function settlement(reserved: Reservation, how: Ending): Settlement {
  if (how.kind === "unknown") return { usd: null, tokens: null, requests: 1 };
  if (how.kind === "unsent") return { usd: reserved.usd === null ? null : 0, tokens: 0, requests: 0 };
  const usd = reserved.usd === null ? null : reserved.usd * how.share;
  return { usd, tokens: Math.round(reserved.tokens * how.share), requests: 1 };
}

/** The same arithmetic once more, by another road: per scope what is taken, and how much of that is past reservations. */
function openLedger(limits: RunCaps) {
  const scopes = [
    { caps: limits.run, holds: () => true, ...nothing() },
    ...Object.entries(limits.targets).map(([id, own]) => ({
      caps: own,
      holds: (target: string) => target === id,
      ...nothing(),
    })),
  ];
  const cells = scopes.flatMap(({ caps: own, holds, taken, past }) =>
    CAP_UNITS.map((unit) => ({ unit, cap: own[unit], holds, taken: taken[unit], past: past[unit] })),
  );
  const amounts = ({ usd, tokens }: Reservation): Record<CapUnit, number> => ({ usd: usd ?? 0, tokens, requests: 1 });
  return {
    /** Room that the tightest cap leaves after a call; below 0 it does not fit. */
    room: (target: string, next: Reservation): number =>
      Math.min(
        ...cells.map(({ unit, cap, holds, taken }) =>
          cap === null || !holds(target) ? Infinity : cap - taken.sum - amounts(next)[unit],
        ),
      ),
    reserve: (target: string, reserved: Reservation): void => {
      for (const { unit, holds, taken } of cells) if (holds(target)) taken.sum += amounts(reserved)[unit];
    },
    settle: (target: string, reserved: Reservation, settled: Settlement): void => {
      for (const { unit, holds, taken, past } of cells) {
        if (!holds(target)) continue;
        const change = (settled[unit] ?? amounts(reserved)[unit]) - amounts(reserved)[unit];
        taken.sum += change;
        past.sum += Math.max(0, change);
      }
    },
    check: (): void => {
      for (const { cap, taken, past } of cells) {
        if (cap !== null) expect(taken.sum - past.sum).toBeLessThanOrEqual(cap + ROUNDING);
      }
    },
    overshootUsd: (): number => cells[0]!.past.sum,
  };
}

function nothing(): Record<"taken" | "past", Record<CapUnit, { sum: number }>> {
  const zeros = (): Record<CapUnit, { sum: number }> => ({ usd: { sum: 0 }, tokens: { sum: 0 }, requests: { sum: 0 } });
  return { taken: zeros(), past: zeros() };
}
