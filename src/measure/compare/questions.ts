import type { Unit } from "../../core/metric.ts";
import { callCost } from "../cost/call-cost.ts";
import { chargedCalls } from "../cost/charged.ts";
import type { Group } from "../group.ts";
import { requestsNeeded } from "../intervals.ts";
import type { RequestMetric } from "../metric.ts";
import { costPer1kGood } from "../metrics/cost_per_1k_good.ts";
import { goodputShare } from "../metrics/goodput_share.ts";
import { outputSpeed } from "../metrics/output_speed.ts";
import { successShare } from "../metrics/success_share.ts";
import { ttft } from "../metrics/ttft.ts";
import { standingOf, type Sample } from "../sample.ts";
import { hasSlo, judge } from "../slo.ts";
import { scoreDifference } from "./clustered.ts";
import { figuresByPair, sidesOf } from "./pairs.ts";
import { quantileDifference, quantileTest } from "./quantile-test.ts";
import { chanceBelow, rankTest } from "./rank-test.ts";
import { shareInterval, meanValue, yesNoTest } from "./shares.ts";
import { unitsOf, type Figure, type Sides } from "./sides.ts";
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
  /** Null: nothing to compare. */
  readonly answer: (a: Group, b: Group, isPaired: boolean) => Answer | null;
}

/** The figures of a verdict before it is judged beside others. */
export interface Answer extends Pick<Verdict, "difference" | "low" | "high" | "superiority"> {
  readonly valueA: number;
  readonly valueB: number;
  readonly sides: Sides;
  readonly test: TestResult;
}

/** Of the better, the tail, the stream, reliability, the objective, and money: what a buyer asks of a pair of targets. */
export const QUESTIONS: readonly Question[] = [
  quantileQuestion(ttft, "p50", 0.5),
  quantileQuestion(ttft, "p95", 0.95),
  quantileQuestion(outputSpeed, "p50", 0.5),
  {
    metric: successShare.id,
    stat: "value",
    unit: successShare.unit,
    better: "higher",
    answer: (a, b, isPaired) => shareAnswer(a, b, isPaired, succeeded),
  },
  {
    metric: goodputShare.id,
    stat: "value",
    unit: goodputShare.unit,
    better: "higher",
    answer: (a, b, isPaired) =>
      hasSlo(a.scenario.slo) && hasSlo(b.scenario.slo) ? shareAnswer(a, b, isPaired, wasGood) : null,
  },
  { metric: costPer1kGood.id, stat: "value", unit: costPer1kGood.unit, better: "lower", answer: costAnswer },
];

/** Whole thousandths of the unit, so that equal differences tie: binary fractions would tell them apart. */
const SCALE = 1000;

function quantileQuestion(metric: RequestMetric, stat: "p50" | "p95", p: number): Question {
  const worst = metric.failures === "zero" ? 0 : Infinity;
  const read = (sample: Sample): number | null => {
    const standing = standingOf(sample);
    if (standing === "failure") return worst;
    const value = standing === "success" && metric.applies(sample) ? metric.read(sample).values[0] : undefined;
    return value === undefined ? null : Math.round(value * SCALE);
  };
  // Of a metric that no answer has, failures alone would speak.
  const hasValues = ({ successes }: Group): boolean =>
    successes.length === 0 ||
    successes.some((sample) => metric.applies(sample) && metric.read(sample).values.length > 0);
  const better = metric.direction === "higher" ? "higher" : "lower";
  return {
    metric: metric.id,
    stat,
    unit: metric.unit,
    better,
    answer: (a, b, isPaired) => {
      if (!hasValues(a) || !hasValues(b)) return null;
      const sides = sidesOf(figuresByPair(a, read), figuresByPair(b, read), isPaired);
      if (unitsOf(sides) < Math.max(PAIRS_MIN, requestsNeeded(p))) return null;
      const { valueA, valueB, difference, low, high } = quantileDifference(sides, p);
      const below = chanceBelow(sides);
      return {
        sides,
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

function succeeded(sample: Sample): number | null {
  const standing = standingOf(sample);
  return standing === "success" ? 1 : standing === "failure" ? 0 : null;
}

function wasGood(sample: Sample): number | null {
  const standing = standingOf(sample);
  if (standing === "excluded") return null;
  return standing === "success" && judge(sample) === "good" ? 1 : 0;
}

function shareAnswer(a: Group, b: Group, isPaired: boolean, read: (sample: Sample) => number | null): Answer | null {
  const sides = sidesOf(figuresByPair(a, read), figuresByPair(b, read), isPaired);
  if (unitsOf(sides) < PAIRS_MIN) return null;
  const valueA = meanValue(sides.a);
  const valueB = meanValue(sides.b);
  return {
    sides,
    test: yesNoTest(sides, sides.a.values, sides.b.values),
    valueA,
    valueB,
    difference: valueB - valueA,
    ...shareInterval(sides),
    superiority: 1 - chanceBelow(sides),
  };
}

function costAnswer(a: Group, b: Group, isPaired: boolean): Answer | null {
  const [ofA, ofB] = [costFigures(a), costFigures(b)];
  if (ofA === null || ofB === null) return null;
  const sides = sidesOf(ofA, ofB, isPaired);
  if (unitsOf(sides) < PAIRS_MIN) return null;
  const estimate = scoreDifference(sides, sides.a.values, sides.b.values);
  const { test, low, high } = estimateTest(sides, estimate);
  return {
    sides,
    test,
    valueA: meanValue(sides.a),
    valueB: meanValue(sides.b),
    difference: estimate.mean,
    low,
    high,
    superiority: null,
  };
}

/**
 * Money per 1,000 good answers is a ratio of two sums; each request stands for the ratio and its own influence on it, so that the
 * mean is the ratio and the spread that of the ratio (delta method; Cochran 1977, Sampling Techniques, 6.3). Null when a cost is
 * unknown, or nothing was good.
 */
function costFigures(group: Group): ReadonlyMap<string, Figure> | null {
  if (!hasSlo(group.scenario.slo)) return null;
  const calls = chargedCalls(group).map((sample) => ({
    pair: sample.observation.pair,
    usd: callCost(sample).cost?.usd,
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
