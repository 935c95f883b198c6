import { describe, expect, test } from "vitest";
import type { Usage } from "../../src/core/provider.ts";
import { isPast, settlementOf, worstCase } from "../../src/run/reservation.ts";
import { answer, failed, OPEN, recordOf, TARGET, type Recorded } from "../support/observations.ts";
import { groupOf, rowOf, times } from "../support/measured.ts";

/* A count that no model can have had is a slip of the server's: it is in the record, and as unknown as none. */

const HONEST: Usage = { input: 110, output: 20, cached: 0 };
const said = (pair: number, usage: Usage | null = HONEST): Recorded =>
  answer({ pair, ttftMs: 1, gapsMs: [10], tokens: 20, fields: { usage, cost: { reservedUsd: 0.0004, usd: null } } });
const group = (odd: Recorded) => groupOf(recordOf([...times(39, (pair) => said(pair)), odd], {}));
const MONEY = ["spend", "cost_per_mtok", "cost_per_mtok_output", "cost_per_mtok_good", "cost_per_1k_good"];

describe.each<[string, Usage]>([
  ["output", { input: 110, output: 9e15, cached: 0 }],
  ["input", { input: 9e15, output: 20, cached: 0 }],
  ["cached", { input: 110, output: 20, cached: 9e15 }],
  ["all together", { input: 6e6, output: 6e6, cached: 0 }],
])("usage that is absurd in its %s", (_what, usage) => {
  const odd = group(said(39, usage));
  const silent = group(said(39, null));

  test.each(MONEY)("costs as if none had been reported: %s", (metric) => {
    expect(rowOf(odd, metric, "value").value).toBe(rowOf(silent, metric, "value").value);
    expect(rowOf(odd, metric, "value").high).toBe(rowOf(silent, metric, "value").high);
  });

  test("is named, and leaves no trace in what is billed over what was said", () => {
    expect(rowOf(odd, "cost_per_request", "max").flags).toEqual(
      expect.arrayContaining(["tokens_local", "usage_implausible"]),
    );
    expect(rowOf(odd, "cost_per_request", "max").value).toBe(rowOf(silent, "cost_per_request", "max").value);
    expect(rowOf(odd, "token_ratio", "max").value).toBe(rowOf(silent, "token_ratio", "max").value);
    expect(rowOf(odd, "token_ratio", "max").flags).toEqual(expect.arrayContaining(["usage_implausible"]));
    expect(rowOf(odd, "cached_share", "value").value).toBe(0);
    expect(odd.flags).toContain("usage_implausible");
  });

  test("keeps the reservation of its call and no more, whether the answer ended or failed", () => {
    const asked = { inputTokens: 100, maxOutputTokens: 96 };
    for (const { observation } of [said(0, usage), failed({ pair: 0, kind: "timeout", fields: { usage } })]) {
      expect(settlementOf(TARGET.price, observation)).toEqual({ usd: null, tokens: null, requests: 1 });
    }
    const past = { ...failed({ pair: 0, kind: "timeout" }).observation, outcome: "cancelled", usage } as const;
    expect(settlementOf(TARGET.price, { ...past, failure: null, reason: "overshoot" }).usd).toBeNull();
    expect(isPast(TARGET.price, worstCase(TARGET.price, asked), asked, { usage, chars: 0 })).toBe(false);
    const lost = group(failed({ pair: 39, kind: "timeout", fields: { usage } }));
    expect(rowOf(lost, "spend", "value").high).toBeLessThan(0.01);
  });
});

test("usage over what was asked, and within what a model can do, is what the seller bills", () => {
  const dear = group(said(39, { input: 110, output: 100_000, cached: 0 }));
  expect(rowOf(dear, "spend", "value").value).toBeGreaterThan(0.2);
  expect(dear.flags).toEqual(expect.arrayContaining(["overbilled", "usage_implausible"]));
  expect(OPEN.prompt.outputTokens).toBe(96);
});
