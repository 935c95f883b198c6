import { describe, expect, it } from "vitest";
import type { Manifest, RunRecord, ScenarioSnapshot } from "../../src/core/run.ts";
import type { Plan } from "../../src/core/scenario.ts";
import type { Search } from "../../src/core/study.ts";
import type { Target } from "../../src/core/target.ts";
import {
  costliestPath,
  nextRate,
  targetSearch,
  type Probe,
  type TargetSearch,
} from "../../src/measure/sweep/search.ts";
import { groupsOf } from "../../src/measure/group.ts";
import { sweepOf } from "../../src/measure/sweep/sweep.ts";
import { planOf } from "../../src/scenario/plan.ts";
import { openSearch } from "../../src/study/search.ts";
import { OPEN, recordOf, TARGET, unanswered, type Recorded } from "../support/observations.ts";
import { openLevel, type Server } from "../support/queue-record.ts";

const SEARCH: Search = {
  kind: "search",
  scenario: "open",
  by: "rate",
  startPerSecond: 4,
  lowestPerSecond: 0.5,
  highestPerSecond: 64,
  precision: 0.05,
  levelsMax: 12,
};

const probe = (ratePerSecond: number, verdict: Probe["verdict"]): Probe => {
  return { scenario: "s", ratePerSecond, requests: 1, misses: 0, missesAllowed: 0, saturation: [], verdict };
};

describe("the next rate of a search", () => {
  it("doubles while levels pass, then halves the gap on a scale of factors", () => {
    const tried = [probe(4, "passed"), probe(8, "passed")];
    expect(nextRate(SEARCH, [])).toBe(4);
    expect(nextRate(SEARCH, tried)).toBe(16);
    expect(nextRate(SEARCH, [...tried, probe(16, "failed")])).toBe(11.3);
    expect(nextRate(SEARCH, [...tried, probe(16, "failed"), probe(11.3, "failed")])).toBe(9.51);
  });
  it("halves while levels fail, and stays within its range", () => {
    expect(nextRate(SEARCH, [probe(4, "failed")])).toBe(2);
    expect(nextRate(SEARCH, [probe(4, "failed"), probe(0.6, "failed")])).toBe(0.5);
    expect(nextRate(SEARCH, [probe(0.5, "failed")])).toBeNull();
    expect(nextRate(SEARCH, [probe(40, "passed")])).toBe(64);
    expect(nextRate(SEARCH, [probe(64, "passed")])).toBeNull();
  });
  it("is none when the answer is close enough, after the last level, and once a level was cut off", () => {
    expect(nextRate(SEARCH, [probe(10, "passed"), probe(10.5, "failed")])).toBeNull();
    expect(nextRate({ ...SEARCH, levelsMax: 1 }, [probe(4, "passed")])).toBeNull();
    expect(nextRate(SEARCH, [probe(4, "undecided")])).toBeNull();
  });
  it("asks at the most for the levels that a dry run shows", () => {
    const path = costliestPath(SEARCH, (rate) => rate * 60);
    expect(path.slice(0, 5)).toEqual([4, 8, 16, 32, 64]);
    expect(path.length).toBeLessThanOrEqual(12);
  });
});

/** Ten answers a second at most. */
const SERVER: Server = { places: 4, serviceMs: 400 };
const SLO = { ttftMs: 300, tpotMs: null, e2eMs: null, percentile: 0.9 };
const REQUESTS = 400;

function levelAt(ratePerSecond: number): { plan: Plan; snapshot: ScenarioSnapshot } {
  const load = { kind: "open", arrival: "poisson", ratePerSecond, maxInFlight: 100_000 } as const;
  const stop = { requests: REQUESTS, durationMs: null };
  const scenario = { ...OPEN, id: `open@${ratePerSecond}/s`, load, stop, slo: SLO };
  const planned = { warmups: OPEN.warmups, arrivals: REQUESTS };
  const snapshot = { scenario, text: "", sha256: "", targets: null, planned, inputs: [] };
  return { plan: planOf(scenario), snapshot };
}

