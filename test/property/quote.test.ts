import fc from "fast-check";
import { expect, test } from "vitest";
import { PLAIN_TERMS, type Price } from "../../src/core/target.ts";
import type { Workload } from "../../src/core/workload.ts";
import { certain, type Bounds } from "../../src/measure/cost/bounds.ts";
import { LIST_PRICE_ALONE, type Evidence } from "../../src/measure/cost/evidence.ts";
import { quoteOf, type PricedTarget } from "../../src/measure/cost/quote.ts";
import { quotesOf } from "../../src/measure/cost/quotes.ts";
import { assumptions } from "../../src/report/quote-assumptions.ts";
import { quotesCsv } from "../../src/report/quotes.ts";

const usd = fc.double({ min: 0.01, max: 50, noNaN: true });
const share = fc.double({ min: 0, max: 1, noNaN: true });

const price = fc
  .record({
    input: usd,
    output: usd,
    cachedShare: fc.option(share, { nil: null }),
    batchShare: fc.option(share, { nil: null }),
  })
  .map(({ input, output, cachedShare, batchShare }): Extract<Price, { kind: "tokens" }> => ({
    kind: "tokens",
    inputUsdPerMtok: input,
    outputUsdPerMtok: output,
    cachedInputUsdPerMtok: cachedShare === null ? null : input * cachedShare,
    batch: batchShare === null ? null : { inputUsdPerMtok: input * batchShare, outputUsdPerMtok: output * batchShare },
    asOf: "2026-11-01",
    source: "made up",
    ...PLAIN_TERMS,
  }));

const workload: fc.Arbitrary<Workload> = fc.record({
  requestsPerMonth: fc.integer({ min: 1, max: 1e8 }),
  inputTokens: fc.integer({ min: 1, max: 100_000 }),
  outputTokens: fc.integer({ min: 1, max: 4000 }),
  batchShare: share,
  cachedShare: share,
  maxAttempts: fc.option(fc.integer({ min: 1, max: 5 }), { nil: null }),
  peakFactor: fc.double({ min: 1, max: 5, noNaN: true }),
});

const bounded = (least: number, most: number): fc.Arbitrary<Bounds> =>
  fc
    .tuple(...[0, 1, 2].map(() => fc.double({ min: least, max: most, noNaN: true })))
    .map((all) => all.toSorted((a, b) => a - b))
    .map(([low, value, high]) => ({ low: low!, value: value!, high: high! }));

const evidence: fc.Arbitrary<Evidence> = fc.record({
  failureShare: bounded(0, 0.9),
  billedShareFailed: bounded(0, 1),
  tokenRatio: bounded(0.9, 1.2),
  templateTokens: fc.constantFrom(0, 10, 35),
  goodShare: bounded(0.1, 1),
  n: fc.constant(40),
});

const targetOf = (id: string, of: Price): PricedTarget => ({
  id,
  provider: "maker",
  model: "llama-3.1-405b-instruct",
  region: null,
  tier: null,
  precision: null,
  price: of,
  otherPrices: [],
  simulated: false,
});

/** Sums of doubles differ in their last digits. */
const most = (value: number): number => value * (1 + 1e-9) + 1e-12;

test("low ≤ value ≤ high, in every figure that has ends", () => {
  fc.assert(
    fc.property(price, workload, evidence, (of, load, seen) => {
      const { usdPerMonth, usdPerMtok, usdPer1kGood } = quoteOf(targetOf("a", of), load, seen, null);
      for (const figure of [usdPerMonth, usdPerMtok, usdPer1kGood]) {
        expect(figure!.low).toBeLessThanOrEqual(most(figure!.value));
        expect(figure!.value).toBeLessThanOrEqual(most(figure!.high));
      }
    }),
  );
});

test("more tokens never cost less, nor more requests", () => {
  const more = fc.record({ input: fc.nat(1000), output: fc.nat(1000), requests: fc.nat(1000) });
  fc.assert(
    fc.property(price, workload, evidence, more, (of, load, seen, { input, output, requests }) => {
      const grown = {
        ...load,
        inputTokens: load.inputTokens + input,
        outputTokens: load.outputTokens + output,
        requestsPerMonth: load.requestsPerMonth + requests,
      };
      const [less, full] = [load, grown].map((one) => quoteOf(targetOf("a", of), one, seen, null).usdPerMonth!);
      for (const end of ["low", "value", "high"] as const) expect(less![end]).toBeLessThanOrEqual(most(full![end]));
    }),
  );
});

