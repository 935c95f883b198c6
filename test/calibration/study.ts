import { random } from "../../src/core/random.ts";
import { verdictsOverNights, type OverNights, type Series } from "../../src/measure/compare/nights.ts";
import { slotOf } from "../../src/measure/compare/slots.ts";
import { verdictsOf } from "../../src/measure/compare/verdicts.ts";
import type { Verdict } from "../../src/measure/compare/verdict.ts";
import { groupsOf } from "../../src/measure/group.ts";
import { nightOf, USUAL, wander, type World } from "./night.ts";

/*
 * How often the verdicts are wrong, and how often they find what is there: nights are drawn from a seed, in no time at all, and
 * judged by the code that judges real ones.
 */

const SEED = 405;

/** The verdicts of one drawn night. */
export function verdictsOfNight(world: World, night: number): readonly Verdict[] {
  return verdictsOf(groupsOf(nightOf(world, random(SEED, "night", night)), []));
}

/** What came of so many nights. */
export interface Nights {
  /** Nights in which anything was named that is not there. Only the last target may differ. */
  readonly wrong: number;
  /** Nights in which the first target was found to have a lower TTFT p50 than the last. */
  readonly found: number;
}

export function nightsOf(world: World, nights: number): Nights {
  const last = `target-${world.targets}`;
  const isWrong = ({ a, b, leader }: Verdict): boolean =>
    leader !== null && (world.lastSlower === 1 || (a !== last && b !== last));
  const isFound = ({ metric, stat, a, b, leader }: Verdict): boolean =>
    metric === "ttft" && stat === "p50" && a === "target-1" && b === last && leader === a;
  const all = Array.from({ length: nights }, (_, night) => verdictsOfNight(world, night));
  return {
    wrong: all.filter((verdicts) => verdicts.some(isWrong)).length,
    found: all.filter((verdicts) => verdicts.some(isFound)).length,
  };
}

/** How targets wander from slot to slot, each by itself; equal in the long run but for the last. */
export interface Weeks {
  readonly targets: number;
  readonly slots: number;
  /** Size of the logarithm of the drift of each, and how much of it is left three hours later. */
  readonly ownDrift: number;
  readonly kept: number;
  readonly lastSlower: number;
}

export const WEEK: Weeks = { targets: 4, slots: 56, ownDrift: 0.15, kept: 0.6, lastSlower: 1 };

const TTFT_MS = 400;
/** What all share from noon to midnight, and what a run of some hundred requests leaves uncertain of its median. */
const DAY_SIZE = 0.15;
const RUN_NOISE = 0.03;
const SLOT_HOURS = 3;

/** TTFT p50 of each target in each slot, and what the verdicts over nights make of it. */
export function buyVerdicts(weeks: Weeks, draw: number): OverNights {
  const draws = random(SEED, "weeks", draw);
  const figures = Array.from({ length: weeks.targets }, (_, target) => {
    const own = wander(weeks.slots, weeks.ownDrift, weeks.kept, draws);
    const factor = target === weeks.targets - 1 ? weeks.lastSlower : 1;
    return own.map((drift, slot) => {
      const hour = DAY_SIZE * Math.sin((slot * SLOT_HOURS * 2 * Math.PI) / 24);
      return TTFT_MS * factor * Math.exp(drift + hour + RUN_NOISE * draws.normal());
    });
  });
  const series = figures.flatMap((a, i) =>
    figures.slice(i + 1).map((b, j): Series => ({
      scenario: "chat",
      metric: "ttft",
      stat: "p50",
      unit: "ms",
      better: "lower",
      a: `target-${i + 1}`,
      b: `target-${i + j + 2}`,
      figures: a.map((value, slot) => ({ slot: slotAt(slot), a: value, b: b[slot]! })),
    })),
  );
  return verdictsOverNights(series, (of) => random(SEED, "draws", draw, of.a, of.b));
}

function slotAt(index: number): ReturnType<typeof slotOf> {
  return slotOf(new Date(Date.UTC(2026, 10, 1, SLOT_HOURS * index, 10)).toISOString());
}