/** Drives a search as a runner does, against servers in no time at all. */
async function searched(
  servers: ReadonlyMap<string, Server>,
  of: { readonly interruptAfter?: number } = {},
): Promise<{
  readonly manifest: Manifest;
  readonly record: RunRecord;
  readonly rows: readonly Recorded[];
  readonly found: ReadonlyMap<string, TargetSearch>;
  readonly spared: number;
}> {
  const targets = [...servers.keys()].map((id): Target => ({ ...TARGET, id }));
  const { manifest } = recordOf([], { targets });
  let written: readonly ScenarioSnapshot[] = [];
  const search = openSearch(
    SEARCH,
    { ...manifest, scenarios: [] },
    {
      levelAt,
      onLevels: async (levels) => void (written = levels),
      count: async () => [],
    },
  );
  const rows: Recorded[] = [];
  let [spared, levels] = [0, 0];
  const tell = (plan: Plan, target: Target): void => {
    levels += 1;
    for (const row of openLevel(servers.get(target.id)!, plan, target)) {
      const isOver = levels > (of.interruptAfter ?? Infinity);
      const why = isOver ? "interrupt" : search.isDecided(plan.scenario.id, target.id) ? "decided" : null;
      if (why === "decided") spared += 1;
      const { pair } = row.observation;
      const place = { pair, target, scenario: plan.scenario, atMs: row.observation.stamps.scheduled / 1000 };
      const told = why === null ? row : unanswered({ ...place, outcome: "not-started", reason: why });
      const { observation, trace } = told;
      if (why === null) search.called({ observation, trace, text: null, head: null });
      else search.skipped(observation);
      // Levels lie one behind the other.
      rows.push(shifted(told, levels));
    }
  };
  for await (const plan of search.plans) {
    expect(written.some(({ scenario }) => scenario.id === plan.scenario.id)).toBe(true);
    for (const id of plan.targets!)
      tell(
        plan,
        targets.find((target) => target.id === id)!,
      );
  }
  const record = { ...recordOf(rows, { targets }), manifest: { ...manifest, scenarios: written } };
  const byTarget = Map.groupBy(groupsOf(record, []), ({ target }) => target.id);
  const found = [...byTarget].map(([id, groups]) => [id, targetSearch(groups, () => REQUESTS)!] as const);
  return { manifest: record.manifest, record, rows, found: new Map(found), spared };
}

/** An hour later for each level, as due times of a run are. */
function shifted(row: Recorded, hours: number): Recorded {
  const later = (us: number | null): number | null => (us === null ? null : us + hours * 3_600_000_000);
  const stamps = Object.fromEntries(Object.entries(row.observation.stamps).map(([name, us]) => [name, later(us)]));
  return { ...row, observation: { ...row.observation, stamps: stamps as unknown as typeof row.observation.stamps } };
}

describe("a search", () => {
  it("finds a rate at which the objective holds, close below one at which it does not", async () => {
    const { found } = await searched(new Map([["alpha", SERVER]]));
    const { highestPassed, lowestFailed, probes } = found.get("alpha")!;
    expect(lowestFailed! / highestPassed!).toBeLessThanOrEqual(1.06);
    // Below the capacity of ten, and not far below: nine in ten wait for under 220 ms.
    expect(highestPassed).toBeGreaterThan(6);
    expect(highestPassed).toBeLessThan(10);
    expect(probes.length).toBeLessThanOrEqual(12);
    expect(probes.map(({ verdict }) => verdict)).not.toContain("undecided");
  });
  it("gives as the capacity under the objective what came at the rate that passed", async () => {
    const { record, found } = await searched(new Map([["alpha", SERVER]]));
    const sweep = sweepOf(groupsOf(record, []), { ...record.manifest, study: SEARCH }, () => REQUESTS)!;
    const { highestPassed } = found.get("alpha")!;
    expect(sweep.targets[0]!.sloCapacity).toMatchObject({ load: highestPassed, scenario: `open@${highestPassed}/s` });
    expect(sweep.found).toEqual([found.get("alpha")]);
  });
  it("says by the record what it saw as it went", async () => {
    const { found, rows } = await searched(new Map([["alpha", SERVER]]));
    const levels = new Set(rows.map(({ observation }) => observation.scenario));
    expect(found.get("alpha")!.probes.map(({ scenario }) => scenario)).toEqual([...levels]);
  });
  it("stops asking in a level that has failed, which it then still has", async () => {
    const { found, spared } = await searched(new Map([["alpha", SERVER]]));
    const failed = found.get("alpha")!.probes.filter(({ verdict }) => verdict === "failed");
    expect(failed.length).toBeGreaterThan(0);
    expect(spared).toBeGreaterThan(100);
    expect(failed.some(({ requests, missesAllowed, misses }) => requests < REQUESTS && misses > missesAllowed!)).toBe(
      true,
    );
  });
  it("gives each target levels of its own, and a level that two of them got stands once", async () => {
    const { found, manifest } = await searched(
      new Map([
        ["alpha", SERVER],
        ["beta", { places: 8, serviceMs: 400 }],
      ]),
    );
    expect(found.get("beta")!.highestPassed! / found.get("alpha")!.highestPassed!).toBeGreaterThan(1.7);
    const ids = manifest.scenarios.map(({ scenario }) => scenario.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(manifest.scenarios[0]!.targets).toHaveLength(2);
    expect(manifest.scenarios.some(({ targets }) => targets!.length === 1)).toBe(true);
  });
  it("ends with an interrupt, for every target", async () => {
    const servers = new Map([
      ["alpha", SERVER],
      ["beta", SERVER],
    ]);
    const { found, rows } = await searched(servers, { interruptAfter: 1 });
    expect(found.size).toBe(1);
    expect([...found.values()][0]!.probes.map(({ verdict }) => verdict)).toEqual(["passed", "undecided"]);
    expect(new Set(rows.map(({ observation }) => observation.target)).size).toBe(1);
  });
});