test("cached input is never dearer than fresh, nor a batch than an answer at once", () => {
  fc.assert(
    fc.property(price, workload, evidence, (of, load, seen) => {
      const at = (change: Partial<Workload>): number =>
        quoteOf(targetOf("a", of), { ...load, ...change }, seen, null).usdPerMonth!.value;
      expect(at({ batchShare: 0 })).toBeLessThanOrEqual(most(at({ batchShare: 0, cachedShare: 0 })));
      // A batch knows no cached price, so the two are compared without any.
      expect(at({ cachedShare: 0 })).toBeLessThanOrEqual(most(at({ batchShare: 0, cachedShare: 0 })));
    }),
  );
});

test("a month is the sum of what is answered at once and what waits", () => {
  fc.assert(
    fc.property(price, workload, evidence, (of, load, seen) => {
      const { usdPerMonth, interactiveUsd, batchUsd } = quoteOf(targetOf("a", of), load, seen, null);
      expect(interactiveUsd! + batchUsd!).toBeCloseTo(
        usdPerMonth!.value,
        // Nothing may cost nothing, which has no magnitude.
        6 - Math.ceil(Math.log10(Math.max(usdPerMonth!.value, 1e-6))),
      );
    }),
  );
});

test("a batch that costs next to nothing leaves the rest of the month its digits", () => {
  const batch = { inputUsdPerMtok: 2e-19, outputUsdPerMtok: 2e-19 };
  const of = targetOf("a", {
    kind: "tokens",
    inputUsdPerMtok: 0.01,
    outputUsdPerMtok: 0.01,
    cachedInputUsdPerMtok: null,
    batch,
    asOf: "2026-11-01",
    source: "made up",
    ...PLAIN_TERMS,
  });
  const load: Workload = {
    requestsPerMonth: 42_000_000,
    inputTokens: 44_000,
    outputTokens: 4000,
    batchShare: 1 - 2 ** -40,
    cachedShare: 0,
    maxAttempts: null,
    peakFactor: 1,
  };
  const expected = ((42e6 * 48_000) / 1e6) * (0.01 / 2 ** 40 + 2e-19 * (1 - 2 ** -40));
  expect(quoteOf(of, load, LIST_PRICE_ALONE, null).usdPerMonth!.value / expected).toBeCloseTo(1, 9);
});

const flat = (usdPerMtok: number): Price => ({
  kind: "tokens",
  inputUsdPerMtok: usdPerMtok,
  outputUsdPerMtok: usdPerMtok,
  cachedInputUsdPerMtok: null,
  batch: null,
  asOf: "2026-11-01",
  source: "made up",
  ...PLAIN_TERMS,
});

test("usage × 1.035 at $3.50 ranks behind honest $3.60, whatever the workload", () => {
  fc.assert(
    fc.property(workload, (load) => {
      const { quotes } = quotesOf(
        [
          {
            target: targetOf("inflated", flat(3.5)),
            evidence: { ...LIST_PRICE_ALONE, tokenRatio: certain(1.035) },
            capacityTokensPerSecond: null,
          },
          { target: targetOf("honest", flat(3.6)), evidence: LIST_PRICE_ALONE, capacityTokensPerSecond: null },
        ],
        load,
      );
      expect(quotes.map(({ target }) => target.id)).toEqual(["honest", "inflated"]);
    }),
  );
});

test("a target that answered nothing has no month: it is named, ranked last, and disturbs no other's place", () => {
  const failedAll: Evidence = { ...LIST_PRICE_ALONE, failureShare: { low: 0.57, value: 1, high: 1 }, n: 5 };
  const offers = [4, 1, 3, 2].map((asked) => ({
    target: targetOf(`at-${asked}`, flat(asked)),
    evidence: asked === 3 ? failedAll : LIST_PRICE_ALONE,
    capacityTokensPerSecond: null,
  }));
  const [load] = fc.sample(workload, { numRuns: 1, seed: 405 });
  for (const maxAttempts of [null, 1, 3]) {
    const told = quotesOf(offers, { ...load!, maxAttempts });
    const { quotes } = told;
    expect(quotes.map(({ target }) => target.id)).toEqual(["at-1", "at-2", "at-4", "at-3"]);
    expect(quotes.at(-1)).toMatchObject({ usdPerMonth: null, usdPerMtok: null, usdPer1kGood: null });
    const basis = { run: { id: "r", scenario: "s", chosen: "" }, evidence: { "at-3": failedAll }, atMs: 0 };
    expect(quotesCsv(told, basis).trim().split("\n").at(-1)).toMatch(/^,at-3,.*,no_values$/);
    expect(assumptions(told, basis).at(-1)).toMatch(
      /100 % of 5 attempts fail .*: a month without an answer has no cost/,
    );
  }
});
