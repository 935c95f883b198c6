import { random } from "../../core/random.ts";
import { rateProfile } from "../../core/rate.ts";
import type { OpenLoad } from "../../core/load.ts";
import type { Scenario } from "../../core/scenario.ts";
import type { Us } from "../../core/units.ts";
import { unitGaps } from "./gaps.ts";

/** Due time of one arrival of an open loop, and the part of the load that it belongs to. */
export interface Due {
  readonly dueUs: Us;
  /** `step 2 8/s`; null where the load has no parts. */
  readonly slice: string | null;
}

/**
 * Due times of an open loop in order, without an end but for the scenario's duration: gaps of mean 1 by the process, laid out
 * by the rate. So the same seed at another rate is the same schedule, stretched, and rounding never adds up.
 */
export function* dueTimes(scenario: Scenario, load: OpenLoad): Generator<Due> {
  const { durationMs } = scenario.stop;
  const endUs = durationMs === null ? Infinity : durationMs * 1000;
  const profile = rateProfile(load, durationMs);
  const nextGap = unitGaps(load, random(scenario.seed, "arrivals", scenario.id));
  for (let expected = nextGap(); ; expected += nextGap()) {
    const dueUs = Math.round(profile.momentOf(expected));
    if (dueUs >= endUs) return;
    yield { dueUs, slice: sliceAt(load, dueUs / endUs) };
  }
}

/** @param share of the duration that has passed */
function sliceAt(load: OpenLoad, share: number): string | null {
  if (load.arrival !== "steps") return null;
  const step = Math.floor(share * load.factors.length);
  return `step ${step + 1} ${load.factors[step]! * load.ratePerSecond}/s`;
}
