import { describe, expect, it } from "vitest";
import { NO_CAPS, type RunCaps } from "../../src/core/caps.ts";
import { failure } from "../../src/core/failure.ts";
import type { Observation } from "../../src/core/observation.ts";
import { PLAIN_TERMS, type Price } from "../../src/core/target.ts";
import { openBudget } from "../../src/run/budget.ts";
import { isPast, settlementOf, worstCase } from "../../src/run/reservation.ts";
import { answer, failed, unanswered } from "../support/observations.ts";

const PRICE: Price = {
  kind: "tokens",
  inputUsdPerMtok: 1,
  outputUsdPerMtok: 2,
  cachedInputUsdPerMtok: 0.5,
  batch: null,
  asOf: null,
  source: "test",
  ...PLAIN_TERMS,
};
const HOUR: Price = { kind: "hour", usdPerReplicaHour: 40, replicas: 1, asOf: null, source: "test", ...PLAIN_TERMS };
const ASKED = { inputTokens: 100, maxOutputTokens: 96 };
/** 100 + 10 % + 64 in, 96 out. */
const WORST = { usd: (174 * 1 + 96 * 2) / 1e6, tokens: 174 + 96 };
const BILLED = { usd: 0.0001, tokens: 150, requests: 1 } as const;

function budgetOf(run: Partial<RunCaps["run"]>, targets: RunCaps["targets"] = {}) {
  return openBudget({ run: { ...NO_CAPS, ...run }, targets });
}

describe("the worst case of a call", () => {
  it("is the planned input + 10 % + 64 tokens, and the whole output limit", () => {
    expect(worstCase(PRICE, ASKED)).toEqual(WORST);
    expect(worstCase(PRICE, { inputTokens: 101, maxOutputTokens: 1 }).tokens).toBe(112 + 64 + 1);
  });
  it("has no money where there is no price per token", () => {
    expect(worstCase(HOUR, ASKED)).toEqual({ usd: null, tokens: WORST.tokens });
  });
});

describe("what a call took", () => {
  const settled = ({ observation }: { observation: Observation }) => settlementOf(PRICE, observation);
  const usage = { input: 110, output: 20, cached: 10 };
  const usd = (100 + 10 * 0.5 + 20 * 2) / 1e6;

  it("is its usage, once the answer has ended", () => {
    const completed = answer({ pair: 0, ttftMs: 1, gapsMs: [], tokens: 20, fields: { usage } });
    expect(settled(completed)).toEqual({ usd: expect.closeTo(usd, 15) as number, tokens: 130, requests: 1 });
    const filtered = failed({ pair: 0, kind: "content-filter", fields: { finish: "content-filter", usage } });
    expect(settled(filtered).tokens).toBe(130);
  });
  it.each(["timeout", "network", "truncated", "overloaded", "server-error"] as const)(
    "is unknown after %s, whatever running total had come by then",
    (kind) => {
      expect(settled(failed({ pair: 0, kind, fields: { usage } }))).toEqual({ usd: null, tokens: null, requests: 1 });
    },
  );
  it("is unknown after an interrupt, and of an answer without usage", () => {
    const unknown = { usd: null, tokens: null, requests: 1 };
    expect(settled(unanswered({ pair: 0, outcome: "cancelled", reason: "interrupt" }))).toEqual(unknown);
    expect(settled(answer({ pair: 0, ttftMs: 1, gapsMs: [], tokens: 20, fields: { usage: null } }))).toEqual(unknown);
  });
  it("is nothing for what never reached the server, or was turned away at the door", () => {
    const { observation } = failed({ pair: 0, kind: "network" });
    const unsent = { ...observation, stamps: { ...observation.stamps, sent: null } };
    expect(settlementOf(PRICE, unsent)).toEqual({ usd: 0, tokens: 0, requests: 0 });
    const refused = failed({
      pair: 0,
      kind: "rate-limited",
      fields: { failure: failure("rate-limited", { status: 429 }) },
    });
    expect(settled(refused)).toEqual({ usd: 0, tokens: 0, requests: 1 });
  });
  it("is unknown where the error came in the stream, whatever status it states", () => {
    const late = failure("rate-limited", { where: "stream", status: 429 });
    const unknown = { usd: null, tokens: null, requests: 1 };
    expect(settled(failed({ pair: 0, kind: "rate-limited", fields: { failure: late } }))).toEqual(unknown);
    const told = { failure: late, usage };
    expect(settled(failed({ pair: 0, kind: "rate-limited", fields: told }))).toEqual(unknown);
  });
  it("is at least what had come, where that is past its reservation, however it ended", () => {
    const long = { response: { bytes: 9000, chars: 8000, textHash: null }, finish: "stop", usage: null } as const;
    const { observation } = answer({ pair: 0, ttftMs: 1, gapsMs: [], tokens: 20, fields: long });
    expect(settlementOf(PRICE, observation).tokens).toBe(1100);
    expect(settlementOf(PRICE, past({ chars: 8000 }))).toEqual({
      usd: (100 + 1000 * 2) / 1e6,
      tokens: 1100,
      requests: 1,
    });
  });
  it("is never less than the reservation that it went past: it may be past in tokens alone, or in money alone", () => {
    const short = past({ usage: { input: 2, output: 269, cached: 0 } });
    const dearInput = { ...PRICE, inputUsdPerMtok: 1000 };
    expect(settlementOf(dearInput, short)).toEqual({ usd: null, tokens: 271, requests: 1 });
    const few = past({ usage: { input: 100, output: 140, cached: 0 } });
    expect(settlementOf(PRICE, few)).toEqual({ usd: (100 + 140 * 2) / 1e6, tokens: null, requests: 1 });
  });
});

