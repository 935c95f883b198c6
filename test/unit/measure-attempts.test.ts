import { describe, expect, test } from "vitest";
import type { Observation } from "../../src/core/observation.ts";
import { identityProblems } from "../../src/measure/counts.ts";
import { isOtherModel } from "../../src/measure/model-name.ts";
import { answer, failed, OPEN, recordOf, TARGET, unanswered, type Recorded } from "../support/observations.ts";
import { analysisOf, groupOf, rowOf, times } from "../support/measured.ts";

const beta = { ...TARGET, id: "beta" };
const good = (pair: number, attempt = 1, atMs = pair * 100, ttftMs = 200): Recorded =>
  answer({ pair, attempt, atMs, ttftMs, gapsMs: [100], tokens: 20, first: 10 });
const refused = (pair: number, attempt = 1, atMs = pair * 100): Recorded =>
  failed({ pair, attempt, atMs, kind: "overloaded" });

/** Requests 30 … 39 fail at first; 30 … 37 are answered by the second attempt a second later, 38 and 39 by none. */
const recorded = [
  ...times(30, (pair) => good(pair)),
  ...times(10, (i) => refused(30 + i)),
  ...times(8, (i) => good(30 + i, 2, (30 + i) * 100 + 1000, 1)),
  ...times(2, (i) => refused(38 + i, 2, (38 + i) * 100 + 1000)),
  ...times(2, (i) => refused(38 + i, 3, (38 + i) * 100 + 3000)),
];

describe("retries", () => {
  const group = groupOf(recordOf(recorded, {}));

  test("stand in the counts, and both identities hold", () => {
    expect(group.counts).toMatchObject({ planned: 40, retries: 12, released: 52, completed: 38, succeeded: 30 });
    expect(group.counts).toMatchObject({ failed: { overloaded: 14 }, failures: { overloaded: 10 }, recovered: 8 });
    expect(identityProblems(group.counts)).toEqual([]);
    expect(group.flags).toContain("retried");
  });

  /** What a request's user sees, and what all attempts together took. */
  const OF_ALL = /^(user_latency|gco2e_.*|cost_per_(mtok.*|1k_good)|tokens_per_usd|spend)$/;

  test("leave every other figure to the first attempts", () => {
    const first = groupOf(
      recordOf(
        recorded.filter(({ observation }) => observation.attempt === 1),
        {},
      ),
    );
    const others = ({ rows }: typeof group) => rows.filter(({ metric }) => !OF_ALL.test(metric));
    expect(others(group)).toEqual(others(first));
    expect(rowOf(group, "success_share", "value")).toMatchObject({ value: 0.75, n: 40 });
    expect(rowOf(group, "ttft", "min").value).toBe(200);
    expect(rowOf(group, "ttft", "p90_all").value).toBe(Infinity);
  });

  test("count in user_latency from the schedule of the first attempt, and what none answered is infinite", () => {
    expect(rowOf(group, "user_latency", "max")).toMatchObject({ value: 1101, n: 38 });
    expect(rowOf(group, "user_latency", "min").value).toBe(300);
    expect(rowOf(group, "user_latency", "p90_all")).toMatchObject({ value: 1101, n: 40 });
    expect(rowOf(group, "user_latency", "max_all").value).toBe(Infinity);
    expect(rowOf(group, "latency_from_schedule", "p90_all").value).toBe(Infinity);
  });

  test("cost what they cost", () => {
    const alone = groupOf(
      recordOf(
        recorded.filter(({ observation }) => observation.attempt === 1),
        {},
      ),
    );
    expect(group.spentUsd!.low / alone.spentUsd!.low).toBeCloseTo(38 / 30, 9);
  });

  test("do not enter a pair: a verdict sees the failure", () => {
    const others = times(40, (pair) => answer({ pair, target: beta, ttftMs: 300, gapsMs: [10], tokens: 20 }));
    const verdicts = (of: readonly Recorded[]) =>
      // Money alone is spent on retries too.
      analysisOf(recordOf([...of, ...others], { targets: [TARGET, beta] })).verdicts.filter(
        ({ metric }) => metric !== "cost_per_1k_good",
      );
    expect(verdicts(recorded)).toEqual(verdicts(recorded.filter(({ observation }) => observation.attempt === 1)));
  });

  test("a request whose retry was interrupted keeps its failure", () => {
    const cut = [refused(0), unanswered({ pair: 0, attempt: 2, outcome: "cancelled", reason: "interrupt" })];
    const { rows } = groupOf(recordOf(cut, {}));
    expect(rows.find(({ metric, stat }) => metric === "user_latency" && stat === "max_all")!.value).toBe(Infinity);
  });
});

