import type { Random } from "../../core/random.ts";
import { quantileOf } from "../quantile.ts";
import { medianInterval } from "./block-bootstrap.ts";
import { estimateP, scoreDifference } from "./clustered.ts";
import { holm } from "./holm.ts";
import { leastP } from "./least-p.ts";
import { chanceBelow, minus } from "./rank-test.ts";
import { withMemory } from "./serial.ts";
import { pairedSides } from "./sides.ts";
import { coverageOf, type Coverage, type Slot } from "./slots.ts";
import type { Verdict } from "./verdict.ts";
import { signedRank, signedRanks } from "./wilcoxon.ts";
import { ALPHA, leaderBy } from "./verdicts.ts";

/** One figure of both targets in one slot, such as the TTFT p50 of either. */
export interface SlotFigures {
  readonly slot: Slot;
  readonly a: number;
  readonly b: number;
}

/** The same figure of two targets, slot by slot. */
export interface Series extends Pick<Verdict, "scenario" | "metric" | "stat" | "unit" | "better" | "a" | "b"> {
  readonly figures: readonly SlotFigures[];
}

/** Verdicts to buy on, or what is missing for them. */
export type OverNights =
  | {
      readonly kind: "verdicts";
      readonly verdicts: readonly Verdict[];
      /** Series that have too few slots by themselves. */
      readonly uncovered: number;
    }
  | { readonly kind: "refused"; readonly coverage: Coverage };

/**
 * Is one target better than another night after night? The slot is the unit, its difference the value: Wilcoxon's signed rank over
 * slots, the ranks of a day taken together, since what is slow at noon is slow at three; the median difference with an interval from
 * a bootstrap of whole days. Holm over all series. Refused below 7 days × 8 slots: a drift of either target that lasts for hours
 * is no difference, and one night cannot tell them apart.
 */
export function verdictsOverNights(series: readonly Series[], random: (of: Series) => Random): OverNights {
  const known = series.map((of) => ({ of, coverage: coverageOf(of.figures.map(({ slot }) => slot)) }));
  const covered = known.filter(({ coverage }) => coverage.missing.length === 0);
  if (covered.length === 0) {
    const [richest] = known.toSorted((a, b) => b.coverage.slots - a.coverage.slots);
    return { kind: "refused", coverage: richest?.coverage ?? coverageOf([]) };
  }
  const tested = covered.map(({ of }) => ({ of, ...tryOut(of, random(of)) }));
  const counted = tested.filter(({ least }) => least < ALPHA);
  const adjusted = new Map(holm(counted.map(({ p }) => p)).map((p, i) => [counted[i]!, p]));
  return {
    kind: "verdicts",
    uncovered: known.length - covered.length,
    verdicts: tested.map((one) => {
      const { of, p, least: _least, units, days, ...figures } = one;
      const pAdjusted = adjusted.get(one) ?? p;
      const { figures: _figures, ...named } = of;
      return {
        scope: "nights",
        ...named,
        ...figures,
        leader: pAdjusted < ALPHA ? leaderBy(figures, of.better, of.a, of.b) : null,
        valueA: null,
        valueB: null,
        units: "slots",
        n: units,
        clusters: { a: days, b: days },
        test: "Wilcoxon signed rank of slots, by day and with memory of the slot before",
        p,
        pAdjusted,
        family: counted.length,
        decides: null,
      };
    }),
  };
}

interface Tried extends Pick<Verdict, "difference" | "low" | "high" | "superiority"> {
  readonly p: number;
  readonly least: number;
  readonly units: number;
  readonly days: number;
}

function tryOut({ figures, better }: Series, random: Random): Tried {
  const slots = perSlot(figures);
  const differences = slots.map(({ a, b }) => minus(b, a));
  const days = Map.groupBy(slots, ({ slot }) => slot.day);
  const sides = pairedSides(
    slots.map(({ slot: { day }, a, b }) => ({ a: { value: a, cluster: day }, b: { value: b, cluster: day } })),
  );
  const ranks = signedRanks(differences);
  const byDay = scoreDifference(sides, new Float64Array(ranks.length), ranks);
  const estimate = withMemory(byDay, ranks);
  const below = chanceBelow(sides);
  const least = Math.max(leastP(sides), 2 ** (1 - ranks.filter((rank) => rank !== 0).length));
  const blocks = [...days.values()].map((all) => all.map(({ a, b }) => minus(b, a)));
  return {
    p: Math.max(signedRank(differences).p, estimateP(estimate), leastP(sides)),
    least,
    difference: quantileOf(differences, 0.5)!,
    ...medianInterval(blocks, estimate.degrees, byDay.error === 0 ? 1 : estimate.error / byDay.error, random),
    superiority: better === "lower" ? below : 1 - below,
    units: slots.length,
    days: days.size,
  };
}

/** Several runs of a slot are one: the median of each target's figures. */
function perSlot(figures: readonly SlotFigures[]): readonly SlotFigures[] {
  const bySlot = Map.groupBy(figures.toSorted(byTime), ({ slot }) => `${slot.day} ${slot.ofDay}`);
  const median = (values: readonly number[]): number => quantileOf(values, 0.5)!;
  return [...bySlot.values()].map((all) => ({
    slot: all[0]!.slot,
    a: median(all.map(({ a }) => a)),
    b: median(all.map(({ b }) => b)),
  }));
}

function byTime({ slot: a }: SlotFigures, { slot: b }: SlotFigures): number {
  return a.day === b.day ? a.ofDay - b.ofDay : a.day < b.day ? -1 : 1;
}
