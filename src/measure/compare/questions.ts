import { mean } from "simple-statistics";
import type { Unit } from "../../core/metric.ts";
import { callCost } from "../cost/call-cost.ts";
import { chargedCalls } from "../cost/charged.ts";
import type { Group } from "../group.ts";
import { requestsNeeded } from "../intervals.ts";
import type { GroupMetric, RequestMetric } from "../metric.ts";
import { costPer1kGood } from "../metrics/cost_per_1k_good.ts";
import { goodputShare } from "../metrics/goodput_share.ts";
import { outputSpeed } from "../metrics/output_speed.ts";
import { successShare } from "../metrics/success_share.ts";
import { ttft } from "../metrics/ttft.ts";
import { quantileOf } from "../quantile.ts";
import { standingOf, type Sample } from "../sample.ts";
import { hasSlo, judge } from "../slo.ts";
import { scoreDifference } from "./clustered.ts";
import { figuresByPair } from "./pairs.ts";
import { quantileDifference, quantileTest } from "./quantile-test.ts";
import { chanceBelow, rankTest } from "./rank-test.ts";
import { shareInterval, meanValue, yesNoTest } from "./shares.ts";
import type { Figure, Sides } from "./sides.ts";
import { estimateTest } from "./estimate-test.ts";
import type { TestResult } from "./test-result.ts";
import type { Verdict } from "./verdict.ts";

/** Below 6 pairs no outcome of a two-sided signed-rank test reaches 5 %. */
export const PAIRS_MIN = 6;

/** What two targets are compared by. */
export interface Question {
  readonly metric: string;
  readonly stat: Verdict["stat"];
  readonly unit: Unit;
  readonly better: "lower" | "higher";
  /** Fewest pairs, or requests of the smaller side. */
  readonly unitsMin: number;
  /** What each request of a target says; null: nothing to compare. */
  readonly figures: (group: Group) => ReadonlyMap<string, Figure> | null;
  /** The same by the most that may be true, where {@link figures} go by the least; null where the two are one. */
  readonly figuresAtMost?: (group: Group) => ReadonlyMap<string, Figure> | null;
  readonly compare: (sides: Sides) => Answer;
  /** The figure of one target by itself, in the unit. */
  readonly level: (values: readonly number[]) => number;
}

/** The figures of a verdict before it is judged beside others. */
export interface Answer extends Pick<Verdict, "difference" | "low" | "high" | "superiority"> {
  readonly valueA: number;
  readonly valueB: number;
  readonly test: TestResult;
}

/** The middle, the tail, the stream, reliability, the objective, and money: what a buyer asks of a pair of targets. */
export const QUESTIONS: readonly Question[] = [
  quantileQuestion(ttft, "p50", 0.5),
  quantileQuestion(ttft, "p95", 0.95),
  quantileQuestion(outputSpeed, "p50", 0.5),
  shareQuestion(successShare, (group) => figuresByPair(group, succeeded)),
  shareQuestion(goodputShare, (group) => (hasSlo(group.scenario.slo) ? figuresByPair(group, wasGood) : null)),
  {
    metric: costPer1kGood.id,
    stat: "value",
    unit: costPer1kGood.unit,
    better: "lower",
    unitsMin: PAIRS_MIN,
    figures: (group) => costFigures(group, "usd"),
    figuresAtMost: (group) => (isSpendUncertain(group) ? costFigures(group, "usdHigh") : null),
    compare: compareMeans,
    level: mean,
  },
];

/** Whole thousandths of the unit, so that equal differences tie: binary fractions would tell them apart. */
const SCALE = 1000;

function quantileQuestion(metric: RequestMetric, stat: "p50" | "p95", p: number): Question {
  const better = metric.direction === "higher" ? "higher" : "lower";
  return {
    metric: metric.id,
    stat,
    unit: metric.unit,
    better,
    unitsMin: Math.max(PAIRS_MIN, requestsNeeded(p)),
    figures: (group) => quantileFigures(group, metric),
    level: (values) => quantileOf(values, p)! / SCALE,
    compare: (sides) => {
      const { valueA, valueB, difference, low, high } = quantileDifference(sides, p);
      const below = chanceBelow(sides);
      return {
        test: stat === "p50" ? rankTest(sides) : quantileTest(sides, p),
        valueA: valueA / SCALE,
        valueB: valueB / SCALE,
        difference: difference / SCALE,
        low: low / SCALE,
        high: high / SCALE,
        superiority: better === "lower" ? below : 1 - below,
      };
    },
  };
}

