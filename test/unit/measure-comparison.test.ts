import { describe, expect, test } from "vitest";
import { METRICS } from "../../src/measure/catalogue.ts";
import { COMPARISON_COLUMN_MEANINGS, COMPARISON_COLUMNS, comparisonRow } from "../../src/measure/comparison.ts";
import { CARBON_FLAGS } from "../../src/measure/carbon/flags.ts";
import { FLAGS } from "../../src/measure/flags.ts";
import { glossaryMarkdown } from "../../src/measure/glossary.ts";
import { SUMMARY_COLUMN_MEANINGS, SUMMARY_COLUMNS } from "../../src/measure/summary-columns.ts";
import { observationSchema } from "../../src/store/schema.ts";
import { answer, failed, OPEN, recordOf, TARGET, unanswered } from "../support/observations.ts";
import { analysisOf, groupOf, rowOf, times } from "../support/measured.ts";

test("both headers are the published ones, in order", () => {
  expect(SUMMARY_COLUMNS.join()).toBe(
    "schema_version,run_id,started_at,simulated,provider,model,region,scenario,metric,unit,stat,value,n,low,high,flags,target," +
      "vantage,load,slice,tool_version,definitions_version",
  );
  expect(COMPARISON_COLUMNS.join()).toBe(
    "schema_version,run_id,started_at,ended_at,simulated,validity,vantage,target,provider,region,model,model_echoed,precision," +
      "scenario,load,cache,planned,ok,failed,rate_limited,dropped,success_pct,success_pct_low,success_pct_high,rtt_ms_p50," +
      "ttft_ms_p50,ttft_ms_p50_low,ttft_ms_p50_high,ttft_ms_p95,ttft_ms_p99,tpot_ms_p50,tpot_ms_p95,stall_ms_p95,t100_ms_p50," +
      "e2e_ms_p50,e2e_ms_p95,output_tokens_p50,length_ratio,tokens_per_event,user_tok_s_p50,system_tok_s,goodput_pct,goodput_rps," +
      "price_kind,price_as_of,usd_per_m_tokens,usd_per_m_output,usd_per_1k_good,usd_per_1k_good_low,usd_per_1k_good_high," +
      "token_ratio,gco2e_per_1k_output_low,gco2e_per_1k_output,gco2e_per_1k_output_high,accuracy_pct,accuracy_n,fidelity," +
      "client_error_ms_p99,flags",
  );
});

test("every column has a meaning of one line", () => {
  for (const meaning of [...Object.values(SUMMARY_COLUMN_MEANINGS), ...Object.values(COMPARISON_COLUMN_MEANINGS)]) {
    expect(meaning).toMatch(/^[^\n]{3,120}$/);
  }
  expect(Object.keys(COMPARISON_COLUMN_MEANINGS)).toEqual(COMPARISON_COLUMNS);
});

