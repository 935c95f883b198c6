import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { CARBON_FLAGS } from "../../src/measure/carbon/flags.ts";
import { comparisonCsv, summaryCsv } from "../../src/report/csv.ts";
import { reportHtml } from "../../src/report/html/page.ts";
import { reportJson } from "../../src/report/json.ts";
import { reportMarkdown } from "../../src/report/markdown.ts";
import { writeReports } from "../../src/report/write.ts";
import {
  analysisOf,
  COUNTS,
  emptyRecord,
  fineGroup,
  groupOf,
  SCENARIO,
  targetNamed,
  VERDICT,
} from "../support/analysis.ts";
import { estimated } from "../support/carbon.ts";
import { parseCsv } from "../support/csv-parser.ts";
import { GOLDEN_REPORTS, goldenAnalysis, goldenReports } from "../support/golden-files.ts";
import { temporaryFolder } from "../support/temporary.ts";

const SUMMARY_HEADER =
  "schema_version,run_id,started_at,simulated,provider,model,region,scenario,metric,unit,stat,value,n,low,high,flags,target,vantage,load,slice,tool_version,definitions_version";

const COMPARISON_HEADER =
  "schema_version,run_id,started_at,ended_at,simulated,validity,vantage,target,provider,region,model,model_echoed,precision,scenario,load,cache,planned,ok,failed,rate_limited,dropped,success_pct,success_pct_low,success_pct_high,rtt_ms_p50,ttft_ms_p50,ttft_ms_p50_low,ttft_ms_p50_high,ttft_ms_p95,ttft_ms_p99,tpot_ms_p50,tpot_ms_p95,stall_ms_p95,t100_ms_p50,e2e_ms_p50,e2e_ms_p95,output_tokens_p50,length_ratio,tokens_per_event,user_tok_s_p50,system_tok_s,goodput_pct,goodput_rps,price_kind,price_as_of,usd_per_m_tokens,usd_per_m_output,usd_per_1k_good,usd_per_1k_good_low,usd_per_1k_good_high,token_ratio,gco2e_per_1k_output_low,gco2e_per_1k_output,gco2e_per_1k_output_high,accuracy_pct,accuracy_n,fidelity,client_error_ms_p99,flags";

const analysis = analysisOf([fineGroup("sim-fast"), fineGroup("sim-far")], { verdicts: [VERDICT] });

test("both CSVs open with the published header, byte for byte", () => {
  expect(summaryCsv(analysis).split("\n")[0]).toBe(SUMMARY_HEADER);
  expect(comparisonCsv(analysis).split("\n")[0]).toBe(COMPARISON_HEADER);
});

test("a summary line holds its row: milliseconds with three decimals, nothing for no value", () => {
  const lines = summaryCsv(
    analysisOf([{ ...fineGroup("sim-fast"), rows: fineGroup("sim-fast").rows.slice(1, 4) }], {}),
  );
  const start =
    "1,20261123T184938Z-quick,2026-11-23T18:49:38.000Z,true,simulator,llama-3.1-405b-instruct,local,chat-short";
  const end = "sim-fast,laptop-fra,poisson 2/s,,0.1.0,1";
  expect(lines.split("\n").slice(1)).toEqual([
    `${start},ttft,ms,p50_all,212.345,120,205.100,219.900,,${end}`,
    `${start},ttft,ms,p95_all,390.250,120,360.000,420.000,,${end}`,
    `${start},ttft,ms,p99_all,,120,,,insufficient_n,${end}`,
    "",
  ]);
});

test("infinity is inf, and several flags are joined by semicolons", () => {
  const figures = {
    "ttft p95_all": { unit: "ms", value: Infinity, low: 3, high: Infinity, flags: ["b", "c"] },
  } as const;
  const mutable = { ...figures, "ttft p95_all": { ...figures["ttft p95_all"], flags: ["b", "c"] } };
  const group = groupOf({ target: targetNamed("a"), scenario: SCENARIO, figures: mutable, counts: COUNTS, fields: {} });
  expect(summaryCsv(analysisOf([group], {}))).toContain(",p95_all,inf,120,3.000,inf,b;c,a,");
});

