import { random } from "../../core/random.ts";
import { rateProfile } from "../../core/rate.ts";
import type { OpenLoad, RatedLoad } from "../../core/load.ts";
import type { Scenario } from "../../core/scenario.ts";
import type { Us } from "../../core/units.ts";
import type { TraceRow } from "../trace.ts";
import { unitGaps } from "./gaps.ts";

/** Due time of one arrival of an open loop, and the part of the load that it belongs to. */
export interface Due {
  readonly dueUs: Us;
  /** `step 2 8/s`; null where the load has no parts. */
  readonly slice: string | null;
}

/** Due times in order, until the scenario's duration or the end of its trace. */
export function* dueTimes(scenario: Scenario, load: OpenLoad, trace: readonly TraceRow[] | null): Generator<Due> {
  const { durationMs } = scenario.stop;
  const endUs = durationMs === null ? Infinity : durationMs * 1000;
  for (const dueUs of load.arrival === "trace" ? recorded(trace, load.timeScale) : drawn(scenario, load)) {
    if (dueUs >= endUs) return;
    yield { dueUs, slice: load.arrival === "steps" ? sliceAt(load, dueUs / endUs) : null };
  }
}

/**
 * Gaps of mean 1 by the process, laid out by the rate: the same seed at another rate is the same schedule, stretched, and
 * rounding never adds up. Without an end.
 */
function* drawn(scenario: Scenario, load: RatedLoad): Generator<Us> {
  const profile = rateProfile(load, scenario.stop.durationMs);
  const nextGap = unitGaps(load, random(scenario.seed, "arrivals", scenario.id));
  for (let expected = nextGap(); ; expected += nextGap()) yield Math.round(profile.momentOf(expected));
}

function* recorded(trace: readonly TraceRow[] | null, timeScale: number): Generator<Us> {
  if (trace === null) throw new Error("a plan of a trace is made with its rows");
  for (const { atUs } of trace) yield Math.round(atUs * timeScale);
}

/** @param share of the duration that has passed */
function sliceAt({ factors, ratePerSecond }: Extract<RatedLoad, { arrival: "steps" }>, share: number): string {
  const step = Math.floor(share * factors.length);
  return `step ${step + 1} ${factors[step]! * ratePerSecond}/s`;
}
