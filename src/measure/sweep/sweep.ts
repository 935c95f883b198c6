import { sizeOf } from "../../core/load.ts";
import { random } from "../../core/random.ts";
import type { Manifest } from "../../core/run.ts";
import type { Axis, Sweep } from "../../core/study.ts";
import type { Group } from "../group.ts";
import { medianE2eUs } from "../steady-window.ts";
import { targetSearch, type TargetSearch } from "./search.ts";
import { kneeOf, type Knee } from "./knee.ts";
import { measureLevel, type Level, type MeasuredLevel } from "./level.ts";

/** What a target delivers at the level at which it gives the most good answers and still meets its objective. Per second. */
export interface SloCapacity extends Pick<Level, "scenario" | "load"> {
  readonly goodPerSecond: number;
  readonly answersPerSecond: number;
  readonly inputTokensPerSecond: number | null;
  readonly outputTokensPerSecond: number | null;
}

/** One target over all levels of a sweep. */
export interface TargetSweep {
  readonly target: string;
  /** Ascending by load. */
  readonly levels: readonly Level[];
  /** Null when no level is saturated. */
  readonly knee: Knee | null;
  /** Null when the objective was met at no level with a window. */
  readonly sloCapacity: SloCapacity | null;
}

/** A sweep, measured: every target over all levels. */
export interface SweepAnalysis extends Pick<Sweep, "scenario" | "by"> {
  readonly targets: readonly TargetSweep[];
  /** What a search found; null when the levels were chosen beforehand. */
  readonly found: readonly TargetSearch[] | null;
}

/**
 * @param plannedOf requests of a level by its scenario's id
 * @returns null when the run is no sweep
 */
export function sweepOf(
  groups: readonly Group[],
  { study, seed }: Manifest,
  plannedOf: (scenario: string) => number,
): SweepAnalysis | null {
  if (study === null || study.kind === "nightly") return null;
  const { scenario, by } = study;
  const byTarget = Map.groupBy(groups, ({ target }) => target.id);
  const swept = [...byTarget.values()].flatMap((ofTarget) => targetSweep(ofTarget, by, seed) ?? []);
  const found =
    study.kind === "search"
      ? [...byTarget.values()].flatMap((ofTarget) => targetSearch(ofTarget, plannedOf) ?? [])
      : null;
  const targets = found === null ? swept : swept.map((target) => withAnswer(target, found));
  return { scenario, by, targets, found };
}

/** Of a search, what a target delivers under its objective is what it delivered at the rate that passed. */
function withAnswer(swept: TargetSweep, found: readonly TargetSearch[]): TargetSweep {
  const answer = found.find(({ target }) => target === swept.target)?.highestPassed ?? null;
  return { ...swept, sloCapacity: capacityOf(swept.levels.filter(({ load }) => load === answer)) };
}

/**
 * What a sweep shows of one target.
 *
 * @param groups of one target, one for each level
 * @param seed of the run: equal records give equal intervals
 */
export function targetSweep(groups: readonly Group[], by: Axis, seed: number): TargetSweep | null {
  const ascending = groups.toSorted((a, b) => sizeOf(a.scenario.load) - sizeOf(b.scenario.load));
  const [lowest] = ascending;
  if (lowest === undefined) return null;
  const { id } = lowest.target;
  const rampUpUs = ascending.reduce<number | null>((found, group) => found ?? medianE2eUs(group), null);
  const measured = ascending.reduce<readonly MeasuredLevel[]>(
    (below, group) => [...below, measureLevel(group, rampUpUs, below.at(-1)?.level ?? null)],
    [],
  );
  const levels = measured.map(({ level }) => level);
  return {
    target: id,
    levels,
    knee: kneeOf(measured, by, random(seed, "knee", id)),
    sloCapacity: capacityOf(levels.filter(({ meetsSlo }) => meetsSlo)),
  };
}

/** @param levels at which the objective was met */
function capacityOf(levels: readonly Level[]): SloCapacity | null {
  const able = levels.flatMap(({ scenario, load, goodPerSecond, answersPerSecond, ...tokens }) => {
    if (goodPerSecond === null || answersPerSecond === null) return [];
    const { inputTokensPerSecond, outputTokensPerSecond } = tokens;
    return [{ scenario, load, goodPerSecond, answersPerSecond, inputTokensPerSecond, outputTokensPerSecond }];
  });
  return able.toSorted((a, b) => b.goodPerSecond - a.goodPerSecond)[0] ?? null;
}
