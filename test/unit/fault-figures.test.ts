import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LedgerRecord } from "../../src/simulator/ledger.ts";
import { startSimulator, type Simulator } from "../../src/simulator/server.ts";
import type { Analysis, GroupAnalysis } from "../../src/measure/analysis.ts";
import { HEADLINE } from "../../src/report/headline.ts";
import { analysisOf, rowOf } from "../support/measured.ts";
import { runPlan, scenarioOf, simulatedTarget } from "../support/run-plan.ts";
import { INSTANT } from "../support/simulator-client.ts";

/* A thousand requests, of which exactly 40 each meet one of five faults that answer 200 at first, or at last. */

const REQUESTS = 1000;
const EACH = 40;
/** Fault, and what it has to be counted as. */
const FAULTS = [
  ["error-event", "server-error"],
  ["cut", "truncated"],
  ["html-200", "protocol"],
  ["empty", "without an answer"],
  ["other-model", "another model"],
] as const;
const QUICK = { ...INSTANT, ttft: { baseMs: 5, perInputTokenMs: 0, sigma: 0.3 } };

let simulator: Simulator;
const analyses: Record<string, Analysis> = {};
const ledgers: Record<string, readonly LedgerRecord[]> = {};

beforeAll(async () => {
  const faulty = {
    ...QUICK,
    faults: FAULTS.map(([name], i) => ({ name, every: REQUESTS / EACH, from: 1 + i * 5 })),
  };
  simulator = await startSimulator({ seed: 405, profiles: { faulty, sound: QUICK } });
  for (const profile of ["faulty", "sound"]) {
    const scenario = scenarioOf({
      load: { kind: "closed", maxConcurrency: 8, rampUpMs: 0, thinkTime: null },
      stop: { requests: REQUESTS, durationMs: null },
      slo: { ttftMs: 60_000, tpotMs: null, e2eMs: null, percentile: 0.95 },
    });
    const { record } = await runPlan({ targets: [simulatedTarget(simulator.url, profile)], scenarios: [scenario] });
    analyses[profile] = analysisOf(record);
    ledgers[profile] = simulator.ledger().filter((one) => one.profile === profile);
  }
}, 120_000);
afterAll(() => simulator.close());

const group = (profile: string): GroupAnalysis => analyses[profile]!.groups[0]!;

describe("a thousand requests with 40 each of five faults", () => {
  it("are counted as the server's ledger says, fault by fault", () => {
    const { counts } = group("faulty");
    for (const [name, counted] of FAULTS) {
      const truth = ledgers["faulty"]!.filter(({ fault }) => fault === name).length;
      expect([name, truth, counts.failures[counted]]).toEqual([name, EACH, EACH]);
    }
    expect(Object.keys(counts.failures)).toHaveLength(FAULTS.length);
    expect(ledgers["faulty"]!.filter(({ fault }) => fault === null)).toHaveLength(counts.succeeded);
    expect(counts).toMatchObject({ planned: REQUESTS, released: REQUESTS, succeeded: 800 });
  });

  it("leave a goodput of at most 80 %, and tails that are infinite", () => {
    expect(rowOf(group("faulty"), "goodput_share", "value").value).toBeLessThanOrEqual(0.8);
    expect(rowOf(group("faulty"), "success_share", "value").value).toBe(0.8);
    for (const metric of ["ttft", "e2e", "latency_from_schedule", "user_latency"]) {
      expect(rowOf(group("faulty"), metric, "p95_all").value, metric).toBe(Infinity);
      expect(rowOf(group("sound"), metric, "p95_all").value, metric).toBeLessThan(Infinity);
    }
  });

  it("are in no share and at no price better off than a thousand without", () => {
    for (const { metric, stat } of HEADLINE) {
      const [faulty, sound] = [rowOf(group("faulty"), metric, stat), rowOf(group("sound"), metric, stat)];
      // Two runs differ in their times by chance, and carbon leans on them; in what is counted they do not.
      if (["ms", "tok/s", "g/1k"].includes(faulty.unit)) continue;
      if (faulty.unit === "share") expect(faulty.value, metric).toBeLessThan(sound.value!);
      else expect(faulty.value, metric).toBeGreaterThan(sound.value!);
    }
  });
});
