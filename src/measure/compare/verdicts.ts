import { random } from "../../core/random.ts";
import { msFromUs, type Us } from "../../core/units.ts";
import type { Verdict } from "../analysis.ts";
import type { Group } from "../group.ts";
import type { Sample } from "../sample.ts";
import { differenceInterval, medianDifference } from "./bootstrap.ts";
import { holm } from "./holm.ts";
import { pairUp, valuesByPair } from "./pairs.ts";
import { signedRank } from "./wilcoxon.ts";

/** Below 6 pairs no outcome of a two-sided signed-rank test reaches 5 %. */
export const PAIRS_MIN = 6;
export const ALPHA = 0.05;

/**
 * Is one target's TTFT p50 lower than another's, for each pair of targets of one scenario. Requests pair by prompt; a
 * failure is +∞, a pair that failed on both sides says nothing, and neither does one that a drop or an interrupt left
 * open. A leader is named only when Holm's adjusted p over all pairs of the scenario is below 0.05 and the interval
 * excludes 0.
 *
 * @param groups of one scenario
 * @param seed of the run: equal records give equal intervals
 */
export function verdictsOf(groups: readonly Group[], seed: number): readonly Verdict[] {
  const ttfts = groups.map((group) => ({ group, byPair: valuesByPair(group, ttftUs) }));
  const tested = ttfts.flatMap((a, i) =>
    ttfts.slice(i + 1).flatMap((b) => {
      const pairs = pairUp(a.byPair, b.byPair);
      const difference = medianDifference(pairs);
      if (difference === null || pairs.length < PAIRS_MIN) return [];
      const test = signedRank(pairs.map((pair) => pair.b - pair.a));
      return [{ a: a.group, b: b.group, pairs, difference, test }];
    }),
  );
  const adjusted = holm(tested.map(({ test }) => test.p));
  return tested.map(({ a, b, pairs, difference, test }, i) => {
    const scenario = a.scenario.id;
    const names = { a: a.target.id, b: b.target.id };
    const interval = differenceInterval(pairs, random(seed, "bootstrap", scenario, names.a, names.b));
    const pAdjusted = adjusted[i]!;
    const ahead = interval.low > 0 ? names.a : interval.high < 0 ? names.b : null;
    return {
      scenario,
      metric: "ttft",
      stat: "p50",
      leader: pAdjusted < ALPHA ? ahead : null,
      ...names,
      difference: msFromUs(difference),
      low: msFromUs(interval.low),
      high: msFromUs(interval.high),
      n: pairs.length,
      test: `Wilcoxon signed rank, ${test.method}`,
      pAdjusted,
      family: tested.length,
    };
  });
}

/** Whole microseconds, since equal differences must tie. */
function ttftUs({ observation: { stamps } }: Sample): Us | null {
  return stamps.sent === null || stamps.firstContent === null ? null : stamps.firstContent - stamps.sent;
}
