import type { RunRecord } from "../../src/core/run.ts";
import type { Plan, Scenario } from "../../src/core/scenario.ts";
import type { Target } from "../../src/core/target.ts";
import { groupsOf, type Group } from "../../src/measure/group.ts";
import { planOf } from "../../src/scenario/plan.ts";
import { answer, OPEN, recordOf, TARGET, unanswered, type Recorded } from "./observations.ts";

/** A target that answers so many at once, first come, first served, each in the same time. */
export interface Server {
  readonly places: number;
  readonly serviceMs: number;
}

/** Output tokens of each answer: the first at a fifth of the service time, the last at its end. */
const TOKENS = 5;

/** The levels of a sweep as they would be recorded, from arrivals drawn by seed: no clock, no network. */
export function sweepRecord(of: {
  readonly server: Server;
  readonly by: "rate" | "concurrency";
  readonly loads: readonly number[];
  readonly requests: number;
  readonly seed: number;
  readonly scenario?: Partial<Scenario>;
}): RunRecord {
  const scenarios = of.loads.map((load) => levelScenario(of.by, load, of.requests, of.scenario ?? {}));
  const recorded = scenarios.flatMap((scenario) =>
    scenario.load.kind === "closed"
      ? closedLevel(of.server, scenario, scenario.load.maxConcurrency, of.requests)
      : openLevel(of.server, planOf({ ...scenario, seed: of.seed }), TARGET),
  );
  return recordOf(recorded, { scenarios });
}

export function sweepGroups(record: RunRecord): readonly Group[] {
  return groupsOf(record, []);
}

function levelScenario(
  by: "rate" | "concurrency",
  load: number,
  requests: number,
  changes: Partial<Scenario>,
): Scenario {
  return {
    ...OPEN,
    id: by === "rate" ? `open@${load}/s` : `open@${load}`,
    load:
      by === "rate"
        ? { kind: "open", arrival: "poisson", ratePerSecond: load, maxInFlight: 100_000 }
        : { kind: "closed", maxConcurrency: load, rampUpMs: 0, thinkTime: null },
    stop: { requests, durationMs: null },
    warmups: 0,
    ...changes,
  };
}

/** What such a server makes of the plan of an open loop. */
export function openLevel(server: Server, { scenario, arrivals }: Plan, target: Target): Recorded[] {
  const maxInFlight = scenario.load.kind === "open" ? scenario.load.maxInFlight : Infinity;
  const freeAtMs = Array.from({ length: server.places }, () => 0);
  const endsMs: number[] = [];
  return arrivals.map(({ pair, dueUs }) => {
    const place = { pair, scenario, target, atMs: (dueUs ?? 0) / 1000 };
    const inFlight = endsMs.filter((endMs) => endMs > place.atMs).length;
    if (inFlight >= maxInFlight) return unanswered({ ...place, outcome: "dropped", reason: null });
    const startMs = takeEarliest(freeAtMs, place.atMs, server.serviceMs);
    endsMs.push(startMs + server.serviceMs);
    return served(server, place, startMs - place.atMs);
  });
}

function closedLevel(server: Server, scenario: Scenario, concurrency: number, requests: number): Recorded[] {
  const freeAtMs = Array.from({ length: server.places }, () => 0);
  const slotsMs = Array.from({ length: concurrency }, () => 0);
  return Array.from({ length: requests }, (_, pair) => {
    const slot = slotsMs.indexOf(Math.min(...slotsMs));
    const atMs = slotsMs[slot]!;
    const startMs = takeEarliest(freeAtMs, atMs, server.serviceMs);
    slotsMs[slot] = startMs + server.serviceMs;
    return served(server, { pair, scenario, atMs }, startMs - atMs);
  });
}

/** Takes the place that is free first; returns when service begins. */
function takeEarliest(freeAtMs: number[], atMs: number, serviceMs: number): number {
  const place = freeAtMs.indexOf(Math.min(...freeAtMs));
  const startMs = Math.max(atMs, freeAtMs[place]!);
  freeAtMs[place] = startMs + serviceMs;
  return startMs;
}

function served(
  { serviceMs }: Server,
  place: { readonly pair: number; readonly scenario: Scenario; readonly target?: Target; readonly atMs: number },
  waitMs: number,
): Recorded {
  const gapMs = serviceMs / TOKENS;
  return answer({
    ...place,
    ttftMs: waitMs + gapMs,
    gapsMs: Array.from({ length: TOKENS - 1 }, () => gapMs),
    tokens: TOKENS,
  });
}
