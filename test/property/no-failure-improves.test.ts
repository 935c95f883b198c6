import fc from "fast-check";
import { expect, test } from "vitest";
import { FAILURE_KINDS } from "../../src/core/failure.ts";
import type { SummaryRow } from "../../src/core/metric.ts";
import { METRICS } from "../../src/measure/catalogue.ts";
import { HEADLINE } from "../../src/report/headline.ts";
import { answer, CLOSED, failed, OPEN, recordOf, TARGET, unanswered, type Recorded } from "../support/observations.ts";
import { groupOf, rowOf, times } from "../support/measured.ts";

/* Turns successes into failures of every sort, and asks whether any cell of the reports' tables looks better for it. */

const target = { ...TARGET, modelId: "llama-3.1-405b-instruct", model: "llama-3.1-405b-instruct" };
const REQUESTS = 60;
const TAILS = ["min_all", "mean_all", "p50_all", "p90_all", "p95_all", "max_all"] as const;

type Maker = (of: { readonly pair: number; readonly scenario: typeof OPEN }) => Recorded;

/** Whole answers of one length, as prompts that ask for more make them; some too slow to be good. */
const success: fc.Arbitrary<Maker> = fc
  .record({ ttftMs: fc.integer({ min: 1, max: 900 }), gapMs: fc.integer({ min: 0, max: 200 }) })
  .map(({ ttftMs, gapMs }) => (of) => {
    const fields = { modelEchoed: target.modelId };
    return answer({ ...of, target, atMs: of.pair * 130, ttftMs, gapsMs: [gapMs, gapMs, gapMs], tokens: 96, fields });
  });

const failure: fc.Arbitrary<Maker> = fc.oneof(
  fc.constantFrom(...FAILURE_KINDS).map(
    (kind): Maker =>
      (of) =>
        failed({ ...of, target, atMs: of.pair * 130, kind }),
  ),
  // Billed in full, and worth nothing.
  fc.constantFrom(...FAILURE_KINDS).map((kind): Maker => (of) => {
    const fields = { usage: { input: 110, output: 96, cached: 0 } };
    return failed({ ...of, target, atMs: of.pair * 130, kind, fields });
  }),
  fc.constant<Maker>((of) => {
    const fields = { flags: ["empty" as const], usage: { input: 110, output: 0, cached: 0 } };
    return answer({ ...of, target, atMs: of.pair * 130, ttftMs: 1, gapsMs: [], tokens: 0, fields });
  }),
  fc.constant<Maker>((of) => {
    const fields = { modelEchoed: "llama-3.1-8b-instruct", flags: ["model_differs" as const] };
    return answer({ ...of, target, atMs: of.pair * 130, ttftMs: 1, gapsMs: [1, 1, 1], tokens: 96, fields });
  }),
  fc.constantFrom(["cancelled", "overshoot"] as const, ["not-started", "breaker"] as const).map(
    ([outcome, reason]): Maker =>
      (of) =>
        unanswered({ ...of, target, atMs: of.pair * 130, outcome, reason }),
  ),
);

/** A run, the pairs that fail in its counterfactual, and how; some are then answered by a quick retry. */
const counterfactual = fc.record({
  scenario: fc.constantFrom(OPEN, CLOSED, { ...OPEN, slo: { ...OPEN.slo, ttftMs: 900, tpotMs: 1000 } }),
  successes: fc.tuple(...times(REQUESTS, () => success)),
  failing: fc.uniqueArray(fc.tuple(fc.nat(REQUESTS - 1), failure, fc.boolean()), {
    minLength: 1,
    maxLength: REQUESTS,
    selector: ([pair]) => pair,
  }),
});

function better(row: SummaryRow, than: SummaryRow): boolean {
  // An empty cell boasts of nothing.
  if (row.value === null || than.value === null || row.value === than.value) return false;
  const isLess = row.value < than.value * (1 - 1e-12);
  return ["ms", "usd/Mtok", "usd/1k", "g/1k"].includes(row.unit) ? isLess : row.value > than.value * (1 + 1e-12);
}

/** The cells of the first table, and every statistic that counts failures. */
const ROWS = [
  ...HEADLINE,
  ...METRICS.filter((metric) => metric.level === "request" && metric.failures !== "left-out").flatMap(({ id }) =>
    TAILS.map((stat) => ({ metric: id, stat })),
  ),
];

test("no failure improves a cell", () => {
  fc.assert(
    fc.property(counterfactual, ({ scenario: drawn, successes, failing }) => {
      const scenario = { ...drawn, stop: { requests: REQUESTS, durationMs: null } };
      const whole = successes.map((make, pair) => make({ pair, scenario }));
      const fails = new Map(failing.map(([pair, make]) => [pair, make({ pair, scenario })]));
      const retries = failing.flatMap(([pair, , isRetried]) =>
        isRetried
          ? [answer({ pair, scenario, target, attempt: 2, atMs: pair * 130, ttftMs: 1, gapsMs: [1], tokens: 96 })]
          : [],
      );
      const broken = [...whole.map((one, pair) => fails.get(pair) ?? one), ...retries];
      const of = { scenarios: [scenario], targets: [target] };
      const [before, after] = [groupOf(recordOf(whole, of)), groupOf(recordOf(broken, of))];
      // A refusal that nobody bills truly costs less than an answer that came too late: only good ones must fail here.
      const wasGood = rowOf(before, "goodput_share", "value").value === 1;
      for (const { metric, stat } of ROWS) {
        if (metric === "cost_per_1k_good" && !wasGood) continue;
        const [was, is] = [rowOf(before, metric, stat), rowOf(after, metric, stat)];
        // With retries, user_latency is of the request: a quick second attempt may well beat a slow first one.
        if (metric === "user_latency" && retries.length > 0) continue;
        expect(better(is, was), `${metric} ${stat}: ${is.value} after ${was.value}`).toBe(false);
      }
    }),
    { numRuns: 300 },
  );
});
