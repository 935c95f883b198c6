import { random } from "../../core/random.ts";
import { METRICS } from "../catalogue.ts";
import { usdOfRequests } from "../cost/per-request.ts";
import type { Group } from "../group.ts";
import type { RequestMetric } from "../metric.ts";
import { quantileOf } from "../quantile.ts";
import { standingOf, type Sample } from "../sample.ts";
import { figuresByPair, pairUp } from "./pairs.ts";
import { pairsNeeded, type Pair, type PairsNeeded } from "./power.ts";
import { PAIRS_MIN } from "./questions.ts";
import { minus } from "./rank-test.ts";
import { ALPHA } from "./verdicts.ts";

/** What it takes to show a difference between two targets in one scenario. */
export interface Detection {
  readonly scenario: string;
  readonly a: string;
  readonly b: string;
  /** Pairs of the past run. */
  readonly pairs: number;
  /** Median of the better target, in the metric's unit, and the difference looked for. Null under 6 pairs. */
  readonly median: number | null;
  readonly difference: number | null;
  /** Difference of medians that the past run showed. */
  readonly seen: number | null;
  /** Null under 6 pairs, or when the better target failed half of its requests. */
  readonly needed: PairsNeeded | null;
  /** Requests that both targets have to get: more than pairs where some of the past run paired with nothing. */
  readonly requests: number | null;
  /** Runs as long as the past one. */
  readonly runs: number | null;
  /** Of both targets together; null without a price per token. */
  readonly usd: number | null;
}

/** Latencies, in which a failure is +∞: what two targets can differ in by prompt. */
export const DETECTABLE: readonly RequestMetric[] = METRICS.filter(
  (metric) => metric.level === "request" && metric.direction === "lower" && metric.failures.startsWith("infinite"),
) as readonly RequestMetric[];

/**
 * For each pair of targets of one scenario, how many requests a difference of a share of the better one's median takes, at a
 * significance that leaves room for Holm's correction over all pairs: its first step, 5 % over their number.
 *
 * @param groups of one scenario
 * @param metric one of {@link DETECTABLE}
 * @param share of the median, above 0
 * @param planned requests per target of the past run
 * @param seed of the run: equal records give equal answers
 */
export function detections(
  groups: readonly Group[],
  metric: RequestMetric,
  share: number,
  planned: number,
  seed: number,
): readonly Detection[] {
  const couples = groups.flatMap((a, i) => groups.slice(i + 1).map((b) => [a, b] as const));
  const values = new Map(groups.map((group) => [group, figuresByPair(group, (sample) => valueOf(metric, sample))]));
  return couples.map(([a, b]) => {
    const names = { scenario: a.scenario.id, a: a.target.id, b: b.target.id };
    const pairs = pairUp(values.get(a)!, values.get(b)!)
      .map((pair): Pair => ({ a: pair.a.value, b: pair.b.value }))
      // One that failed on both says nothing.
      .filter((pair) => pair.a < Infinity || pair.b < Infinity);
    const median = pairs.length < PAIRS_MIN ? null : betterMedian(pairs);
    const difference = median === null ? null : share * median;
    const draws = random(seed, "power", metric.id, names.scenario, names.a, names.b);
    const needed = difference === null ? null : pairsNeeded(pairs, difference, ALPHA / couples.length, draws);
    const counted = needed === null ? null : needed.pairs;
    const requests = counted === null ? null : Math.ceil((counted * planned) / pairs.length);
    return {
      ...names,
      pairs: pairs.length,
      median,
      difference,
      seen: medianDifference(pairs),
      needed,
      requests,
      runs: requests === null ? null : Math.ceil(requests / planned),
      usd: requests === null ? null : usdOfRequests([a, b], requests),
    };
  });
}

function valueOf(metric: RequestMetric, sample: Sample): number | null {
  const standing = standingOf(sample);
  if (standing === "failure") return Infinity;
  return standing === "success" && metric.applies(sample) ? (metric.read(sample).values[0] ?? null) : null;
}

/** Null of no pairs. */
function medianDifference(pairs: readonly Pair[]): number | null {
  if (pairs.length === 0) return null;
  const medianOf = (values: readonly number[]): number => quantileOf(values, 0.5)!;
  return minus(medianOf(pairs.map(({ b }) => b)), medianOf(pairs.map(({ a }) => a)));
}

/** Null when even the better one is infinite: there is nothing to take a share of. */
function betterMedian(pairs: readonly Pair[]): number | null {
  const medians = [pairs.map(({ a }) => a), pairs.map(({ b }) => b)].map((all) => quantileOf(all, 0.5) ?? Infinity);
  const least = Math.min(...medians);
  return Number.isFinite(least) ? least : null;
}
