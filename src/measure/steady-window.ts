import type { Us } from "../core/units.ts";
import type { Group } from "./group.ts";
import { quantileOf } from "./quantile.ts";
import { wholeSpan, type Sample } from "./sample.ts";
import { stretchesOf } from "./stretches.ts";

const WINDOW_US_MIN = 1_000_000;
const ANSWERS_MIN = 10;

/** The part of a group's time in which load was neither rising nor draining. */
export interface SteadyWindow {
  /** One for each process of a resumed run, and for each turn of a target where targets take turns. */
  readonly spans: readonly Span[];
  readonly seconds: number;
  /** Successes whose last content fell inside. */
  readonly answers: readonly Sample[];
}

export interface Span {
  readonly startUs: Us;
  readonly endUs: Us;
}

/**
 * [first measured arrival + ramp-up, last measured arrival]; an arrival is the `scheduled` stamp of what was released,
 * dropped or held back by a breaker. A run that was resumed has one such span per process, and where targets take turns one
 * per block. Null under 1 s or under 10 answers in all: a rate from less is noise.
 *
 * @param rampUpUs how long it takes until answers come as fast as requests: the median e2e of the group's own successes unless
 *   it is known better
 */
export function steadyWindow(group: Group, rampUpUs: Us | null = medianE2eUs(group)): SteadyWindow | null {
  if (rampUpUs === null) return null;
  const spans = stretchesOf(group, arrived(group))
    .map(({ samples }) => samples.map(({ observation }) => observation.stamps.scheduled))
    .map((dueUs) => ({ startUs: dueUs[0]! + rampUpUs, endUs: dueUs.at(-1)! }))
    .filter(({ startUs, endUs }) => endUs > startUs);
  const lengthUs = spans.reduce((sum, { startUs, endUs }) => sum + endUs - startUs, 0);
  const answers = group.successes.filter(({ observation }) => isInside(wholeSpan(observation).toUs, spans));
  if (lengthUs < WINDOW_US_MIN || answers.length < ANSWERS_MIN) return null;
  return { spans, seconds: lengthUs / 1e6, answers };
}

/** When requests arrived, ascending. What a breaker held back arrived too: no window must end with the target. */
export function arrivalsUs(group: Group): readonly Us[] {
  return arrived(group).map(({ observation }) => observation.stamps.scheduled);
}

function arrived({ measured }: Group): readonly Sample[] {
  return measured.filter(
    ({ observation }) => observation.outcome !== "not-started" || observation.reason === "breaker",
  );
}

/** Null when nothing was answered. */
export function medianE2eUs({ successes }: Group): Us | null {
  return quantileOf(successes.flatMap(e2eUs), 0.5);
}

/** True for a stamp within one of the spans, ends included. */
export function isInside(stamp: Us | null, spans: readonly Span[]): boolean {
  return stamp !== null && spans.some(({ startUs, endUs }) => stamp >= startUs && stamp <= endUs);
}

function e2eUs({ observation }: Sample): readonly Us[] {
  const { fromUs, toUs } = wholeSpan(observation);
  return fromUs === null || toUs === null ? [] : [toUs - fromUs];
}
