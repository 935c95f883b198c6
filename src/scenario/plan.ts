import { random } from "../core/random.ts";
import type { Arrival, Load, Plan, Scenario } from "../core/scenario.ts";

/** The most arrivals that one plan holds. */
export const ARRIVALS_MAX = 1_000_000;

/** Arrivals planned for a closed loop that only a duration ends: more than any endpoint answers in that time. */
export const CLOSED_ARRIVALS_MAX = 100_000;

const US_PER_SECOND = 1e6;

/**
 * Everything that the scenario asks of each target, in order of due time; all targets share it. A pure function of the
 * scenario, its seed included. Whichever of requests and duration is reached first ends it. In closed loop due times
 * are null, and the duration is left to whoever keeps the clock.
 */
export function planOf(scenario: Scenario): Plan {
  return {
    scenario,
    warmups: Array.from({ length: scenario.warmups }, (_, pair) => ({ pair, phase: "warmup", dueUs: null })),
    arrivals: scenario.load.kind === "open" ? openArrivals(scenario, scenario.load) : closedArrivals(scenario),
  };
}

function closedArrivals(scenario: Scenario): Arrival[] {
  const length = Math.min(scenario.stop.requests ?? CLOSED_ARRIVALS_MAX, ARRIVALS_MAX);
  return Array.from({ length }, (_, pair) => ({ pair, phase: "measured", dueUs: null }));
}

function openArrivals(scenario: Scenario, load: Extract<Load, { kind: "open" }>): Arrival[] {
  const count = Math.min(scenario.stop.requests ?? ARRIVALS_MAX, ARRIVALS_MAX);
  const endUs = scenario.stop.durationMs === null ? Infinity : scenario.stop.durationMs * 1000;
  const usPerPeriod = US_PER_SECOND / load.ratePerSecond;
  const stream = random(scenario.seed, "arrivals", scenario.id);
  const arrivals: Arrival[] = [];
  // In periods, not µs: the same seed at another rate is the same schedule, stretched, and rounding never adds up.
  let poissonPeriods = 0;
  for (let pair = 0; pair < count; pair += 1) {
    poissonPeriods += load.arrival === "poisson" ? stream.exponential() : 0;
    const dueUs = Math.round((load.arrival === "poisson" ? poissonPeriods : pair) * usPerPeriod);
    if (dueUs >= endUs) break;
    arrivals.push({ pair, phase: "measured", dueUs });
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
