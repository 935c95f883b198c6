import { describe, expect, test } from "vitest";
import { PLAIN_TERMS, type Price, type Target } from "../../src/core/target.ts";
import { isLlama3 } from "../../src/measure/model-name.ts";
import {
  lostIntents,
  answer,
  failed,
  OPEN,
  recordOf,
  TARGET,
  unanswered,
  type Recorded,
} from "../support/observations.ts";
import { groupOf, rowOf, times } from "../support/measured.ts";

const tokens = (input: number, output: number, change: Partial<Price> = {}): Price =>
  ({
    kind: "tokens",
    inputUsdPerMtok: input,
    outputUsdPerMtok: output,
    cachedInputUsdPerMtok: null,
    batch: null,
    asOf: "2026-11-01",
    source: "made up",
    ...PLAIN_TERMS,
    ...change,
  }) as Price;

/** 100 tokens asked and 20 said, billed as told; in time unless told otherwise. */
const said = (pair: number, usage = { input: 100, output: 20 }, fields: { ttftMs?: number; attempt?: number } = {}) =>
  answer({
    pair,
    ttftMs: fields.ttftMs ?? 100,
    gapsMs: [10],
    tokens: 20,
    first: 19,
    atMs: pair * 100,
    attempt: fields.attempt ?? 1,
    fields: { usage: { ...usage, cached: 0 } },
  });

const of = (recorded: readonly Recorded[], change: Partial<Target> = {}) =>
  groupOf(recordOf(recorded, { targets: [{ ...TARGET, price: tokens(1, 2), ...change }] }));
const value = (group: ReturnType<typeof of>, metric: string) => rowOf(group, metric, "value").value;

describe("who bills more for the same text is dearer by as much", () => {
  const billed = (share: number) => times(20, (pair) => said(pair, { input: 1000 * share, output: 500 * share }));
  const asked = (recorded: readonly Recorded[]): Recorded[] =>
    recorded.map(({ observation, ...rest }) => ({
      ...rest,
      observation: { ...observation, request: { ...observation.request, inputTokens: 1000 } },
      tokens: { v: 1, id: observation.id, output: 500, first: 250 },
    }));
  const inflated = of(asked(billed(1.035)), { price: tokens(3.5, 3.5) });
  const honest = of(asked(billed(1)), { price: tokens(3.6, 3.6) });

  test("usage × 1.035 at $3.50 is dearer than honest $3.60, in every cost of work", () => {
    for (const metric of ["cost_per_mtok", "cost_per_mtok_output", "cost_per_mtok_good", "cost_per_1k_good"]) {
      expect(value(inflated, metric), metric).toBeGreaterThan(value(honest, metric)!);
    }
    expect(rowOf(inflated, "cost_per_request", "mean").value).toBeGreaterThan(
      rowOf(honest, "cost_per_request", "mean").value!,
    );
    expect(value(inflated, "tokens_per_usd")).toBeLessThan(value(honest, "tokens_per_usd")!);
    expect(value(inflated, "cost_per_mtok")).toBeCloseTo(3.5 * 1.035, 9);
    expect(value(honest, "cost_per_mtok")).toBeCloseTo(3.6, 9);
  });

  test("a model with another tokenizer is priced by the tokens it bills, and says so", () => {
    const other = of(asked(billed(1.035)), { price: tokens(3.5, 3.5), model: "qwen-3-235b" });
    expect(rowOf(other, "cost_per_mtok", "value")).toMatchObject({ flags: ["tokens_billed"] });
    expect(value(other, "cost_per_mtok")).toBeCloseTo(3.5, 9);
  });
});

describe("the pinned tokenizer", () => {
  test.each([
    ["llama-3.1-405b-instruct", true],
    ["meta-llama/Meta-Llama-3.1-405B-Instruct", true],
    ["accounts/fireworks/models/llama-v3p1-405b-instruct", true],
    ["meta.llama3-1-405b-instruct-v1:0", true],
    ["hermes-3-405b", true],
    ["hermes-4-70b", true],
    ["llama-3.3-70b-instruct", true],
    ["llama-4-maverick", false],
    ["hermes-4-14b", false],
    ["qwen-3-235b", false],
  ])("of %s it is the own one: %s", (model, own) => {
    expect(isLlama3(model)).toBe(own);
  });

  test("tells nothing of what another family is billed", () => {
    const row = rowOf(of([said(0)], { model: "qwen-3-235b" }), "token_ratio", "mean");
    expect(row).toMatchObject({ value: null, flags: ["no_values", "other_tokenizer"] });
  });

  test.each([
    // 2 % of 120 is 2.4 tokens.
    [{ input: 100, output: 22 }, false],
    [{ input: 100, output: 23 }, true],
    // The constant of the template belongs to nobody.
    [{ input: 135, output: 22 }, false],
    [{ input: 110, output: 23 }, true],
  ])("%o for 120 tokens is over-billed: %s", (usage, isOver) => {
    const group = of([said(0, usage)]);
    expect(rowOf(group, "token_ratio", "mean").flags.includes("overbilled")).toBe(isOver);
    expect(group.flags.includes("overbilled")).toBe(isOver);
  });
});

