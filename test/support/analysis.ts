import type { Stat, SummaryRow, Unit } from "../../src/core/metric.ts";
import { loadLabel } from "../../src/core/load.ts";
import type { Scenario } from "../../src/core/scenario.ts";
import type { Target } from "../../src/core/target.ts";
import type { RunRecord } from "../../src/core/run.ts";
import type { Analysis, Counts, GroupAnalysis } from "../../src/measure/analysis.ts";
import type { Verdict } from "../../src/measure/compare/verdict.ts";
import { goldenRun } from "./golden-run.ts";

const golden = goldenRun().manifest;

/** An open-loop scenario of 120 requests. */
export const SCENARIO: Scenario = {
  ...golden.scenarios[0]!.scenario,
  id: "chat-short",
  prompt: {
    inputTokens: 100,
    outputTokens: 300,
    content: "prose",
    cache: "cold",
    spread: null,
    prefix: null,
    dataset: null,
  },
  conversation: null,
  load: { kind: "open", arrival: "poisson", ratePerSecond: 2, maxInFlight: 50 },
  stop: { requests: 120, durationMs: null },
};

export function targetNamed(id: string): Target {
  return { ...golden.targets[0]!, id };
}

export const COUNTS: Counts = {
  planned: 120,
  retries: 0,
  released: 120,
  dropped: 0,
  notStarted: {},
  completed: 120,
  failed: {},
  cancelled: {},
  lost: 0,
  succeeded: 120,
  failures: {},
  recovered: 0,
  excused: 0,
};

/** The value of one statistic, with its interval where it has one. */
export type Figure = { unit: Unit; value: number | null; low?: number; high?: number; n?: number; flags?: string[] };

/** Figures by `metric stat`. */
export type Figures = Readonly<Record<string, Figure>>;

export const FIGURES: Figures = {
  "success_share value": { unit: "share", value: 1, low: 0.97, high: 1 },
  "ttft p50_all": { unit: "ms", value: 212.345, low: 205.1, high: 219.9 },
  "ttft p95_all": { unit: "ms", value: 390.25, low: 360, high: 420 },
  "ttft p99_all": { unit: "ms", value: null, flags: ["insufficient_n"] },
  "output_speed p50_all": { unit: "tok/s", value: 61.23 },
  "cost_per_request mean": { unit: "usd", value: 0.00125 },
  "goodput_share value": { unit: "share", value: 0.98 },
  "cost_per_mtok value": { unit: "usd/Mtok", value: 3.41 },
  "cost_per_1k_good value": { unit: "usd/1k", value: 1.39 },
  "gco2e_per_1k_output value": { unit: "g/1k", value: 0.9, low: 0.4, high: 2.1 },
};

export function groupOf(of: {
  target: Target;
  scenario: Scenario;
  figures: Figures;
  counts: Counts;
  fields: Partial<GroupAnalysis>;
}): GroupAnalysis {
  const load = loadLabel(of.scenario.load);
  const rows = Object.entries(of.figures).map(([key, figure]): SummaryRow => {
    const [metric, stat] = key.split(" ") as [string, Stat];
    return {
      provider: of.target.provider,
      model: of.target.model,
      region: of.target.region,
      scenario: of.scenario.id,
      metric,
      unit: figure.unit,
      stat,
      value: figure.value,
      n: figure.n ?? of.counts.planned,
      low: figure.low ?? null,
      high: figure.high ?? null,
      flags: figure.flags ?? [],
      target: of.target.id,
      load,
      slice: null,
      simulated: of.target.simulated,
    };
  });
  return {
    target: of.target,
    scenario: of.scenario,
    load,
    counts: of.counts,
    rows,
    stages: [],
    modelEchoed: "sim-405b",
    spentUsd: { low: 0.15, high: 0.15 },
    carbon: { kind: "not-estimable", carbonModelVersion: "1.0", reason: "made up" },
    flags: [],
    ...of.fields,
  };
}

/** An ordinary group of 120 requests that all went well. */
export function fineGroup(id: string): GroupAnalysis {
  return groupOf({ target: targetNamed(id), scenario: SCENARIO, figures: FIGURES, counts: COUNTS, fields: {} });
}

export function analysisOf(groups: readonly GroupAnalysis[], fields: Partial<Analysis>): Analysis {
  const targets = new Map(groups.map(({ target }) => [target.id, target]));
  const scenarios = new Map(groups.map(({ scenario }) => [scenario.id, scenario]));
  return {
    manifest: {
      ...golden,
      runId: "20261123T184938Z-quick",
      targets: [...targets.values()],
      scenarios: [...scenarios.values()].map((scenario) => ({
        scenario,
        text: "{}",
        sha256: "0".repeat(64),
        targets: null,
        planned: null,
        inputs: [],
      })),
      end: { ...golden.end!, endUs: 61_200_000 },
    },
    revision: null,
    validity: { valid: true, reasons: [] },
    groups,
    overshootUsd: 0,
    hourly: [],
    verdicts: [],
    carbonVerdicts: [],
    sweep: null,
    vantageFaults: [],
    serverMetrics: [],
    warnings: [],
    ...fields,
  };
}

export const VERDICT: Verdict = {
  scope: "window",
  scenario: "chat-short",
  metric: "ttft",
  stat: "p50",
  unit: "ms",
  better: "lower",
  leader: "sim-fast",
  a: "sim-fast",
  b: "sim-far",
  valueA: 212,
  valueB: 498,
  difference: 286,
  low: 260,
  high: 311,
  superiority: 0.97,
  units: "pairs",
  n: 120,
  clusters: { a: 14, b: 15 },
  test: "Wilcoxon signed rank, by connection",
  p: 0.000001,
  pAdjusted: 0.00001,
  family: 6,
  decides: null,
};

/** A record of nothing but its manifest, for reports whose pictures do not matter. */
export function emptyRecord({ manifest }: Pick<Analysis, "manifest">): RunRecord {
  return {
    manifest,
    observations: [],
    events: new Map(),
    tokens: new Map(),
    lost: [],
    stalls: [],
    serverScrapes: [],
    warnings: [],
  };
}