/** A call that was ended for going past its reservation. */
function past({ chars = 0, usage = null }: { chars?: number; usage?: Observation["usage"] }): Observation {
  const { observation } = unanswered({ pair: 0, outcome: "cancelled", reason: "overshoot" });
  return { ...observation, usage, response: { ...observation.response, chars } };
}

describe("an answer is past its reservation", () => {
  it("by the running total of the server, as soon as that costs more", () => {
    const at = (output: number) => isPast(PRICE, WORST, ASKED, { usage: { input: 100, output, cached: 0 }, chars: 0 });
    // $0.000366 are 133 tokens out beside 100 in; the reservation of 270 tokens would allow 170.
    expect([at(133), at(134)]).toEqual([false, true]);
  });
  it("by tokens alone where there is no price per token", () => {
    const at = (output: number) =>
      isPast(HOUR, worstCase(HOUR, ASKED), ASKED, { usage: { input: 100, output, cached: 0 }, chars: 0 });
    expect([at(170), at(171)]).toEqual([false, true]);
  });
  it("by its text where the server says nothing, at eight characters a token", () => {
    const at = (chars: number) => isPast(PRICE, WORST, ASKED, { usage: null, chars });
    expect([at(133 * 8 + 7), at(134 * 8)]).toEqual([false, true]);
    // A full answer of ordinary prose stays far below.
    expect(at(96 * 5)).toBe(false);
  });
});

