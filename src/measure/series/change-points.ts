import { random } from "../../core/random.ts";
import { ascending, nearestRank, quantileOf } from "../quantile.ts";

/** The first value of a series that belongs to another level than those before it. */
export interface ChangePoint {
  /** Position of that value. */
  readonly at: number;
  /** Medians of the stretches on its two sides, each up to the next change point or the end. Infinity where failures stand. */
  readonly before: number;
  readonly after: number;
}

/** Shorter stretches are not looked at: with three a side no order of ranks is rare enough. */
const STRETCH_MIN = 8;
/** Each side of a change has at least so many values. */
const SIDE_MIN = 3;
/** Only the newest values count beyond it: ten years of nights. */
export const SERIES_MAX = 4096;
/** Chance that a series without any change shows one. */
const FAMILY_ALPHA = 0.05;
const DRAWS = 400;

interface Stretch {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

interface Split {
  readonly at: number;
  /** |z| of the Mann-Whitney statistic of the two sides. */
  readonly z: number;
}

/**
 * Where the level of a series changed. Each stretch is split where the standardised Mann-Whitney statistic is largest
 * (Pettitt, Applied Statistics 28, 1979; standardised as in Hawkins & Deng, J. Quality Technology 42, 2010), over the nested
 * stretches of seeded binary segmentation (Kovács, Bühlmann, Li & Munk, Biometrika 110, 2023), the narrowest significant one
 * first (Baranowski, Chen & Fryzlewicz, JRSS B 81, 2019). Ranks alone count, so that a failed night is +∞ and no outlier
 * decides. The threshold is the 95 % quantile of the largest statistic of random orders of as many values: one series without a
 * change shows one in 5 % of cases, as long as its values do not depend on each other; those of nights that drift show more.
 *
 * @param values in time order, Infinity allowed; of more than {@link SERIES_MAX} the last ones are read
 */
export function changePoints(values: readonly number[]): readonly ChangePoint[] {
  const skipped = Math.max(0, values.length - SERIES_MAX);
  const read = values.slice(skipped);
  if (read.length < STRETCH_MIN) return [];
  const starts = splitsOf(read, thresholdOf(read.length));
  const ends = [0, ...starts, read.length];
  return starts.map((at, i) => ({
    at: at + skipped,
    before: quantileOf(read.slice(ends[i], at), 0.5)!,
    after: quantileOf(read.slice(at, ends[i + 2]), 0.5)!,
  }));
}

/** Positions of all changes, ascending. */
function splitsOf(values: readonly number[], threshold: number): readonly number[] {
  const open: Stretch[] = [{ from: 0, to: values.length }];
  const found: number[] = [];
  // Each pass either ends a stretch or splits it in two of at least SIDE_MIN.
  for (let stretch = open.pop(); stretch !== undefined; stretch = open.pop()) {
    const split = narrowestSplit(values, stretch, threshold);
    if (split === null) continue;
    found.push(split);
    open.push({ from: stretch.from, to: split }, { from: split, to: stretch.to });
  }
  return found.sort((a, b) => a - b);
}

function narrowestSplit(values: readonly number[], within: Stretch, threshold: number): number | null {
  const significant = nested(within).flatMap((stretch) => {
    const split = bestSplit(values, stretch);
    return split.z > threshold ? [{ width: stretch.to - stretch.from, ...split }] : [];
  });
  const [best] = significant.sort((a, b) => a.width - b.width || b.z - a.z);
  return best === undefined ? null : settled(values, within, best.at);
}

/**
 * Ranks tell that there is a change better than where: the last value before it is sometimes the highest of its level. Values at the
 * boundary go to the side whose median is nearer.
 */
function settled(values: readonly number[], { from, to }: Stretch, found: number): number {
  const before = quantileOf(values.slice(from, found), 0.5)!;
  const after = quantileOf(values.slice(found, to), 0.5)!;
  const isNearer = (value: number, one: number, other: number): boolean => gap(value, one) < gap(value, other);
  let at = found;
  while (at < to - SIDE_MIN && isNearer(values[at]!, before, after)) at += 1;
  if (at > found) return at;
  while (at > from + SIDE_MIN && isNearer(values[at - 1]!, after, before)) at -= 1;
  return at;
}

function gap(a: number, b: number): number {
  return a === b ? 0 : Math.abs(a - b);
}

/** The stretch itself, then halves that overlap by half, quarters, and so on. */
function nested({ from, to }: Stretch): readonly Stretch[] {
  const length = to - from;
  const stretches: Stretch[] = [];
  for (let width = length; width >= STRETCH_MIN; width = Math.ceil(width / 2)) {
    const steps = width === length ? 1 : Math.ceil((2 * length) / width) - 1;
    for (let i = 0; i < steps; i += 1) {
      const start = from + (steps === 1 ? 0 : Math.round((i * (length - width)) / (steps - 1)));
      stretches.push({ from: start, to: start + width });
    }
  }
  return stretches;
}

/** The largest standardised difference of ranks between what stands before a position and what stands from it on. */
function bestSplit(values: readonly number[], { from, to }: Stretch): Split {
  const n = to - from;
  const sorted = ascending(values.slice(from, to));
  let rankSum = 0;
  let best: Split = { at: from, z: 0 };
  for (let t = 1; t <= n - SIDE_MIN; t += 1) {
    rankSum += midRank(sorted, values[from + t - 1]!);
    if (t < SIDE_MIN) continue;
    const z = Math.abs(rankSum - (t * (n + 1)) / 2) / Math.sqrt((t * (n - t) * (n + 1)) / 12);
    if (z > best.z) best = { at: from + t, z };
  }
  return best;
}

/** Rank from 1, the mean one of equal values. */
function midRank(sorted: Float64Array, value: number): number {
  return (firstAbove(sorted, value, false) + firstAbove(sorted, value, true) + 1) / 2;
}

/** Number of values below `value`, or of those up to it. */
function firstAbove(sorted: Float64Array, value: number, withEqual: boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const isBelow = withEqual ? sorted[middle]! <= value : sorted[middle]! < value;
    if (isBelow) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * {@link simulatedThreshold} of lengths that are powers of √2, kept because the longest takes seconds: of ranks it is the same for
 * every series of one length.
 */
const THRESHOLDS: readonly (readonly [length: number, threshold: number])[] = [
  [8, 2.237],
  [11, 2.374],
  [16, 2.489],
  [23, 2.719],
  [32, 2.911],
  [45, 3.016],
  [64, 3.19],
  [91, 3.284],
  [128, 3.351],
  [181, 3.568],
  [256, 3.603],
  [362, 3.744],
  [512, 3.786],
  [724, 3.814],
  [1024, 3.99],
  [1448, 4.001],
  [2048, 4.235],
  [2896, 4.237],
  [4096, 4.298],
];

/** Lengths between two of the table share the longer one's, which is the higher. */
export function thresholdOf(length: number): number {
  return THRESHOLDS.find(([longest]) => longest >= length)![1];
}

/** The 95 % quantile, over random orders of so many values, of the largest statistic of all stretches. */
export function simulatedThreshold(length: number): number {
  const dice = random(405, "change points", length);
  const largest = Array.from({ length: DRAWS }, () => {
    const values = Array.from({ length }, () => dice.next());
    return Math.max(...nested({ from: 0, to: length }).map((stretch) => bestSplit(values, stretch).z));
  });
  return ascending(largest)[nearestRank(DRAWS, 1 - FAMILY_ALPHA)]!;
}
