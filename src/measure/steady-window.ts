import type { Us } from "../core/units.ts";
import type { Group } from "./group.ts";
import { quantileOf } from "./quantile.ts";
import type { Sample } from "./sample.ts";

const WINDOW_US_MIN = 1_000_000;
const ANSWERS_MIN = 10;

/** The part of a group's time in which load was neither rising nor draining. */
export interface SteadyWindow {
  readonly startUs: Us;
  readonly endUs: Us;
  readonly seconds: number;
  /** Successes whose last content fell inside. */
  readonly answers: readonly Sample[];
}

/**
 * [first measured arrival + median e2e of successes, last measured arrival]; an arrival is the `scheduled` stamp of
 * what was released, dropped or held back by a breaker. Null under 1 s or under 10 answers: a rate from less is noise.
 */
export function steadyWindow(group: Group): SteadyWindow | null {
  const arrivals = group.measured
    // What a breaker held back arrived too: the window must not end with the target.
    .filter(({ observation }) => observation.outcome !== "not-started" || observation.reason === "breaker")
    .map(({ observation }) => observation.stamps.scheduled);
  const medianUs = quantileOf(group.successes.flatMap(e2eUs), 0.5);
  const firstUs = arrivals[0];
  const endUs = arrivals.at(-1);
  if (medianUs === null || firstUs === undefined || endUs === undefined) return null;
  const startUs = firstUs + medianUs;
  const answers = group.successes.filter(({ observation }) => inside(observation.stamps.lastContent, startUs, endUs));
  if (endUs - startUs < WINDOW_US_MIN || answers.length < ANSWERS_MIN) return null;
  return { startUs, endUs, seconds: (endUs - startUs) / 1e6, answers };
}

/** True for a stamp within the closed window. */
export function inside(stamp: Us | null, startUs: Us, endUs: Us): boolean {
  return stamp !== null && stamp >= startUs && stamp <= endUs;
}

function e2eUs({ observation: { stamps } }: Sample): readonly Us[] {
  return stamps.sent === null || stamps.lastContent === null ? [] : [stamps.lastContent - stamps.sent];
}