describe("a budget", () => {
  it("refuses what does not fit beside all that is billed, kept and in flight, and says the arithmetic", () => {
    const budget = budgetOf({ usd: 0.0014 });
    const account = budget.of("a");
    for (let i = 0; i < 3; i += 1) expect(account.reserve(WORST)).toBe(true);
    account.settle(WORST, BILLED);
    account.settle(WORST, { usd: null, tokens: null, requests: 1 });
    expect(account.reserve(WORST)).toBe(true);
    expect(account.reserve(WORST)).toBe(false);
    expect(budget.reached()).toEqual([
      {
        target: null,
        unit: "usd",
        limit: 0.0014,
        billed: 0.0001,
        kept: WORST.usd,
        inFlight: expect.closeTo(2 * WORST.usd, 12) as number,
        next: WORST.usd,
      },
    ]);
  });
  it("lets nothing more go once a call did not fit, be it a smaller one", () => {
    const budget = budgetOf({ tokens: 300 });
    expect(budget.of("a").reserve(WORST)).toBe(true);
    expect(budget.of("b").reserve(WORST)).toBe(false);
    budget.of("a").settle(WORST, { usd: 0, tokens: 0, requests: 0 });
    expect(budget.of("a").reserve({ usd: 0, tokens: 1 })).toBe(false);
    expect(budget.reached()).toHaveLength(1);
  });
  it("stops only the target whose own cap is reached", () => {
    const budget = budgetOf({ requests: 3 }, { a: { ...NO_CAPS, requests: 1 } });
    expect([budget.of("a").reserve(WORST), budget.of("a").reserve(WORST)]).toEqual([true, false]);
    expect(budget.of("b").exhausted()).toBe(false);
    expect([budget.of("b").reserve(WORST), budget.of("b").reserve(WORST)]).toEqual([true, true]);
    expect(budget.of("b").reserve(WORST)).toBe(false);
    expect(budget.reached().map(({ target, unit }) => [target, unit])).toEqual([
      ["a", "requests"],
      [null, "requests"],
    ]);
  });
  it("counts what a call cost beyond its reservation, and names it", () => {
    const budget = budgetOf({ usd: 0.001 });
    budget.of("a").reserve(WORST);
    budget.of("a").settle(WORST, { usd: 0.005, tokens: 3000, requests: 1 });
    expect(budget.overshootUsd()).toBeCloseTo(0.005 - WORST.usd, 12);
    expect(budget.of("a").reserve({ usd: 0, tokens: 1 })).toBe(false);
  });
  it("counts what earlier processes took, without refusing it", () => {
    const budget = budgetOf({ usd: 0.001, requests: 3 });
    budget.carry("a", WORST, { usd: null, tokens: null, requests: 1 });
    budget.carry("a", WORST, { usd: 0.0006, tokens: 900, requests: 1 });
    expect(budget.overshootUsd()).toBeCloseTo(0.0006 - WORST.usd, 12);
    expect(budget.of("b").reserve(WORST)).toBe(false);
    expect(budget.reached()[0]).toMatchObject({ unit: "usd", billed: 0.0006, kept: WORST.usd, inFlight: 0 });
  });
  it("without caps lets everything go, and no answer is cut", () => {
    const account = budgetOf({}).of("a");
    expect([account.reserve({ usd: 1e9, tokens: 1e12 }), account.isCapped]).toEqual([true, false]);
    expect(budgetOf({}, { a: { ...NO_CAPS, tokens: 1 } }).of("a").isCapped).toBe(true);
    expect(budgetOf({ requests: 1 }).of("a").isCapped).toBe(false);
  });
});

describe("room for calls that are paid in advance", () => {
  it("is what fits together, by the tightest cap of run and target", () => {
    const budget = budgetOf(
      { requests: 100, usd: 10 * WORST.usd },
      { a: { ...NO_CAPS, tokens: 7 * WORST.tokens + 5 } },
    );
    expect(budget.of("a").room(WORST)).toBe(7);
    // Ten times the same sum of money fits by a hair: the last one is left to be asked for by itself.
    expect(budget.of("b").room(WORST)).toBe(9);
    expect(budgetOf({}).of("a").room(WORST)).toBe(Infinity);
    expect(budget.of("b").room({ usd: 0, tokens: 0 })).toBe(100);
  });

  it("shrinks with what is in flight, and grows again with what was not used", () => {
    const account = budgetOf({ tokens: 3 * WORST.tokens }).of("a");
    account.reserve(WORST);
    account.reserve(WORST);
    expect(account.room(WORST)).toBe(1);
    account.settle(WORST, { usd: 0, tokens: 0, requests: 0 });
    expect(account.room(WORST)).toBe(2);
    account.settle(WORST, { usd: null, tokens: null, requests: 1 });
    expect(account.room(WORST)).toBe(2);
  });

  it("is none once a call did not fit, and asking takes nothing", () => {
    const account = budgetOf({ requests: 1 }).of("a");
    expect([account.room(WORST), account.room(WORST)]).toEqual([1, 1]);
    expect(account.reserve(WORST)).toBe(true);
    expect(account.room(WORST)).toBe(0);
    expect(account.reserve(WORST)).toBe(false);
    account.settle(WORST, { usd: 0, tokens: 0, requests: 0 });
    expect(account.room(WORST)).toBe(0);
  });
});
