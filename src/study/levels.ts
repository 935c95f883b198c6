import type { OpenLoad } from "../core/load.ts";
import type { Scenario } from "../core/scenario.ts";
import type { Axis } from "../core/study.ts";
import { overrideScenario, type LoadFlags } from "../scenario/custom.ts";
import type { ScenarioResult } from "../scenario/parse.ts";

/** A level of fewer requests has no p95. */
const REQUESTS_MIN = 72;
/** In closed loop the first and the last round of requests are no steady load; so many are in between. */
const ROUNDS = 10;
/** A queue that grows needs time to show. */
const RATE_LEVEL_S = 60;

/** Arrivals of one rate. */
const STEADY: readonly OpenLoad["arrival"][] = ["constant", "poisson", "gamma"];

/** How many levels a sweep may have. */
export const LEVELS_MAX = 50;

/**
 * Loads from one to another, each the same factor above the one before: a knee is as likely between 1 and 2 as between 8 and
 * 16. Doubling unless a number of levels is given.
 */
export function geometric(from: number, to: number, levels: number | null, by: Axis): readonly number[] {
  const count = levels ?? Math.max(2, Math.round(Math.log2(to / from)) + 1);
  const all = Array.from({ length: count }, (_, i) => from * (to / from) ** (i / (count - 1)));
  return [...new Set(all.map((load) => (by === "concurrency" ? Math.round(load) : Number(load.toPrecision(3)))))];
}

/**
 * The scenario at one load, with an id that says it: `chat-short@2/s`, `chat-short@8`. Without a count or a duration of its own
 * it lasts a minute at a rate, and ten rounds of requests, at least 72, in closed loop.
 *
 * @param flags what the user asked for beside the load
 */
export function levelOf(base: Scenario, by: Axis, load: number, flags: LoadFlags): ScenarioResult {
  if (base.load.kind === "gateway") {
    const own = `has rates of its own: \`herdbench run --scenario ${base.id}\` goes through them`;
    return { ok: false, problems: [`${base.id}: ${own}`] };
  }
  if (base.load.kind === "open" && base.load.arrival === "trace") {
    const own = `replays a trace, which has a rate of its own: \`herdbench run --time-scale\` makes it faster`;
    return { ok: false, problems: [`${base.id}: ${own}`] };
  }
  const hasStop = flags.numPrompts !== null || flags.durationS !== null;
  const stop =
    by === "rate" ? { durationS: RATE_LEVEL_S } : { numPrompts: Math.max(REQUESTS_MIN, ROUNDS * Math.ceil(load)) };
  const level = by === "rate" ? { requestRate: load } : { requestRate: null, maxConcurrency: load };
  const made = overrideScenario(base, { ...flags, ...(hasStop ? {} : stop), ...level });
  if (!made.ok) return made;
  const { load: asked } = made.scenario;
  if (asked.kind === "open" && !STEADY.includes(asked.arrival)) {
    const mend = "add --arrival poisson, constant or gamma";
    return { ok: false, problems: [`${base.id}: its rate changes (${asked.arrival}), and a level has one: ${mend}`] };
  }
  const id = `${base.id}@${load}${by === "rate" ? "/s" : ""}`;
  const title = `${base.title}, ${load} ${by === "rate" ? "requests a second" : "requests in flight"}`;
  return { ok: true, scenario: { ...made.scenario, id, title } };
}
