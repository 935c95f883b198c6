import type { Stat, Unit } from "../../core/metric.ts";
import { quantileOf } from "../quantile.ts";
import { changePoints } from "./change-points.ts";
import { nightToNightNoise } from "./noise.ts";

/** One figure of one run. */
export interface Point {
  readonly run: string;
  /** Wall time at which the run began, ISO 8601 UTC. */
  readonly at: string;
  /** Null: empty in that run, or the run was INVALID. Infinity: failures stand there. */
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly n: number;
  readonly isValid: boolean;
}

/** What makes the figures of different runs one series. */
export interface SeriesKey {
  readonly target: string;
  readonly scenario: string;
  readonly load: string;
  readonly vantage: string;
  readonly metric: string;
  readonly stat: Stat;
  readonly unit: Unit;
  readonly simulated: boolean;
}

/** A change of level, with the run that it begins with. */
export interface Change {
  readonly run: string;
  readonly at: string;
  readonly before: number;
  readonly after: number;
}

/** One figure over time, and what can be said of it. */
export interface Series extends SeriesKey {
  /** Ascending by time. */
  readonly points: readonly Point[];
  /** Of all values; null when there is none. */
  readonly median: number | null;
  readonly changes: readonly Change[];
  /** As a share of the median; null when too little is known. */
  readonly noise: number | null;
  readonly invalid: number;
}

/** Median of one hour of the week; `day` 0 is Monday, UTC. */
export interface HourOfWeek {
  readonly day: number;
  readonly hour: number;
  readonly median: number;
  readonly n: number;
}

/** What a series of points shows. Runs that are INVALID or have no value stay in `points` and count nowhere else. */
export function seriesOf(key: SeriesKey, points: readonly Point[]): Series {
  const known = points.filter(isKnown);
  const values = known.map(({ value }) => value);
  return {
    ...key,
    points,
    median: quantileOf(values, 0.5),
    changes: changePoints(values).map(({ at, before, after }) => ({
      run: known[at]!.run,
      at: known[at]!.at,
      before,
      after,
    })),
    noise: nightToNightNoise(values),
    invalid: points.filter(({ isValid }) => !isValid).length,
  };
}

/** Medians by the hour of the week in which the runs began; hours without a run are left out. */
export function hoursOfWeek({ points }: Pick<Series, "points">): readonly HourOfWeek[] {
  const byHour = Map.groupBy(points.filter(isKnown), ({ at }) => {
    const time = new Date(at);
    return ((time.getUTCDay() + 6) % 7) * 24 + time.getUTCHours();
  });
  return [...byHour]
    .sort(([a], [b]) => a - b)
    .map(([hour, all]) => ({
      day: Math.floor(hour / 24),
      hour: hour % 24,
      median: quantileOf(
        all.map(({ value }) => value),
        0.5,
      )!,
      n: all.length,
    }));
}

function isKnown(point: Point): point is Point & { readonly value: number } {
  return point.isValid && point.value !== null;
}
