import type { Random } from "../../core/random.ts";
import type { Axis } from "../../core/study.ts";
import { nearestRank } from "../quantile.ts";
import type { MeasuredLevel } from "./level.ts";

/** The load at which a target has all that it can do. Intervals are 95 %. */
export interface Knee {
  /** Arrivals per second, or requests in flight. */
  readonly load: number;
  readonly loadLow: number;
  readonly loadHigh: number;
  /** The highest throughput: answers per second. */
  readonly answersPerSecond: number;
  readonly answersPerSecondLow: number;
  readonly answersPerSecondHigh: number;
}

const DRAWS = 1000;

/**
 * Where the two asymptotes of operational analysis meet (Denning & Buzen, The Operational Analysis of Queueing Network Models,
 * ACM Computing Surveys 1978; Lazowska et al., Quantitative System Performance, 1984, ch. 5): the line of light load, on which
 * throughput grows with load, and the highest throughput. The line is, in open loop, the share of requests that are answered,
 * over all levels that are not saturated; in closed loop the throughput for each request in flight at the lowest level. The
 * highest throughput is that of all saturated levels within 10 % of the best one together, since the best of several is the
 * luckiest. Intervals by a block bootstrap of each level's window (Künsch 1989), percentiles of 1,000 draws.
 *
 * @param levels of one target, ascending by load
 * @returns null when no level is saturated: the knee is above all of them
 */
export function kneeOf(levels: readonly MeasuredLevel[], by: Axis, random: Random): Knee | null {
  const told = levels.filter(({ blocksPerSecond }) => blocksPerSecond.length > 0);
  const [lowest] = told;
  if (lowest === undefined || levels.every(({ level }) => level.saturation.length === 0)) return null;
  const kneeFor = (rates: readonly number[]): { readonly load: number; readonly top: number } => {
    const top = highest(told, rates);
    const slope = by === "rate" ? answeredShare(levels) : rates[0]! / lowest.level.load;
    return { load: top / slope, top };
  };
  const drawn = Array.from({ length: DRAWS }, () =>
    kneeFor(told.map(({ blocksPerSecond }) => mean(blocksPerSecond.map(() => oneOf(blocksPerSecond, random))))),
  );
  const loads = drawn.map(({ load }) => load).sort((a, b) => a - b);
  const tops = drawn.map(({ top }) => top).sort((a, b) => a - b);
  const { load, top } = kneeFor(told.map(({ blocksPerSecond }) => mean(blocksPerSecond)));
  const [low, high] = [nearestRank(DRAWS, 0.025), nearestRank(DRAWS, 0.975)];
  return {
    load,
    loadLow: loads[low]!,
    loadHigh: loads[high]!,
    answersPerSecond: top,
    answersPerSecondLow: tops[low]!,
    answersPerSecondHigh: tops[high]!,
  };
}

const PLATEAU_SHARE_MIN = 0.9;

/** @param rates answers per second of each level */
function highest(levels: readonly MeasuredLevel[], rates: readonly number[]): number {
  const best = Math.max(...rates);
  const plateau = levels
    .map(({ level, seconds }, i) => ({ rate: rates[i]!, seconds, isSaturated: level.saturation.length > 0 }))
    .filter(({ rate, isSaturated }) => isSaturated && rate >= PLATEAU_SHARE_MIN * best);
  if (plateau.length === 0) return best;
  const answers = plateau.reduce((sum, { rate, seconds }) => sum + rate * seconds, 0);
  return answers / plateau.reduce((sum, { seconds }) => sum + seconds, 0);
}

/** 1 when every level is saturated: nothing then tells failures of the load from others. */
function answeredShare(levels: readonly MeasuredLevel[]): number {
  const light = levels.filter(({ level }) => level.saturation.length === 0);
  const attempted = light.reduce((sum, level) => sum + level.attempted, 0);
  const answered = light.reduce((sum, level) => sum + level.answered, 0);
  return answered === 0 ? 1 : answered / attempted;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function oneOf(values: readonly number[], random: Random): number {
  return values[random.int(values.length)]!;
}
