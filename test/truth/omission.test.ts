import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import type { Scenario } from "../../src/core/scenario.ts";
import type { Analysis, GroupAnalysis } from "../../src/measure/analysis.ts";
import { analysisOf, rowOf } from "../support/measured.ts";
import { scenarioOf } from "../support/run-plan.ts";
import { INSTANT } from "../support/simulator-client.ts";
import { isDisturbed, truthRun } from "../support/truth-run.ts";
import { startTruthSimulator } from "../support/truth-simulator.ts";

const PER_SECOND = 20;
const REQUESTS = 30 * PER_SECOND;
const FREEZE_MS = 5000;
/** Off the grid of arrivals, 50 ms apart, so that a few milliseconds of a timer move no arrival into the freeze or out of it. */
const FREEZE_AT_MS = 10_015;
/**
 * Below 0.1 s: who is being served when the freeze begins waits for its end too, and two of those, as with a service of two
 * arrivals, push every quantile of the tail up by a rank of 50 ms. So does the queue behind the thaw, which needs the rest.
 */
const SERVICE_MS = 55;
const PROFILE = { ...INSTANT, ttft: { baseMs: SERVICE_MS, perInputTokenMs: 0, sigma: 0 }, capacity: 1000 };

interface Frozen {
  readonly analysis: Analysis;
  readonly group: GroupAnalysis;
  readonly disturbed: boolean;
}

/** Constant 20/s for 30 s; from 10 to 15 s the server does nothing at all. */
async function frozenServer(maxInFlight: number, startMs: number): Promise<Frozen> {
  const simulator = await startTruthSimulator({ profiles: { frozen: PROFILE } });
  await sleep(startMs);
  const scenario: Scenario = scenarioOf({
    outputTokens: 1,
    load: { kind: "open", arrival: "constant", ratePerSecond: PER_SECOND, maxInFlight },
    stop: { requests: REQUESTS, durationMs: null },
  });
  const onFirstSend = (): void => {
    setTimeout(simulator.freeze, FREEZE_AT_MS);
    setTimeout(simulator.thaw, FREEZE_AT_MS + FREEZE_MS);
  };
  const record = await truthRun({ simulator, profile: "frozen", scenario, onFirstSend });
  const disturbed = isDisturbed(record, await simulator.stats());
  await simulator.stop();
  const analysis = analysisOf(record);
  return { analysis, group: analysis.groups[0]!, disturbed };
}

/** What the run warns of, but for a client that this machine made late. */
const broken = ({ warnings }: Analysis): readonly string[] => warnings.filter((text) => !/client delay/.test(text));

let unlimited: Frozen;
let limited: Frozen;
beforeAll(async () => {
  // Side by side to save half a minute, but apart by more than a queue takes to drain after its thaw.
  [unlimited, limited] = await Promise.all([frozenServer(1000, 1000), frozenServer(20, 2000)]);
});

describe("a server that is frozen for 5 of 30 seconds", () => {
  it.each([
    ["p50", 100, 200],
    ["p90", 2100, 500],
    ["p95", 3600, 500],
    ["p99", 4800, 500],
  ] as const)("has a %s of latency_from_schedule of %d ms: nobody who waited is left out", (stat, ms, room) => {
    const { value, n } = rowOf(unlimited.group, "latency_from_schedule", stat);
    expect(n).toBe(REQUESTS);
    expect(Math.abs(value! - ms)).toBeLessThanOrEqual(60 + (unlimited.disturbed ? room : 0));
  });

  it("answers every request in the end, and the client let them go on schedule all the same", () => {
    const { analysis, group, disturbed } = unlimited;
    expect(group.counts).toMatchObject({ planned: REQUESTS, released: REQUESTS, succeeded: REQUESTS });
    expect(broken(analysis)).toEqual([]);
    expect(rowOf(group, "lag", "p95").value).toBeLessThan(disturbed ? 500 : 5);
  });

  it("under a limit of 20 in flight has 78 to 84 arrivals dropped, and every one of the plan accounted for", () => {
    const { analysis, group, disturbed } = limited;
    const { dropped } = group.counts;
    const give = disturbed ? 10 : 0;
    expect(dropped).toBeGreaterThanOrEqual(78 - give);
    expect(dropped).toBeLessThanOrEqual(84 + give);
    expect(group.counts).toMatchObject({
      planned: REQUESTS,
      released: REQUESTS - dropped,
      succeeded: REQUESTS - dropped,
      retries: 0,
      notStarted: {},
      failed: {},
      cancelled: {},
      lost: 0,
    });
    expect(broken(analysis)).toEqual([]);
  });

  it("under that limit has an infinite p90 with drops counted, and hides it without", () => {
    const { group } = limited;
    expect(rowOf(group, "latency_from_schedule", "p90_all")).toMatchObject({ value: Infinity, n: REQUESTS });
    expect(rowOf(group, "latency_from_schedule", "p90").value).toBeLessThan(1000);
  });
});
