import { gatewayStages, type GatewayLoad } from "../core/gateway.ts";
import { random } from "../core/random.ts";
import type { Arrival, Material, Plan, Scenario, SharedPrefix } from "../core/scenario.ts";
import { asksOf, type Ask } from "./arrivals/asks.ts";
import { dueTimes } from "./arrivals/schedule.ts";
import { turnsFrom } from "./arrivals/turns.ts";
import { blockOf } from "./blocks.ts";
import { NO_INPUTS, type PlanInputs } from "./inputs.ts";

/** The most arrivals that one plan holds. */
export const ARRIVALS_MAX = 1_000_000;

/** Arrivals planned for a closed loop that only a duration ends: more than any endpoint answers in that time. */
export const CLOSED_ARRIVALS_MAX = 100_000;

/** The plan of a scenario that names no file. */
export function planOf(scenario: Scenario): Plan {
  return planFrom(scenario, NO_INPUTS);
}

/**
 * Everything that the scenario asks of each target, in order of due time; all targets share it, so that the schedule of one
 * never depends on how many there are. A pure function of the scenario, its seed included, and its files. Whichever of
 * requests, duration and trace ends first ends it. In closed loop due times are null, and the duration is left to whoever
 * keeps the clock.
 */
export function planFrom(scenario: Scenario, inputs: PlanInputs): Plan {
  const ask = asksOf(scenario, inputs);
  const { prefix } = scenario.prompt;
  const most = scenario.load.kind === "open" ? ARRIVALS_MAX : CLOSED_ARRIVALS_MAX;
  const count = Math.min(scenario.stop.requests ?? most, ARRIVALS_MAX);
  const arrivals: Arrival[] = [];
  for (const due of starts(scenario, inputs.trace)) {
    const pair = arrivals.length;
    // Of a conversation its first turn decides: no block parts it.
    const block = blockOf(scenario, { pair, dueUs: due.dueUs });
    for (const arrival of turnsFrom({ pair, phase: "measured", block, ...due }, scenario, ask)) {
      if (arrivals.length < count) arrivals.push(arrival);
    }
    if (arrivals.length >= count) break;
  }
  const warmups = Array.from({ length: scenario.warmups }, (_, pair) => warmup(pair, ask(pair), prefix));
  return { scenario, targets: null, warmups, arrivals };
}

/**
 * As long as a measured request that begins, and of other text: it must not fill a cache for one. What is to be shared is
 * there before anything is measured, each prefix in turn.
 */
function warmup(pair: number, ask: Ask, prefix: SharedPrefix | null): Arrival {
  const material: Material | null = prefix === null ? null : { kind: "prefix", index: pair % prefix.count };
  return { pair, phase: "warmup", turn: 0, dueUs: null, ...ask, material, slice: null, block: 0 };
}

/** Where requests or conversations begin. */
function* starts(scenario: Scenario, trace: PlanInputs["trace"]): Generator<Pick<Arrival, "dueUs" | "slice">> {
  const { load } = scenario;
  if (load.kind === "open") yield* dueTimes(scenario, load, trace);
  else if (load.kind === "gateway") yield* gatewayStarts(scenario, load);
  else yield* whenFree();
}

/** A closed loop begins one whenever a user is free. */
function* whenFree(): Generator<Pick<Arrival, "dueUs" | "slice">> {
  for (let i = 0; i < ARRIVALS_MAX; i += 1) yield { dueUs: null, slice: null };
}

/** Stage by stage. When each leaves is left to autocannon. */
function* gatewayStarts({ stop }: Scenario, load: GatewayLoad): Generator<Pick<Arrival, "dueUs" | "slice">> {
  for (const { slice, requests } of gatewayStages(load, stop.requests ?? 0)) {
    for (let i = 0; i < requests; i += 1) yield { dueUs: null, slice };
  }
}

/**
 * In which order one block, the same prompt on every target, is let go: a seeded shuffle, so that no target always goes
 * first. It does not depend on the order in which the targets are named.
 */
export function releaseOrder(seed: number, scenario: string, pair: number, targets: readonly string[]): string[] {
  return random(seed, "order", scenario, pair).shuffle([...targets].sort());
}