test("whatever the numbers and texts, the CSV reads back as what was written", () => {
  const text = fc.string({ unit: fc.constantFrom("a", " ", ",", ";", '"', "'", "é", "\n") });
  const number = fc.option(fc.double({ noNaN: true, min: 0, max: 1e9 }), { nil: null });
  fc.assert(
    fc.property(text, number, fc.nat(), (region, value, n) => {
      const target = { ...targetNamed("a"), region };
      const figures = {
        "ttft p50": { unit: "ms" as const, value, n },
        "length_ratio p50": { unit: "ratio" as const, value, n },
      };
      const group = groupOf({ target, scenario: SCENARIO, figures, counts: COUNTS, fields: {} });
      const [head, ms, ratio] = parseCsv(summaryCsv(analysisOf([group], {})));
      const cell = (row: string[] | undefined, column: string): string => row![head!.indexOf(column)]!;
      expect(cell(ms, "region")).toBe(region.replace(/\n+/g, " ").trim());
      expect(cell(ms, "n")).toBe(String(n));
      if (value === null) expect([cell(ms, "value"), cell(ratio, "value")]).toEqual(["", ""]);
      else {
        expect(Math.abs(Number(cell(ms, "value")) - value)).toBeLessThanOrEqual(0.00051);
        expect(Math.abs(Number(cell(ratio, "value")) - value)).toBeLessThanOrEqual(value * 5.1e-6 + 1e-90);
      }
    }),
  );
});

test("the order in which maps were filled does not show in report.json, and infinity is inf", () => {
  const counted = (failed: Record<string, number>) =>
    analysisOf([{ ...fineGroup("a"), counts: { ...COUNTS, failed } }], {});
  const json = reportJson(counted({ network: 1, auth: 2 }));
  expect(json).toBe(reportJson(counted({ auth: 2, network: 1 })));
  expect(json.startsWith('{\n  "reportVersion": 2,\n')).toBe(true);
  const group = groupOf({
    target: targetNamed("a"),
    scenario: SCENARIO,
    figures: { "ttft p95_all": { unit: "ms", value: Infinity } },
    counts: COUNTS,
    fields: {},
  });
  const report = JSON.parse(reportJson(analysisOf([group], {}))) as {
    groups: { metrics: { stats: unknown }[] }[];
  };
  expect(report.groups[0]!.metrics[0]!.stats).toEqual({ p95_all: { n: 120, value: "inf" } });
});

test("report.json is short, and every row of the summary that says anything can be had from it", async () => {
  const golden = await goldenAnalysis();
  const json = reportJson(golden);
  const { groups } = JSON.parse(json) as {
    groups: { metrics: { metric: string; unit: string; slice?: string; stats: Record<string, object> }[] }[];
  };
  const key = (group: number, metric: string, slice: string | null, stat: string): string =>
    [group, metric, slice, stat].join(" ");
  const kept = new Map<string, object>(
    groups.flatMap(({ metrics }, group) =>
      metrics.flatMap(({ metric, unit, slice = null, stats }) =>
        Object.entries(stats).map(
          ([stat, figures]) => [key(group, metric, slice, stat), { unit, ...figures }] as const,
        ),
      ),
    ),
  );
  const rows = golden.groups.flatMap((group, i) => group.rows.map((row) => ({ ...row, i })));
  const toJson = (value: number | null): unknown => (value === Infinity ? "inf" : value);
  for (const { i, metric, unit, stat, slice, value, n, low, high, flags } of rows) {
    const found = kept.get(key(i, metric, slice, stat));
    if (found === undefined) expect([value, n, low, high]).toEqual([null, 0, null, null]);
    else {
      const none = { value: null, low: null, high: null, flags: [] };
      const figures = { value: toJson(value), low: toJson(low), high: toJson(high) };
      expect({ ...none, ...found }).toEqual({ unit, n, flags, ...figures });
    }
  }
  expect(kept.size).toBeGreaterThan(rows.length / 2);
  expect(json.length / golden.groups.length).toBeLessThan(30_000);
});

