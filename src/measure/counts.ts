import type { FailureKind } from "../core/failure.ts";
import type { Observation, Reason } from "../core/observation.ts";
import type { Counts } from "./analysis.ts";
import type { Group } from "./group.ts";
import { failureName, standingOf } from "./sample.ts";

/** What the lines of a group do not say themselves. */
export interface Expected {
  /** Measured arrivals of the plan. */
  readonly arrivals: number;
  /**
   * False when the process was killed: then arrivals without a line were never reached, and count as not started by
   * interrupt.
   */
  readonly closed: boolean;
}

/**
 * What became of every planned request and every attempt of the measured phase. A closed loop that a duration ends has no planned number:
 * its plan is what it asked for.
 */
export function countsOf(group: Group, expected: Expected): Counts {
  const { load, stop } = group.scenario;
  const observations = [...group.measured, ...group.retries].map(({ observation }) => observation);
  const lost = group.lost.filter(({ phase }) => phase === "measured");
  const by = (outcome: Observation["outcome"]): Observation[] => observations.filter((one) => one.outcome === outcome);
  const retries = group.retries.length + lost.filter(({ attempt }) => attempt > 1).length;
  const seen = observations.length + lost.length - retries;
  const planned = load.kind === "closed" && stop.durationMs !== null ? seen : expected.arrivals;
  const notStarted = tally<Reason>(by("not-started").map(({ reason }) => reason));
  const unreached = expected.closed ? 0 : Math.max(0, planned - seen);
  return {
    planned,
    retries,
    released: by("completed").length + by("failed").length + by("cancelled").length + lost.length,
    dropped: by("dropped").length,
    notStarted: unreached === 0 ? notStarted : { ...notStarted, interrupt: (notStarted.interrupt ?? 0) + unreached },
    completed: by("completed").length,
    failed: tally<FailureKind>(by("failed").map((one) => one.failure?.kind ?? null)),
    cancelled: tally<Reason>(by("cancelled").map(({ reason }) => reason)),
    lost: lost.length,
    succeeded: group.successes.length,
    failures: tally(group.failures.map(failureName)),
    recovered: group.requests.successes.length - group.successes.length,
    excused: group.measured.filter((sample) => sample.isExcused && standingOf(sample) === "excluded").length,
  };
}

/**
 * The two identities of {@link Counts}, as one sentence per broken one. Broken means a lost or doubled line: a bug, or
 * a torn file.
 */
export function identityProblems(counts: Counts): readonly string[] {
  const due = counts.planned + counts.retries;
  const met = counts.released + counts.dropped + total(counts.notStarted);
  const ended = counts.completed + total(counts.failed) + total(counts.cancelled) + counts.lost;
  return [
    ...(due === met ? [] : [`planned + retries = ${due}, but released + dropped + not started = ${met}`]),
    ...(counts.released === ended
      ? []
      : [`released = ${counts.released}, but completed + failed + cancelled + lost = ${ended}`]),
  ];
}

/** Sum of a tally. */
export function total(tallied: Readonly<Partial<Record<string, number>>>): number {
  return Object.values(tallied).reduce<number>((sum, count) => sum + (count ?? 0), 0);
}

/**
 * Sorted by name, so that equal counts print alike. A line without the name that its outcome demands is in no count.
 */
function tally<Name extends string>(names: readonly (Name | null)[]): Readonly<Record<Name, number>> {
  const known: Name[] = names.filter((name) => name !== null);
  const counts = [...Map.groupBy(known.sort(), (name) => name)].map(([name, all]) => [name, all.length] as const);
  return Object.fromEntries(counts) as Record<Name, number>;
}