/** Null where answers came and none has a value: failures alone would speak of a metric that is not there. */
function quantileFigures(group: Group, metric: RequestMetric): ReadonlyMap<string, Figure> | null {
  const worst = metric.failures === "zero" ? 0 : Infinity;
  let answers = 0;
  let values = 0;
  const figures = figuresByPair(group, (sample) => {
    const standing = standingOf(sample);
    if (standing === "failure") return worst;
    if (standing !== "success") return null;
    answers += 1;
    const value = metric.applies(sample) ? metric.read(sample).values[0] : undefined;
    if (value === undefined) return null;
    values += 1;
    return Math.round(value * SCALE);
  });
  return answers > 0 && values === 0 ? null : figures;
}

function shareQuestion(metric: GroupMetric, figures: Question["figures"]): Question {
  return {
    metric: metric.id,
    stat: "value",
    unit: metric.unit,
    better: "higher",
    unitsMin: PAIRS_MIN,
    figures,
    level: mean,
    compare: (sides) => {
      const valueA = meanValue(sides.a);
      const valueB = meanValue(sides.b);
      return {
        test: yesNoTest(sides, sides.a.values, sides.b.values),
        valueA,
        valueB,
        difference: valueB - valueA,
        ...shareInterval(sides),
        superiority: 1 - chanceBelow(sides),
      };
    },
  };
}

function succeeded(sample: Sample): number | null {
  const standing = standingOf(sample);
  return standing === "success" ? 1 : standing === "failure" ? 0 : null;
}

function wasGood(sample: Sample): number | null {
  const standing = standingOf(sample);
  if (standing === "excluded") return null;
  return standing === "success" && judge(sample) === "good" ? 1 : 0;
}

function compareMeans(sides: Sides): Answer {
  const estimate = scoreDifference(sides, sides.a.values, sides.b.values);
  return {
    ...estimateTest(sides, estimate),
    valueA: meanValue(sides.a),
    valueB: meanValue(sides.b),
    difference: estimate.mean,
    superiority: null,
  };
}

/**
 * Money per 1,000 good answers is a ratio of two sums; each request stands for the ratio and its own influence on it, so that the
 * mean is the ratio and the spread that of the ratio (delta method; Cochran 1977, Sampling Techniques, 6.3). Null when a cost is
 * unknown, or nothing was good.
 *
 * @param bound of the calls whose bill nobody told: nothing, or their reservation
 */
function costFigures(group: Group, bound: "usd" | "usdHigh"): ReadonlyMap<string, Figure> | null {
  if (!hasSlo(group.scenario.slo)) return null;
  const calls = chargedCalls(group).map((sample) => ({
    pair: sample.observation.pair,
    usd: callCost(sample).cost?.[bound],
  }));
  const good = new Set(
    group.requests.successes.filter((sample) => judge(sample) === "good").map(({ observation }) => observation.pair),
  );
  if (good.size === 0 || calls.some(({ usd }) => usd === undefined)) return null;
  const spent = new Map<number, number>();
  for (const { pair, usd } of calls) spent.set(pair, (spent.get(pair) ?? 0) + usd!);
  const usd = [...spent.values()].reduce((sum, one) => sum + one, 0);
  const counted = group.measured.filter((sample) => standingOf(sample) !== "excluded").length;
  const ratio = (usd / good.size) * 1000;
  const influence = ({ observation: { pair } }: Sample): number =>
    (((spent.get(pair) ?? 0) * 1000 - (good.has(pair) ? ratio : 0)) * counted) / good.size;
  return figuresByPair(group, (sample) => (standingOf(sample) === "excluded" ? null : ratio + influence(sample)));
}

function isSpendUncertain(group: Group): boolean {
  return chargedCalls(group).some((sample) => callCost(sample).flags.includes("spend_uncertain"));
}