test("the reports are five files, equal on each call, and come back when deleted", async () => {
  const folder = temporaryFolder();
  const paths = await writeReports(folder, analysis, emptyRecord(analysis));
  expect(paths.map((path) => basename(path))).toEqual([
    "summary.csv",
    "comparison.csv",
    "report.json",
    "report.md",
    "report.html",
  ]);
  const before = paths.map((path) => readFileSync(path));
  for (const path of paths.slice(2)) rmSync(path);
  await writeReports(folder, analysis, emptyRecord(analysis));
  expect(paths.map((path) => readFileSync(path))).toEqual(before);
  expect(readdirSync(folder)).toHaveLength(5);
});

test("the page allows its one style and its one script by their own hashes", () => {
  const html = reportHtml(analysis, emptyRecord(analysis));
  for (const [name, tag] of [
    ["style", "style"],
    ["script", "script"],
  ] as const) {
    const text = new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(html)![1]!;
    expect(html).toContain(`${name}-src 'sha256-${createHash("sha256").update(text).digest("base64")}'`);
  }
});

test("every number column of the page says what it is", () => {
  const html = reportHtml(analysis, emptyRecord(analysis));
  expect(html).toContain('<mark class="note">SIMULATED</mark> <mark class="good">VALID</mark>');
  for (const title of ["n", "ok %", "TTFT ms p50", "95 % interval"]) expect(html).toContain(`>${title}</th>`);
  expect(html).toContain('<td class="n">212</td><td class="n">205-220</td>');
});

test("Markdown holds the same figures as tables", () => {
  const markdown = reportMarkdown(analysis);
  expect(markdown).toContain("**SIMULATED** · **VALID**");
  expect(markdown).toContain("| sim-fast | 120 | 100 | 212 | 205-220 | 390 | 61.2 | 98 | 3.41 | 1.39 | 0.4-2.1 |");
  expect(markdown).toContain(
    "| ttft p50 ms | sim-fast | sim-far | sim-fast | 286 | 260-311 | &#60;0.001 | 212 | 498 | 97 | 120 pairs | 6 |",
  );
});

test("a page explains the flags that were raised, and no others", () => {
  const markdown = reportMarkdown(analysisOf([{ ...fineGroup("a"), flags: ["price_unknown"] }], {}));
  expect(markdown).toContain("| price_unknown | no price is known, so no cost |");
  expect(markdown).not.toContain("needs_sweep");
  expect(reportMarkdown(analysis)).not.toContain("## Flags");
  const carbon = { ...estimated({}), per1kOutput: null };
  const placeless = reportMarkdown(analysisOf([{ ...fineGroup("a"), carbon }], {}));
  for (const flag of carbon.flags) expect(placeless).toContain(`| ${flag} | ${CARBON_FLAGS[flag]} |`);
});

test("the frozen run gives the reports that are kept beside it, byte for byte", async () => {
  for (const [file, text] of Object.entries(await goldenReports())) {
    expect(text, file).toBe(readFileSync(join(GOLDEN_REPORTS, file), "utf8"));
  }
});

test("the frozen run accounts for every planned request", async () => {
  const { groups } = await goldenAnalysis();
  expect(groups).toHaveLength(4);
  for (const { counts, scenario } of groups) {
    expect(counts.planned).toBe(scenario.stop.requests);
    const failed = Object.values(counts.failed).reduce((sum, count) => sum + count, 0);
    expect(counts.completed + failed).toBe(counts.released);
  }
});
