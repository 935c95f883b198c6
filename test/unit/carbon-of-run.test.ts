import { describe, expect, test } from "vitest";
import type { CarbonOverrides } from "../../src/core/carbon.ts";
import type { RunRecord } from "../../src/core/run.ts";
import type { Target } from "../../src/core/target.ts";
import type { CarbonEstimate } from "../../src/measure/carbon/estimate.ts";
import { comparisonRow } from "../../src/measure/comparison.ts";
import { comparisonCsv } from "../../src/report/csv.ts";
import { reportJson } from "../../src/report/json.ts";
import { reportMarkdown } from "../../src/report/markdown.ts";
import { firstScreen } from "../../src/report/terminal.ts";
import { manifestSchema } from "../../src/store/manifest-schema.ts";
import { onHardware, statedExactly } from "../support/carbon.ts";
import { analysisOf, groupOf, rowOf, times } from "../support/measured.ts";
import { answer, failed, OPEN, recordOf, TARGET, unanswered } from "../support/observations.ts";

const view = { columns: 80, color: false };
const scenario = { ...OPEN, stop: { requests: 8, durationMs: null } };

/** 96 tokens each, 40 ms apart but for the first 24: as fast as calibrated hardware. */
const answers = (target: Target, count = 8) =>
  times(count, (pair) =>
    answer({ pair, target, scenario, atMs: pair * 100, ttftMs: 300, gapsMs: [960, 960, 960], tokens: 96 }),
  );

function named(id: string, carbon: CarbonOverrides, fields: Partial<Target> = {}): Target {
  return { ...TARGET, id, carbon, ...fields };
}

function estimateOf(record: RunRecord): CarbonEstimate {
  const { carbon } = groupOf(record);
  if (carbon.kind === "not-estimable") throw new Error(carbon.reason);
  return carbon;
}

describe("what a run tells the carbon model", () => {
  const target = named("alpha", {});
  const recorded = [
    ...answers(target, 5),
    answer({ pair: 0, target, scenario, phase: "warmup", ttftMs: 1, gapsMs: [1], tokens: 96 }),
    // Died after 7 tokens, of which nobody reported the usage.
    failed({
      pair: 5,
      target,
      scenario,
      kind: "truncated",
      fields: {
        stamps: { ...answer({ pair: 5, ttftMs: 1, gapsMs: [], tokens: 1 }).observation.stamps },
        events: { content: 7, total: 7, coalesced: 0 },
      },
    }),
    // Refused before its first token; answered by the retry.
    failed({ pair: 6, target, scenario, kind: "rate-limited" }),
    answer({ pair: 6, target, scenario, attempt: 2, ttftMs: 300, gapsMs: [960], tokens: 48 }),
    unanswered({ pair: 7, target, scenario, outcome: "dropped", reason: null }),
  ];
  const { work, factors } = estimateOf(recordOf(recorded, { scenarios: [scenario], targets: [target] }));

  test("every attempt of the measured phase counts, retries too; warm-ups and what was never sent do not", () => {
    const count = (name: string) => factors.find((factor) => factor.name === name)?.value;
    expect(count("attempts")).toBe(8);
    expect(count("attempts that failed, their energy included")).toBe(2);
    expect(count("output tokens of failed attempts")).toBe(7);
    expect(work.completed).toBe(6);
    expect(work.servedTokens).toBe(5 * 96 + 48);
  });

  test("refused prompts may or may not have been read, a broken answer's was", () => {
    expect(work.sums.refusedTokens).toBeGreaterThan(100);
    expect(work.sums.refusedTokens).toBeLessThan(101);
  });

  test("pace is the median time per output token, never of events", () => {
    expect(work.itlMs).toBe(40);
    expect(work.ttftMs).toBe(300);
  });
});

test("the row repeats the estimate with two significant digits, low to high", () => {
  const target = named("alpha", onHardware("h100x8-fp8"));
  const analysis = analysisOf(recordOf(answers(target), { scenarios: [scenario], targets: [target] }));
  const [group] = analysis.groups;
  const row = comparisonRow(analysis, group!);
  const { low, central, high } = (group!.carbon as CarbonEstimate).per1kOutput!.totalG;
  expect(row.gco2e_per_1k_output_low).toBe(Number(low.toPrecision(2)));
  expect(row.gco2e_per_1k_output).toBe(Number(central.toPrecision(2)));
  expect(row.gco2e_per_1k_output_high).toBe(Number(high.toPrecision(2)));
  expect(String(row.flags).split(";")).toEqual(expect.arrayContaining(["carbon_supplied"]));
  expect(comparisonCsv(analysis)).toContain(`,${Number(low.toPrecision(2))},${Number(central.toPrecision(2))},`);
});

describe("a blank cell", () => {
  const blank = (target: Target, change: (record: RunRecord) => RunRecord) =>
    analysisOf(change(recordOf(answers(target), { scenarios: [scenario], targets: [target] })));
  const same = (record: RunRecord): RunRecord => record;

  test.each([
    ["silicon that nobody has measured", named("a", {}, { provider: "cerebras" }), same, /CS-3/],
    ["another model", named("a", {}, { model: "llama-3.1-70b-instruct" }), same, /70b/],
    [
      "a run from before the carbon model",
      named("a", {}),
      ({ manifest, ...rest }: RunRecord) => ({ ...rest, manifest: { ...manifest, carbonModelVersion: null } }),
      /--revise/,
    ],
    [
      "a run by another carbon model",
      named("a", {}),
      ({ manifest, ...rest }: RunRecord) => ({ ...rest, manifest: { ...manifest, carbonModelVersion: "0.9" } }),
      /carbon-model 0\.9/,
    ],
  ])("stands for %s, with its flag", (_, target, change, reason) => {
    const analysis = blank(target, change);
    const [group] = analysis.groups;
    expect(rowOf(group!, "gco2e_per_1k_output", "value")).toMatchObject({
      value: null,
      low: null,
      high: null,
      flags: ["carbon_not_estimable"],
    });
    expect(comparisonRow(analysis, group!).gco2e_per_1k_output).toBeNull();
    expect(group!.flags).toContain("carbon_not_estimable");
    expect(group!.carbon.kind === "not-estimable" && group!.carbon.reason).toMatch(reason);
    expect(firstScreen(analysis, view)).toMatch(/^a .* unknown$/m);
    expect(analysis.carbonVerdicts).toEqual([]);
  });
});