describe("a comparison row", () => {
  const recorded = [
    ...times(88, (pair) =>
      answer({ pair, atMs: pair * 100, ttftMs: 100 + pair, gapsMs: [100, 100, 100.001], tokens: 21, first: 5 }),
    ),
    answer({ pair: 88, ttftMs: 1, gapsMs: [], tokens: 0, fields: { flags: ["empty"] } }),
    failed({ pair: 89, kind: "rate-limited" }),
    failed({ pair: 90, kind: "rate-limited" }),
    ...times(7, (i) => failed({ pair: 91 + i, kind: "truncated" })),
    unanswered({ pair: 98, outcome: "cancelled", reason: "overshoot" }),
    failed({ pair: 99, kind: "timeout" }),
    unanswered({ pair: 100, outcome: "dropped", reason: null }),
    unanswered({ pair: 101, outcome: "cancelled", reason: "interrupt" }),
  ];
  const scenario = { ...OPEN, stop: { requests: 102, durationMs: null } };
  const analysis = analysisOf(recordOf(recorded, { scenarios: [scenario] }));
  const row = comparisonRow(analysis, analysis.groups[0]!);

  test("says who, where and how", () => {
    expect(row).toMatchObject({
      schema_version: 1,
      run_id: "20261123T184938Z-test",
      started_at: "2026-11-23T18:49:38.000Z",
      ended_at: "2026-11-23T18:50:38.000Z",
      simulated: true,
      validity: "VALID",
      vantage: "here",
      target: "alpha",
      provider: "maker",
      region: null,
      model_echoed: "m",
      precision: "fp8",
      scenario: "open",
      load: "constant 10/s",
      cache: "cold",
      price_kind: "tokens",
      price_as_of: "2026-11-01",
      client_error_ms_p99: 0.812,
    });
  });

  test("counts an answer without text and an overshoot as failed, an interrupt as neither", () => {
    expect(row).toMatchObject({ planned: 102, ok: 88, failed: 12, rate_limited: 2, dropped: 1 });
    expect(row.success_pct).toBeCloseTo(88, 12);
    expect(row.success_pct_low).toBeCloseTo(80.1879, 4);
    expect(row.success_pct_high).toBeCloseTo(93.0006, 4);
  });

  test("lets no failure improve a cell", () => {
    const ofAll = rowOf(analysis.groups[0]!, "ttft", "p50_all");
    expect(row).toMatchObject({ ttft_ms_p50: ofAll.value, ttft_ms_p50_low: ofAll.low, ttft_ms_p50_high: ofAll.high });
    expect(row).toMatchObject({
      ttft_ms_p50: 149,
      ttft_ms_p95: Infinity,
      e2e_ms_p95: Infinity,
      tpot_ms_p95: Infinity,
      stall_ms_p95: Infinity,
    });
  });

  test("has 3 decimals in latencies, and leaves empty what is unknown or not built", () => {
    expect(row.tpot_ms_p50).toBe(18.75);
    expect(row).toMatchObject({
      ttft_ms_p99: null,
      t100_ms_p50: null,
      rtt_ms_p50: null,
      accuracy_pct: null,
    });
    expect(row.flags).toBe("empty;insufficient_n;length_short;spend_uncertain");
  });

  test.each(observationSchema.shape.flags.element.options)(
    "carries the flag %s of one answer, which has a meaning",
    (flag) => {
      const flagged = answer({ pair: 1, ttftMs: 100, gapsMs: [10], tokens: 4, fields: { flags: [flag] } });
      const one = analysisOf(recordOf([answer({ pair: 0, ttftMs: 100, gapsMs: [10], tokens: 4 }), flagged], {}));
      expect(String(comparisonRow(one, one.groups[0]!).flags).split(";")).toContain(flag);
      expect(FLAGS).toHaveProperty(flag);
    },
  );

  test("repeats the summary in every other figure", () => {
    const value = (metric: string, stat: "p50" | "p50_all" | "mean" | "value"): number | null =>
      rowOf(analysis.groups[0]!, metric, stat).value;
    expect(row).toMatchObject({
      output_tokens_p50: 21,
      length_ratio: value("length_ratio", "mean"),
      tokens_per_event: 5.25,
      user_tok_s_p50: value("output_speed", "p50_all"),
      system_tok_s: value("output_token_throughput", "value"),
      goodput_pct: value("goodput_share", "value")! * 100,
      goodput_rps: value("goodput", "value"),
      usd_per_m_tokens: value("cost_per_mtok", "value"),
      usd_per_m_output: value("cost_per_mtok_output", "value"),
      usd_per_1k_good: value("cost_per_1k_good", "value"),
      token_ratio: value("token_ratio", "mean"),
    });
    expect(row.usd_per_1k_good_low).toBeLessThan(row.usd_per_1k_good as number);
    expect(row.usd_per_1k_good_high).toBeGreaterThan(row.usd_per_1k_good as number);
  });

  test("of a target that was never reached is empty, and of an invalid run says so", () => {
    const record = recordOf([], { targets: [TARGET] });
    const windows = [{ scenario: "open", startUs: 0, endUs: 1, loopDelayMsMax: 51 }];
    const invalid = analysisOf({
      ...record,
      manifest: { ...record.manifest, end: { ...record.manifest.end!, windows } },
    });
    const empty = comparisonRow(invalid, invalid.groups[0]!);
    expect(empty).toMatchObject({
      validity: "INVALID",
      ok: 0,
      success_pct: null,
      ttft_ms_p50: null,
      model_echoed: null,
    });
  });
});

describe("the catalogue", () => {
  test("has each metric once, and raises no flag that it does not declare", () => {
    const ids = METRICS.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { flags } of METRICS) for (const flag of flags) expect(FLAGS).toHaveProperty(flag);
    const group = groupOf(
      recordOf(
        times(6, (pair) => ({
          ...answer({ pair, ttftMs: 1, gapsMs: [0], tokens: 4, fields: { usage: null } }),
          trace: null,
          tokens: null,
        })),
        {},
      ),
    );
    for (const { metric, flags } of group.rows) {
      const declared: readonly string[] = [
        ...METRICS.find(({ id }) => id === metric)!.flags,
        "insufficient_n",
        "no_values",
      ];
      expect(declared).toEqual(expect.arrayContaining([...flags]));
    }
  });

  test("gives every group the same rows", () => {
    const shape = (rows: readonly { metric: string; stat: string }[]): string[] =>
      rows.map(({ metric, stat }) => `${metric} ${stat}`);
    const full = groupOf(
      recordOf(
        times(40, (pair) => answer({ pair, ttftMs: 1, gapsMs: [1], tokens: 4 })),
        {},
      ),
    );
    expect(shape(groupOf(recordOf([], {})).rows)).toEqual(shape(full.rows));
  });

  test("makes the glossary", () => {
    const lines = glossaryMarkdown().split("\n");
    expect(lines.filter((line) => line.startsWith("| `"))).toHaveLength(
      METRICS.length + Object.keys({ ...FLAGS, ...CARBON_FLAGS }).length,
    );
    expect(lines).toContain(`| \`region-unknown\` | ${CARBON_FLAGS["region-unknown"]} |`);
    expect(lines[2]).toMatch(
      /^\| `ttft` \| ms \| lower \| failures \| \*\*Time to first token\.\*\* firstContent − sent/,
    );
    for (const line of lines.filter((one) => one !== "")) expect(line).toMatch(/^\|.*\|$/);
  });
});
