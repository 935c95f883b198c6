import type { Direction, Unit } from "../core/metric.ts";
import type { Flag } from "./flags.ts";
import type { Group } from "./group.ts";
import { wilson } from "./intervals.ts";
import type { Sample } from "./sample.ts";

interface Declared {
  /** Equal to the file name. */
  readonly id: string;
  readonly unit: Unit;
  readonly direction: Direction;
  readonly title: string;
  /** One sentence for the glossary. */
  readonly definition: string;
  /** What this metric itself may raise, beside the flags that every quantile can have. */
  readonly flags: readonly Flag[];
}

/** What one attempt says about a metric. No values: nothing is known, which is not 0. */
export interface Reading {
  readonly values: readonly number[];
  readonly flags: readonly Flag[];
}

/** A metric with values per request; its rows are statistics over them. */
export interface RequestMetric extends Declared {
  readonly level: "request";
  /**
   * Whom the plain statistics are over. `successes`: answers of the measured phase to first attempts. `requests`: the
   * same with the answers of retries, as users saw them. `attempts`: every first attempt that has the stamps, failed or
   * not. `all`: every attempt, warm-ups and retries too, because most connections open there, and most tokens are fetched.
   */
  readonly over: "successes" | "requests" | "attempts" | "all";
  /**
   * What `_all` adds. `left-out`: there is no `_all`. `infinite`: each failure as +∞, so n is successes with a value +
   * failures. `infinite-with-drops`: each dropped arrival too, for metrics that begin at the schedule. `zero`: each
   * failure as 0, where more is better.
   */
  readonly failures: "left-out" | "infinite" | "infinite-with-drops" | "zero";
  /** False for an attempt that could not have had a value even if all had gone well. */
  readonly applies: (sample: Sample) => boolean;
  readonly read: (sample: Sample) => Reading;
  /** What the values show together and none alone; absent: nothing. */
  readonly judge?: (values: readonly number[]) => readonly Flag[];
}

/** One figure over a group, in the metric's unit. */
export interface GroupReading {
  readonly value: number | null;
  /** 95 % interval; null where none is sound. */
  readonly low: number | null;
  readonly high: number | null;
  /** Requests behind the value. */
  readonly n: number;
  readonly flags: readonly Flag[];
}

/** A metric of all requests together. */
export interface GroupMetric extends Declared {
  readonly level: "group";
  readonly read: (group: Group) => GroupReading;
}

export type Metric = RequestMetric | GroupMetric;

/** For a metric that every attempt could have. */
export const always = (): boolean => true;

/** For a metric of what lies between the release of an attempt and its end, which not every load generator tells. */
export const streamed = ({ observation }: Sample): boolean => !observation.flags.includes("end_only");

/** A reading of one value, or of none. */
export function reading(value: number | null, flags: readonly Flag[]): Reading {
  return { values: value === null ? [] : [value], flags };
}

/** A group reading without an interval. */
export function figure(value: number | null, n: number, flags: readonly Flag[]): GroupReading {
  return { value, low: null, high: null, n, flags };
}

/** A share of n with its Wilson interval; empty with `no_values` when n is 0. */
export function shareReading(count: number, n: number, flags: readonly Flag[]): GroupReading {
  const bounds = wilson(count, n);
  if (bounds === null) return figure(null, 0, ["no_values", ...flags]);
  return { value: count / n, ...bounds, n, flags };
}
