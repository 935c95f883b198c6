import type { Random } from "../../src/core/random.ts";
import type { RunRecord } from "../../src/core/run.ts";
import type { Scenario } from "../../src/core/scenario.ts";
import type { Target } from "../../src/core/target.ts";
import { answer, failed, OPEN, recordOf, TARGET, type Recorded } from "../support/observations.ts";

/** How made-up endpoints behave. Sizes are of the logarithm: 0.1 is about 10 %. */
export interface World {
  readonly targets: number;
  readonly requests: number;
  /** Requests of a block, in which each connection is new. */
  readonly blockRequests: number;
  /** Connections of a target in a block, taken in turns. */
  readonly connections: number;
  /** Replicas behind each target; a connection sticks to one of them. */
  readonly replicas: number;
  /** How far the slowest and the fastest replica are from the middle. */
  readonly replicaSpread: number;
  /** Of one request by itself. */
  readonly noise: number;
  /** Of what all targets share at one moment, and how much of it is left at the next request. */
  readonly drift: number;
  readonly driftKept: number;
  /** The same, of each target by itself. */
  readonly ownDrift: number;
  readonly failureShare: number;
  /** TTFT of the last target beside the others: 1.1 is slower by 10 %. */
  readonly lastSlower: number;
}

/** One request every half second on each of some 15 connections, new ones each minute. */
export const USUAL: World = {
  targets: 4,
  requests: 480,
  blockRequests: 120,
  connections: 15,
  replicas: 8,
  replicaSpread: 0.1,
  noise: 0.2,
  drift: 0.2,
  driftKept: 0.95,
  ownDrift: 0,
  failureShare: 0.01,
  lastSlower: 1,
};

const TTFT_MS = 400;
const GAP_MS = 25;
const GAPS = 20;

/** The record of one night: what a run against such targets leaves behind. No server, no clock: the same draws, the same night. */
export function nightOf(world: World, draws: Random): RunRecord {
  const shared = wander(world.requests, world.drift, world.driftKept, draws);
  const targets = Array.from({ length: world.targets }, (_, i): Target => ({ ...TARGET, id: `target-${i + 1}` }));
  const scenario: Scenario = {
    ...OPEN,
    load: { kind: "open", arrival: "constant", ratePerSecond: 2, maxInFlight: 100 },
    stop: { requests: world.requests, durationMs: null },
    slo: { ttftMs: TTFT_MS * 1.5, tpotMs: null, e2eMs: null, percentile: 0.95 },
  };
  const recorded = targets.flatMap((target, i) => {
    const factor = i === targets.length - 1 ? world.lastSlower : 1;
    return ofTarget(world, { target, scenario, factor }, shared, draws);
  });
  return recordOf(recorded, { scenarios: [scenario], targets });
}

function ofTarget(
  world: World,
  of: { readonly target: Target; readonly scenario: Scenario; readonly factor: number },
  shared: readonly number[],
  draws: Random,
): readonly Recorded[] {
  const own = wander(world.requests, world.ownDrift, world.driftKept, draws);
  // The same replicas for each target, spread evenly: equal in the long run, lucky or not in one night.
  const replica = (): number => (2 * (draws.int(world.replicas) / (world.replicas - 1)) - 1) * world.replicaSpread;
  const speeds = new Map<number, number>();
  return shared.map((common, pair) => {
    const id = Math.floor(pair / world.blockRequests) * world.connections + (pair % world.connections);
    const speed = speeds.get(id) ?? replica();
    speeds.set(id, speed);
    const place = { target: of.target, scenario: of.scenario, pair, atMs: pair * 500 };
    const fields = { connection: { ...CONNECTION, id } };
    if (draws.next() < world.failureShare) return failed({ ...place, kind: "overloaded", fields });
    const ttftMs = of.factor * TTFT_MS * Math.exp(common + own[pair]! + speed + world.noise * draws.normal());
    const gapMs = GAP_MS * Math.exp((common + own[pair]!) / 2 + speed + (world.noise / 4) * draws.normal());
    const gapsMs = Array.from({ length: GAPS }, () => gapMs);
    return answer({ ...place, ttftMs, gapsMs, tokens: GAPS + 1, first: 1, fields });
  });
}

const CONNECTION = { id: 0, reused: true, peer: null, dns: null, tcp: null, tls: null, protocol: "http/1.1" };

/** Normal values of this size around 0, each keeping a share of the one before (an AR(1) process that is at home from its first value). */
export function wander(n: number, size: number, kept: number, draws: Random): readonly number[] {
  let at = size * draws.normal();
  return Array.from({ length: n }, () => {
    const now = at;
    at = kept * at + size * Math.sqrt(1 - kept ** 2) * draws.normal();
    return now;
  });
}