/** Of so many weeks, in how many any target that is no worse in the long run was called so. */
export function falseBuys(weeks: Weeks, count: number): number {
  const last = `target-${weeks.targets}`;
  return countOf(count, (draw) => {
    const found = buyVerdicts(weeks, draw);
    return (
      found.kind === "verdicts" &&
      found.verdicts.some(({ leader, b }) => leader !== null && (weeks.lastSlower === 1 || b !== last))
    );
  });
}

/** Of so many weeks, in how many the first target was found better than the last. */
export function foundBuys(weeks: Weeks, count: number): number {
  return countOf(count, (draw) => {
    const found = buyVerdicts(weeks, draw);
    return (
      found.kind === "verdicts" &&
      found.verdicts.some(({ a, b, leader }) => a === "target-1" && b === `target-${weeks.targets}` && leader === a)
    );
  });
}

/** One line of the table: what was done, how often it came out, and what was asked for. */
export interface Line {
  readonly what: string;
  readonly count: number;
  readonly of: number;
  /** Null: shown, and nothing asked. */
  readonly atLeast: number | null;
  readonly atMost: number | null;
}

/** The documented n: four minutes at two requests a second, with some fifteen connections that are new each minute. */
export const DOCUMENTED: World = USUAL;

/** The whole study, line by line as each is done. */
export function* study(nights: number): Generator<Line> {
  const share = (of: number): number => Math.round(nights * of);
  const slower = { ...DOCUMENTED, lastSlower: 1.1 };
  const line = (what: string, count: number, asked: Partial<Line>): Line => ({
    what,
    count,
    of: nights,
    atLeast: null,
    atMost: null,
    ...asked,
  });
  const size = `${DOCUMENTED.requests} pairs over ${(DOCUMENTED.requests / DOCUMENTED.blockRequests) * DOCUMENTED.connections} connections of each`;
  const equal = nightsOf(DOCUMENTED, nights);
  yield line(`A/A, 4 equal targets, ${size}: any of 36 verdicts names a leader`, equal.wrong, {
    atMost: share(17 / 200),
  });
  const few = { ...DOCUMENTED, requests: 40, blockRequests: 40, connections: 10 };
  yield line("A/A, 40 pairs over 10 connections of each: any verdict names a leader", nightsOf(few, nights).wrong, {
    atMost: share(17 / 200),
  });
  const planted = nightsOf(slower, nights);
  yield line(`TTFT +10 % planted in one of 4, ${size}: found`, planted.found, { atLeast: share(0.9) });
  yield line("the same nights: a leader named among the other three", planted.wrong, { atMost: share(17 / 200) });
  for (const requests of [240, 120]) {
    yield line(`TTFT +10 % planted, ${requests} pairs: found`, nightsOf({ ...slower, requests }, nights).found, {});
  }
  const own = { ...DOCUMENTED, ownDrift: 0.1 };
  yield line(
    "each drifts by itself within the night: a leader named, for that window",
    nightsOf(own, nights).wrong,
    {},
  );
  const oneNight = { ...WEEK, slots: 1 };
  yield line("to buy on, 1 night of 4 targets that drift: any verdict", countBuys(oneNight, nights), { atMost: 0 });
  yield line("to buy on, 1 day of 8 slots: any verdict", countBuys({ ...WEEK, slots: 8 }, nights), { atMost: 0 });
  for (const kept of [0.6, 0.8]) {
    yield line(
      `to buy on, 7 x 8 slots, drift of 15 % that keeps ${kept} in 3 h: a leader named`,
      falseBuys({ ...WEEK, kept }, nights),
      {
        atMost: share(0.05),
      },
    );
  }
  for (const ownDrift of [0.05, 0.1]) {
    const week = { ...WEEK, ownDrift, lastSlower: 1.1 };
    yield line(`to buy on, 7 x 8 slots, +10 % in a drift of ${ownDrift * 100} %: found`, foundBuys(week, nights), {});
  }
}

function countBuys(weeks: Weeks, count: number): number {
  return countOf(count, (draw) => buyVerdicts(weeks, draw).kind === "verdicts");
}

function countOf(n: number, isCounted: (index: number) => boolean): number {
  let count = 0;
  for (let i = 0; i < n; i += 1) if (isCounted(i)) count += 1;
  return count;
}
