import { rateProfile, type RateProfile } from "../core/rate.ts";
import type { Us } from "../core/units.ts";
import { gammaCdf } from "./gamma-cdf.ts";
import type { Group } from "./group.ts";
import { empirical, kolmogorovDistance, kolmogorovP, type Distribution } from "./kolmogorov.ts";
import { ascending } from "./quantile.ts";
import { stretchesOf } from "./stretches.ts";

/** How requests in fact arrived at one target, judged on the clock on which the asked rate is one arrival per unit. */
export interface ArrivalProcess {
  /** Gaps between arrivals that follow each other without a break. */
  readonly gaps: number;
  /** Arrivals that the asked rate expects in the time of these gaps. */
  readonly expected: number;
  /** Kolmogorov-Smirnov: probability of gaps this far from those asked for; null of too few. */
  readonly p: number | null;
  /** Variance over mean of the counts in windows of {@link WINDOW} expected arrivals; null of too few windows. */
  readonly dispersion: number | null;
}

interface Arrival {
  readonly dueUs: Us;
  readonly atUs: Us;
}

/** Below it no p-value means anything. */
const GAPS_MIN = 20;
const WINDOW = 5;
const WINDOWS_MIN = 10;

/** What a timer of a millisecond leaves open is no distance; of gaps that are not random, a twentieth of their mean neither. */
const TOLERANCE_US = 1000;
const TOLERANCE_SHARE = 0.05;

/**
 * The arrivals of an open loop as they were let go, or fell due where the in-flight limit or a breaker held them back. Null in
 * closed loop, and where the rate changes and the start of that change is not on record: it is for the first stretch alone.
 */
export function arrivalProcess(group: Group): ArrivalProcess | null {
  const parts = partsOf(group).flatMap(({ isFirst, arrivals }) => {
    const clock = clockOf(group, arrivals, isFirst);
    return arrivals.length < 2 || clock === null ? [] : [{ arrivals, clock }];
  });
  if (parts.length === 0) return null;
  const gaps = parts.flatMap(({ arrivals, clock }) => gapsOf(arrivals, clock));
  return {
    gaps: gaps.length,
    expected: gaps.reduce((sum, gap) => sum + gap.size, 0),
    p: gaps.length < GAPS_MIN ? null : probability(group, gaps),
    dispersion: dispersionOf(parts.flatMap(({ arrivals, clock }) => countsOf(arrivals, clock))),
  };
}

/** One honest run in a thousand is said to be suspicious. */
const P_MIN = 0.001;

/** What a run has to say whose arrivals do not look like those that it asked for. */
export function arrivalWarning(group: Group): readonly string[] {
  const process = arrivalProcess(group);
  if (process === null || process.p === null || process.p >= P_MIN) return [];
  const { scenario, target, load } = group;
  return [
    `${scenario.id}, ${target.id}: requests did not arrive as ${load}: Kolmogorov-Smirnov p ${process.p.toPrecision(1)} over ${process.gaps} gaps`,
  ];
}

/** Each stretch in order of time. */
function partsOf(group: Group): readonly { readonly isFirst: boolean; readonly arrivals: readonly Arrival[] }[] {
  if (group.scenario.load.kind !== "open") return [];
  // The turns of a conversation come when they are answered: it arrives with the first.
  const arrived = group.measured.filter(
    ({ observation: { turn, outcome, reason } }) => turn <= 1 && (outcome !== "not-started" || reason === "breaker"),
  );
  return stretchesOf(group, arrived).map(({ isFirst, samples }) => ({
    isFirst,
    arrivals: samples
      .map(({ observation: { stamps } }) => ({ dueUs: stamps.scheduled, atUs: stamps.released ?? stamps.scheduled }))
      .toSorted((a, b) => a.atUs - b.atUs),
  }));
}

/** Stamps to expected arrivals. */
function clockOf(
  { scenario, startsUs }: Group,
  arrivals: readonly Arrival[],
  isFirst: boolean,
): RateProfile["expectedBy"] | null {
  const { load, stop } = scenario;
  const first = arrivals[0];
  if (load.kind !== "open" || first === undefined) return null;
  if (load.arrival === "trace") return meanClock(arrivals);
  const { expectedBy } = rateProfile(load, stop.durationMs);
  const isChanging = load.arrival === "ramp" || load.arrival === "steps";
  const startUs = isChanging && isFirst ? startsUs.findLast((at) => at <= first.dueUs) : first.dueUs;
  if (startUs === undefined || (isChanging && !isFirst)) return null;
  return (at) => expectedBy(at - startUs);
}

/** A trace asks for no rate: its own mean stands for one. */
function meanClock(arrivals: readonly Arrival[]): RateProfile["expectedBy"] | null {
  const dues = arrivals.map(({ dueUs }) => dueUs).toSorted((a, b) => a - b);
  const first = dues[0]!;
  const spanUs = dues.at(-1)! - first;
  return spanUs === 0 ? null : (at) => ((at - first) * (dues.length - 1)) / spanUs;
}

/** All in expected arrivals. */
interface Gap {
  readonly size: number;
  /** Between the due times of the same two arrivals. */
  readonly planned: number;
  /** The size, one millisecond less and more. */
  readonly low: number;
  readonly high: number;
}

function gapsOf(arrivals: readonly Arrival[], clock: RateProfile["expectedBy"]): readonly Gap[] {
  return arrivals.slice(1).map(({ dueUs, atUs }, i) => {
    const before = arrivals[i]!;
    const from = clock(before.atUs);
    return {
      size: clock(atUs) - from,
      planned: clock(dueUs) - clock(before.dueUs),
      low: clock(atUs - TOLERANCE_US) - from,
      high: clock(atUs + TOLERANCE_US) - from,
    };
  });
}

/** Random gaps have a distribution; those that are not random are given by their plan. */
function probability({ scenario: { load } }: Group, gaps: readonly Gap[]): number {
  const isRandom = load.kind === "open" && load.arrival !== "constant" && load.arrival !== "trace";
  const share = isRandom ? 0 : TOLERANCE_SHARE;
  const low = ascending(gaps.map((gap) => Math.min(gap.low, gap.size - share)));
  const high = ascending(gaps.map((gap) => Math.max(gap.high, gap.size + share)));
  const asked = isRandom
    ? gammaGaps("burstiness" in load ? load.burstiness : 1)
    : empirical(ascending(gaps.map(({ planned }) => planned)));
  return kolmogorovP(kolmogorovDistance(low, high, asked), gaps.length);
}

function gammaGaps(shape: number): Distribution {
  const upTo = (x: number): number => gammaCdf(shape, x);
  return { upTo, below: upTo };
}

/** Arrivals in one window after another, the last and incomplete one left out; even arrivals lie in the middle of theirs. */
function countsOf(arrivals: readonly Arrival[], clock: RateProfile["expectedBy"]): readonly number[] {
  const startsAt = clock(arrivals[0]!.atUs) - 0.5;
  const windowOf = ({ atUs }: Arrival): number => Math.floor((clock(atUs) - startsAt) / WINDOW);
  const counts = Array.from({ length: windowOf(arrivals.at(-1)!) }, () => 0);
  for (const arrival of arrivals) {
    const window = windowOf(arrival);
    if (window < counts.length) counts[window]! += 1;
  }
  return counts;
}

function dispersionOf(counts: readonly number[]): number | null {
  if (counts.length < WINDOWS_MIN) return null;
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const squares = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0);
  return squares / (counts.length - 1) / mean;
}
