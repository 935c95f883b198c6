import { random } from "../core/random.ts";
import { gatewayStages, type GatewayLoad } from "../core/gateway.ts";
import type { Load, OpenLoad } from "../core/load.ts";
import type { Arrival, Plan, Scenario } from "../core/scenario.ts";
import { dueTimes } from "./arrivals/schedule.ts";
import { blockOf } from "./blocks.ts";

/** The most arrivals that one plan holds. */
export const ARRIVALS_MAX = 1_000_000;

/** Arrivals planned for a closed loop that only a duration ends: more than any endpoint answers in that time. */
export const CLOSED_ARRIVALS_MAX = 100_000;

/**
 * Everything that the scenario asks of each target, in order of due time; all targets share it, so that the schedule of one
 * never depends on how many there are. A pure function of the scenario, its seed included. Whichever of requests and duration
 * is reached first ends it. In closed loop due times are null, and the duration is left to whoever keeps the clock.
 */
export function planOf(scenario: Scenario): Plan {
  const { load } = scenario;
  return {
    scenario,
    targets: null,
    warmups: Array.from({ length: scenario.warmups }, (_, pair) => ({
      pair,
      phase: "warmup",
      dueUs: null,
      slice: null,
      block: 0,
    })),
    arrivals: arrivalsOf(scenario, load).map((arrival) => ({ ...arrival, block: blockOf(scenario, arrival) })),
  };
}

type Unparted = Omit<Arrival, "block">;

function arrivalsOf(scenario: Scenario, load: Load): Unparted[] {
  switch (load.kind) {
    case "open":
      return openArrivals(scenario, load);
    case "closed":
      return closedArrivals(scenario);
    case "gateway":
      return gatewayArrivals(scenario, load);
  }
}

/** Stage by stage. When each leaves is left to autocannon. */
function gatewayArrivals(scenario: Scenario, load: GatewayLoad): Unparted[] {
  const slices = gatewayStages(load, scenario.stop.requests ?? 0).flatMap(({ slice, requests }) =>
    Array.from({ length: requests }, () => slice),
  );
  return slices.map((slice, pair) => ({ pair, phase: "measured", dueUs: null, slice }));
}

function closedArrivals(scenario: Scenario): Unparted[] {
  const length = Math.min(scenario.stop.requests ?? CLOSED_ARRIVALS_MAX, ARRIVALS_MAX);
  return Array.from({ length }, (_, pair) => ({ pair, phase: "measured", dueUs: null, slice: null }));
}

function openArrivals(scenario: Scenario, load: OpenLoad): Unparted[] {
  const count = Math.min(scenario.stop.requests ?? ARRIVALS_MAX, ARRIVALS_MAX);
  const arrivals: Unparted[] = [];
  for (const { dueUs, slice } of dueTimes(scenario, load)) {
    if (arrivals.length === count) break;
    arrivals.push({ pair: arrivals.length, phase: "measured", dueUs, slice });
  }
  return arrivals;
}

/**
 * In which order one block, the same prompt on every target, is let go: a seeded shuffle, so that no target always goes
 * first. It does not depend on the order in which the targets are named.
 */
export function releaseOrder(seed: number, scenario: string, pair: number, targets: readonly string[]): string[] {
  return random(seed, "order", scenario, pair).shuffle([...targets].sort());
}