describe("what a breaker held back", () => {
  const held = times(20, (i) =>
    unanswered({ pair: 20 + i, atMs: (20 + i) * 100, outcome: "not-started", reason: "breaker" }),
  );
  const group = groupOf(
    recordOf([...times(15, (pair) => good(pair)), ...times(5, (i) => refused(15 + i)), ...held], {}),
  );

  test("counts as failed in every share and tail: stopping a dead target improves nothing", () => {
    expect(rowOf(group, "success_share", "value")).toMatchObject({ value: 15 / 40, n: 40 });
    expect(rowOf(group, "goodput_share", "value")).toMatchObject({ value: 15 / 40, n: 40 });
    expect(rowOf(group, "ttft", "p50_all")).toMatchObject({ value: Infinity, n: 40 });
    expect(group.counts.failures).toEqual({ "held back": 20, overloaded: 5 });
    expect(group.flags).toContain("breaker");
    expect(identityProblems(group.counts)).toEqual([]);
  });

  test("costs nothing", () => {
    expect(group.spentUsd!.high).toBeCloseTo(15 * rowOf(group, "cost_per_request", "mean").value! + 5 * 0.0003, 9);
  });

  test("does not end the window with the target", () => {
    const dead = groupOf(recordOf([...times(15, (pair) => good(pair)), ...times(25, (i) => refused(15 + i))], {}));
    for (const metric of ["request_throughput", "output_token_throughput"]) {
      expect(rowOf(group, metric, "value").value).toBe(rowOf(dead, metric, "value").value);
    }
  });
});

describe("the answer of another model", () => {
  const asked = { modelId: "llama-3.1-405b-instruct", model: "llama-3.1-405b-instruct" };

  test("is a failure in every figure, however fast it was", () => {
    const fields = { modelEchoed: "llama-3.1-8b-instruct", flags: ["model_differs"] } satisfies Partial<Observation>;
    const other = times(10, (i) => answer({ pair: 30 + i, ttftMs: 1, gapsMs: [10], tokens: 20, fields }));
    const target = { ...TARGET, ...asked };
    const group = groupOf(recordOf([...times(30, (pair) => good(pair)), ...other], { targets: [target] }));
    expect(rowOf(group, "success_share", "value").value).toBe(0.75);
    expect(rowOf(group, "ttft", "min_all").value).toBe(200);
    expect(group.counts).toMatchObject({ completed: 40, failures: { "another model": 10 } });
    expect(group.flags).toContain("other_model");
  });

  test.each<readonly [string, { modelId: string; model: string }, boolean]>([
    ["llama-3.1-8b-instruct", asked, true],
    ["meta-llama/Llama-3.1-70B-Instruct", asked, true],
    ["NousResearch/Hermes-3-Llama-3.1-405B", asked, true],
    ["llama-3.1-405b-instruct", asked, false],
    ["meta-llama/Meta-Llama-3.1-405B-Instruct-Turbo", asked, false],
    ["accounts/fireworks/models/llama-v3p1-405b-instruct", asked, false],
    ["meta-llama-3.1-405b-instruct-120424", { ...asked, modelId: "databricks-meta-llama-3-1-405b-instruct" }, false],
    ["meta-llama/Llama-3.1-405B-Instruct", { ...asked, modelId: "our-deployment" }, false],
    ["llama-3.1-70b-instruct", { ...asked, modelId: "our-deployment" }, true],
    ["/repository", asked, false],
    ["meta-llama/Llama-3.1-8B-Instruct", { modelId: "tgi", model: "tgi" }, false],
    ["gpt-4o-mini", asked, true],
    ["anthropic/claude-3-opus", asked, true],
    ["deepseek-chat", { ...asked, modelId: "our-deployment" }, true],
    ["hermes-3", { modelId: "hermes-3-llama-3.1-405b", model: "hermes-3-llama-3.1-405b" }, false],
    ["deepseek-ai/llama-3.1-405b-instruct", asked, false],
    ["qwen2.5", { modelId: "tgi", model: "tgi" }, false],
    ["default", asked, false],
    ["gpt-4o-2024-08-06", { modelId: "gpt-4o", model: "gpt-4o" }, false],
  ])("%s, asked for %j: %s", (echoed, of, expected) => {
    expect(isOtherModel(echoed, of)).toBe(expected);
  });

  test("is not seen where its provider is known to use another name", () => {
    const fields = { modelEchoed: "llama-3.1-8b-instruct" };
    const known = times(40, (pair) => answer({ pair, ttftMs: 1, gapsMs: [10], tokens: 20, fields }));
    const group = groupOf(recordOf(known, { targets: [{ ...TARGET, ...asked }] }));
    expect(rowOf(group, "success_share", "value").value).toBe(1);
  });

  test("is not seen where no model is named", () => {
    expect(isOtherModel(null, asked)).toBe(false);
  });
});

test("a scenario without retries has one user_latency: that from the schedule", () => {
  const group = groupOf(
    recordOf(
      times(40, (pair) => (pair % 4 === 0 ? refused(pair) : good(pair))),
      { scenarios: [OPEN] },
    ),
  );
  for (const stat of ["p50", "p90_all", "max_all"] as const) {
    expect(rowOf(group, "user_latency", stat).value).toBe(rowOf(group, "latency_from_schedule", stat).value);
  }
});

test.each([
  [0, 20],
  [9e15, 20],
  [4 * 96 + 1, 20],
  [4 * 96, 4 * 96],
])("usage of %d tokens for an answer that was asked for 96 is counted as %d", (reported, counted) => {
  const usage = { input: 110, output: reported, cached: 0 };
  const group = groupOf(
    recordOf(
      times(40, (pair) => answer({ pair, ttftMs: 1, gapsMs: [10], tokens: 20, fields: { usage } })),
      {},
    ),
  );
  expect(rowOf(group, "output_tokens", "p50").value).toBe(counted);
  expect(group.flags.includes("usage_implausible")).toBe(reported !== counted);
});
