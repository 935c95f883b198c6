import { random } from "../../core/random.ts";
import { partOf } from "../../core/run.ts";
import { msFromUs, type Us } from "../../core/units.ts";
import type { Verdict } from "../analysis.ts";
import type { Group } from "../group.ts";
import { standingOf, type Sample } from "../sample.ts";
import { differenceInterval, medianDifference, type Pair } from "./bootstrap.ts";
import { holm } from "./holm.ts";
import { signedRank } from "./wilcoxon.ts";

/** Below 6 pairs no outcome of a two-sided signed-rank test reaches 5 %. */
const PAIRS_MIN = 6;
const ALPHA = 0.05;

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
  const ttfts = groups.map((group) => ({ group, byPair: ttftUsByPair(group) }));
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

/**
 * TTFT by process and pair index, +∞ for a failure: what two processes of a resumed run sent is no pair. First attempts only:
 * a retry that went well does not undo the failure. Whole microseconds, since equal differences must tie.
 */
function ttftUsByPair({ measured, resumedUs }: Group): ReadonlyMap<string, Us> {
  return new Map(measured.flatMap((sample) => entryOf(sample, resumedUs)));
}

function entryOf(sample: Sample, resumedUs: readonly Us[]): readonly (readonly [place: string, ttftUs: Us])[] {
  const { pair, stamps } = sample.observation;
  const { scheduled, sent, firstContent } = stamps;
  const place = `${partOf(resumedUs, scheduled)} ${pair}`;
  const standing = standingOf(sample);
  if (standing === "failure") return [[place, Infinity]];
  if (standing !== "success" || sent === null || firstContent === null) return [];
  return [[place, firstContent - sent]];
}

function pairUp(ofA: ReadonlyMap<string, Us>, ofB: ReadonlyMap<string, Us>): readonly Pair[] {
  return [...ofA].flatMap(([place, a]) => {
    const b = ofB.get(place);
    return b === undefined || (a === Infinity && b === Infinity) ? [] : [{ a, b }];
  });
}
