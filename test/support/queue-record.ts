import { random } from "../../src/core/random.ts";
import type { RunRecord } from "../../src/core/run.ts";
import type { Scenario } from "../../src/core/scenario.ts";
import { groupsOf, type Group } from "../../src/measure/group.ts";
import { answer, OPEN, recordOf, unanswered, type Recorded } from "./observations.ts";

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
      : openLevel(of.server, scenario, scenario.load.ratePerSecond, of),
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

function openLevel(
  server: Server,
  scenario: Scenario,
  ratePerSecond: number,
  of: { readonly requests: number; readonly seed: number },
): Recorded[] {
  const draw = random(of.seed, scenario.id);
  const { maxInFlight } = scenario.load as Extract<Scenario["load"], { kind: "open" }>;
  const freeAtMs = Array.from({ length: server.places }, () => 0);
  const endsMs: number[] = [];
  let atMs = 0;
  return Array.from({ length: of.requests }, (_, pair) => {
    atMs += (draw.exponential() / ratePerSecond) * 1000;
    const inFlight = endsMs.filter((endMs) => endMs > atMs).length;
    if (inFlight >= maxInFlight) return unanswered({ pair, scenario, atMs, outcome: "dropped", reason: null });
    const startMs = Math.max(atMs, takeEarliest(freeAtMs, atMs, server.serviceMs));
    endsMs.push(startMs + server.serviceMs);
    return served(server, { pair, scenario, atMs }, startMs - atMs);
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
  place: { readonly pair: number; readonly scenario: Scenario; readonly atMs: number },
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