describe("every attempt's bill belongs to somebody", () => {
  const usd = (100 * 1 + 20 * 2) / 1e6;
  const usage = { input: 100, output: 20, cached: 0 };
  const billedFailure = (pair: number): Recorded =>
    failed({ pair, kind: "content-filter", atMs: pair * 100, fields: { finish: "content-filter", usage } });

  test("a failure that was billed and its retry are both charged to the one answer", () => {
    const group = of([...times(9, (pair) => said(pair)), billedFailure(9), said(9, usage, { attempt: 2 })]);
    expect(value(group, "cost_per_mtok")).toBeCloseTo(((11 * usd) / (10 * 120)) * 1e6, 9);
    expect(value(group, "cost_per_1k_good")).toBeCloseTo(((11 * usd) / 10) * 1000, 9);
    expect(rowOf(group, "goodput_share", "value").value).toBe(0.9);
  });

  test("an answer by a retry is good only if it came in time for the one who waited since the first attempt", () => {
    const late = { attempt: 2, ttftMs: 100 };
    const retry = said(9, usage, late).observation;
    const delayed = { ...retry.stamps, sent: retry.stamps.sent! + 5e6, firstContent: retry.stamps.firstContent! + 5e6 };
    const stamps = { ...delayed, lastContent: retry.stamps.lastContent! + 5e6 };
    const answered: Recorded = { ...said(9, usage, late), observation: { ...retry, stamps } };
    for (const load of [OPEN.load, { kind: "closed", maxConcurrency: 4, rampUpMs: 0, thinkTime: null } as const]) {
      const scenario = { ...OPEN, load };
      const recorded = [...times(9, (pair) => said(pair)), billedFailure(9), answered];
      const group = groupOf(
        recordOf(recorded, { scenarios: [scenario], targets: [{ ...TARGET, price: tokens(1, 2) }] }),
      );
      expect(value(group, "cost_per_1k_good")).toBeCloseTo(((11 * usd) / 9) * 1000, 9);
    }
  });

  test("what an interrupt cut off is in no figure of the target, and in the spend", () => {
    const cut = unanswered({ pair: 1, outcome: "cancelled", reason: "interrupt" });
    const group = of([said(0), cut]);
    expect(value(group, "cost_per_1k_good")).toBeCloseTo(usd * 1000, 9);
    expect(rowOf(group, "spend", "value")).toMatchObject({ n: 2, flags: ["spend_uncertain"] });
    expect(rowOf(group, "spend", "value").high).toBeCloseTo(usd + 0.0003, 12);
  });

  test("spend is from what is known to what may have been billed: calls of unknown bill count from 0 to their reservation", () => {
    const record = recordOf([said(0), failed({ pair: 1, kind: "timeout" })], {
      targets: [{ ...TARGET, price: tokens(1, 2) }],
    });
    const row = rowOf(groupOf({ ...record, lost: lostIntents(["open:alpha:2"], 0.0005) }), "spend", "value");
    expect(row.value).toBeCloseTo(usd, 12);
    expect(row.low).toBe(row.value);
    expect(row.high).toBeCloseTo(usd + 0.0003 + 0.0005, 12);
    expect(row.n).toBe(3);
  });

  test("tokens that came too late were paid for: good ones are dearer by as much", () => {
    const group = of([...times(3, (pair) => said(pair)), said(3, usage, { ttftMs: 900 })]);
    expect(value(group, "cost_per_mtok_good")).toBeCloseTo(value(group, "cost_per_mtok")! / 0.75, 9);
    const noSlo = { ...OPEN, slo: { ...OPEN.slo, ttftMs: null, tpotMs: null } };
    const without = groupOf(recordOf([said(0)], { scenarios: [noSlo] }));
    expect(rowOf(without, "cost_per_mtok_good", "value")).toMatchObject({ value: null, flags: ["no_slo"] });
  });
});

describe("the public boards' blend", () => {
  test("is of the list price alone, and of no request", () => {
    const row = rowOf(of([], { price: tokens(5.33, 16) }), "blend_3_to_1", "value");
    expect(row.value).toBeCloseTo(7.9975, 9);
    expect(row.n).toBe(0);
  });

  test("is empty without a price per token", () => {
    const unknown = of([said(0)], { price: { kind: "unknown", reason: "ad hoc" } });
    for (const metric of ["blend_3_to_1", "tokens_per_usd", "spend", "cost_per_mtok_good"]) {
      expect(rowOf(unknown, metric, "value")).toMatchObject({ value: null, flags: ["price_unknown"] });
    }
  });
});

describe("a price as a fact", () => {
  const flags = (change: Partial<Target>) =>
    of([said(0)], { simulated: false, ...change }).flags.filter((flag) => flag.startsWith("price_"));

  test("is stale when it is over 90 days older than the run, whatever the day of the report", () => {
    // The run began on 2026-11-23.
    expect(flags({ price: tokens(1, 2, { asOf: "2026-08-25" }) })).toEqual([]);
    expect(flags({ price: tokens(1, 2, { asOf: "2026-08-24" }) })).toEqual(["price_stale"]);
    expect(flags({ price: tokens(1, 2, { asOf: null }) })).toEqual(["price_stale"]);
  });

  test("is disputed when another source is over 10 % off", () => {
    expect(flags({ price: tokens(1, 2), otherPrices: [tokens(1.1, 2)] })).toEqual([]);
    expect(flags({ price: tokens(1, 2), otherPrices: [tokens(1, 2), tokens(1, 2.3)] })).toEqual(["price_disputed"]);
  });

  test("is neither when it was invented for the simulator", () => {
    expect(flags({ price: tokens(1, 2, { asOf: null }), otherPrices: [tokens(9, 9)], simulated: true })).toEqual([]);
  });
});
