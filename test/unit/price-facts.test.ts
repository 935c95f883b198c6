import { describe, expect, it } from "vitest";
import { PLAIN_TERMS, type Price } from "../../src/core/target.ts";
import { isDisputed, isStale, priceAgeDays } from "../../src/measure/cost/price-facts.ts";

const AT = Date.parse("2026-11-25T12:00:00Z");
const tokens = (input: number, output: number, asOf: string | null = "2026-11-01"): Price => ({
  kind: "tokens",
  inputUsdPerMtok: input,
  outputUsdPerMtok: output,
  cachedInputUsdPerMtok: null,
  batch: null,
  ...PLAIN_TERMS,
  asOf,
  source: "made up",
});

describe("the age of a price", () => {
  it("counts whole days, from the first of a month when no day is known", () => {
    expect(priceAgeDays(tokens(1, 1, "2026-11-20"), AT)).toBe(5);
    expect(priceAgeDays(tokens(1, 1, "2026-11"), AT)).toBe(24);
    expect(priceAgeDays(tokens(1, 1, null), AT)).toBeNull();
    expect(priceAgeDays({ kind: "unknown", reason: "not found" }, AT)).toBeNull();
  });

  it("is stale after 90 days, and without a date", () => {
    expect(isStale(tokens(1, 1, "2026-08-27"), AT)).toBe(false);
    expect(isStale(tokens(1, 1, "2026-08-26"), AT)).toBe(true);
    expect(isStale(tokens(1, 1, null), AT)).toBe(true);
  });
});

describe("a price with another source", () => {
  it("is disputed when either part is over 10 % apart", () => {
    expect(isDisputed(tokens(1, 1), [tokens(1.1, 1)])).toBe(false);
    expect(isDisputed(tokens(1, 1), [tokens(1.11, 1)])).toBe(true);
    expect(isDisputed(tokens(1, 1), [tokens(1, 0.9)])).toBe(true);
    expect(isDisputed(tokens(0, 0), [tokens(0, 0.1)])).toBe(true);
  });

  it("is not disputed by a source that knows no price per token", () => {
    expect(isDisputed(tokens(1, 1), [{ kind: "unknown", reason: "not found" }])).toBe(false);
    expect(isDisputed({ kind: "unknown", reason: "not found" }, [tokens(1, 1)])).toBe(false);
  });
});