describe("which emits less", () => {
  const inSweden = named("sweden", {
    ...onHardware("h100x8-fp8"),
    zone: { value: "SE", source: "test", date: "2026" },
  });
  const inIowa = named("iowa", {
    ...onHardware("h100x8-fp8"),
    zone: { value: "US-MIDW-MISO", source: "t", date: "2026" },
  });
  const nowhere = named("nowhere", {});
  const of = (...targets: Target[]) =>
    analysisOf(
      recordOf(
        targets.flatMap((target) => answers(target)),
        { scenarios: [scenario], targets },
      ),
    );

  test("is said where the model is sure, of both at once", () => {
    const analysis = of(inIowa, inSweden);
    expect(analysis.carbonVerdicts).toMatchObject([{ scenario: "open", a: "iowa", b: "sweden", lower: "sweden" }]);
    const sentence = "sweden is estimated to emit less per 1,000 output tokens than iowa, in at least 95 % of draws";
    expect(firstScreen(analysis, view).replace(/\s+/g, " ")).toContain(`carbon ${sentence}`);
    expect(reportMarkdown(analysis)).toContain(sentence);
  });

  test("is not said where ranges overlap, and the page says that it is not", () => {
    const analysis = of(nowhere, inSweden);
    expect(analysis.carbonVerdicts).toMatchObject([{ lower: null }]);
    expect(firstScreen(analysis, view)).not.toMatch(/^carbon /m);
    expect(reportMarkdown(analysis)).toContain("Of some targets it is not known which emits less.");
  });

  test("has a table with the words that belong beside it, and says what is simulated", () => {
    const markdown = reportMarkdown(of(inIowa, nowhere));
    expect(markdown).toContain("## Carbon estimate");
    expect(markdown).toContain("SIMULATED: place, machine and batch size of a simulated target are invented.");
    expect(markdown).toMatch(/Estimated, not metered.*judged range.*Not fit for buying offsets/);
    expect(markdown).toMatch(/\| open \| iowa \| [\d. |]+ \| carbon estimate \| h100x8-fp8 \| US-MIDW-MISO 501 \(/);
  });
});

test("the words SCI stand beside a real target whose figures somebody answers for, and beside no simulated one", () => {
  const place = { ...onHardware("h100x8-fp8"), zone: { value: "SE", source: "test", date: "2026" } };
  const labels = [true, false].map((simulated) => {
    const target = named("a", place, { simulated });
    const record = recordOf(answers(target), { scenarios: [scenario], targets: [target] });
    return estimateOf({ ...record, manifest: { ...record.manifest, metadata: { responsible: "A. Reader" } } }).sci
      .label;
  });
  expect(labels).toEqual(["carbon estimate", "SCI (modelled)"]);
});

test("report.json holds the estimate, each number once", () => {
  const target = named("a", {});
  const analysis = analysisOf(recordOf(answers(target), { scenarios: [scenario], targets: [target] }));
  const report = JSON.parse(reportJson(analysis)) as {
    carbonFactors: readonly object[];
    groups: { carbon: Record<string, unknown> }[];
  };
  const [{ carbon } = { carbon: {} }] = report.groups;
  expect(carbon).toMatchObject({ kind: "estimate", carbonModelVersion: "1.0", sci: { label: "carbon estimate" } });
  expect(carbon["scenarios"]).toMatchObject([{ shape: "h100x8-fp8" }, { shape: "b200x4-fp8" }]);
  const factors = (carbon["factors"] as readonly number[]).map((at) => report.carbonFactors[at]);
  expect(factors).toEqual((analysis.groups[0]!.carbon as CarbonEstimate).factors);
  expect(JSON.stringify(carbon).length).toBeLessThan(12_000);
  // Each factor stands once, however many targets share it.
  const twice = recordOf([...answers(target), ...answers(named("b", {}))], {
    scenarios: [scenario],
    targets: [target, named("b", {})],
  });
  const ofBoth = JSON.parse(reportJson(analysisOf(twice))) as typeof report;
  expect(ofBoth.carbonFactors).toEqual(report.carbonFactors);
});

test("a manifest holds what was stated of a target's energy, and an old one states nothing", () => {
  const joules = { ...statedExactly(20), boundary: "node" as const, low: 10, high: 40 };
  const target = named("a", { ...onHardware("h100x8-fp8"), pue: statedExactly(1.2), joulesPerOutputToken: joules });
  const { manifest } = recordOf([], { targets: [target] });
  expect(manifestSchema.parse(JSON.parse(JSON.stringify(manifest)))).toEqual(manifest);
  const { carbon: _carbon, otherPrices: _others, publishedRegions: _regions, ...old } = TARGET;
  const { carbonModelVersion: _version, ...rest } = manifest;
  const read = manifestSchema.parse({ ...rest, targets: [old] });
  expect(read.carbonModelVersion).toBeNull();
  expect(read.targets[0]).toMatchObject({ carbon: {}, otherPrices: [], publishedRegions: [] });
});
