import type { NightFigure } from "../../core/night.ts";
import { studentQuantile, studentTail } from "../student-t.ts";

/** Fewer nights show no spread that could be believed. */
export const WINDOW_NIGHTS_MIN = 7;

/** Smaller changes are not worth waking anybody, however certain. */
const CHANGE_MIN = 0.1;
/** Of a share: five in a hundred. */
const SHARE_CHANGE_MIN = 0.05;

/** No night repeats another one better than this, relative: windows of equal figures would make anything a surprise. */
const SPREAD_MIN = 0.02;

/** The constant that makes Qn the standard deviation of a normal variable. */
const QN_TO_SIGMA = 2.2219;
/**
 * Degrees of freedom of Qn's estimate over those of the standard deviation: 1 / (2 var ln Qn) is 0.39, 0.52, 0.59 and 0.68 of n − 1
 * for 7, 8, 14 and 28 normal values (40,000 draws each).
 */
const QN_EFFICIENCY = 0.5;
/** A target that often fails altogether has not got worse by doing so again. */
const FAILING_NIGHTS_MAX = 0.1;
/** The median's variance over the mean's. */
const MEDIAN_VARIANCE = Math.PI / 2;
const Z = 1.959963984540054;

interface Change {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** How a figure stands against the same figure of the nights before. */
export interface AgainstWindow {
  readonly baseline: number;
  /** One-sided: that a night like those of the window is as bad or worse. */
  readonly p: number;
  /** Relative to the baseline, of a share the difference; 95 % interval. */
  readonly change: () => Change;
  /** Bad enough to matter. */
  readonly matters: boolean;
}

/**
 * Is tonight worse than the nights before? The unit is the night, never the request: requests of one night share its weather.
 * Figures are taken as "badness" on a log scale (of a share: the log odds of a failure), where the difference from the
 * window's median is held against the spread of its nights, Qn (Rousseeuw & Croux 1993: up to half of the nights may be
 * outliers), never below what tonight's own requests leave open nor below 2 %. The ratio is compared with Student's t, with fewer
 * degrees of freedom than a standard deviation would have, so that few nights show only large changes. Failures are +∞: a figure
 * at ∞ has p = 0, and 1 where more than a tenth of the window was there too.
 *
 * @param window one figure a night, at least {@link WINDOW_NIGHTS_MIN}
 * @returns null when the window has no finite middle
 */
export function againstWindow(
  window: readonly NightFigure[],
  now: NightFigure,
  better: "lower" | "higher",
): AgainstWindow | null {
  const scale = now.unit === "share" ? shareScale : better === "lower" ? lowerScale : higherScale;
  const before = window.map((figure) => scale.badness(figure));
  const middle = median(before);
  if (!Number.isFinite(middle)) return null;
  const baseline = median(window.map(({ value }) => value));
  const bad = scale.badness(now);
  const nights = before.length;
  if (bad === Infinity) {
    const change = scale.change(bad, middle);
    const failing = before.filter((value) => value === Infinity).length;
    return {
      baseline,
      p: failing > FAILING_NIGHTS_MAX * nights ? 1 : 0,
      matters: true,
      change: () => ({ value: change, low: change, high: change }),
    };
  }
  const error = Math.max(qn(before), scale.error(now), SPREAD_MIN) * Math.sqrt(1 + MEDIAN_VARIANCE / nights);
  const df = QN_EFFICIENCY * (nights - 1);
  return {
    baseline,
    p: studentTail((bad - middle) / error, df),
    matters: scale.matters(bad, middle),
    change: () => {
      const reach = studentQuantile(0.025, df) * error;
      const ends = [scale.change(bad - reach, middle), scale.change(bad + reach, middle)].sort((a, b) => a - b);
      return { value: scale.change(bad, middle), low: ends[0]!, high: ends[1]! };
    },
  };
}

/**
 * Spread of a few values: a low quartile of all distances between two of them, as a standard deviation, with the factors for small n of
 * Croux & Rousseeuw 1992. Two infinities are at one place.
 */
export function qn(values: readonly number[]): number {
  const n = values.length;
  const distances = values.flatMap((a, i) => values.slice(i + 1).map((b) => (a === b ? 0 : Math.abs(a - b))));
  const half = (n >> 1) + 1;
  const distance = distances.sort((a, b) => a - b)[(half * (half - 1)) / 2 - 1] ?? 0;
  return QN_TO_SIGMA * distance * (QN_FACTORS[n] ?? (n % 2 === 1 ? n / (n + 1.4) : n / (n + 3.8)));
}

const QN_FACTORS: Readonly<Partial<Record<number, number>>> = {
  2: 0.399,
  3: 0.994,
  4: 0.512,
  5: 0.844,
  6: 0.611,
  7: 0.857,
  8: 0.669,
  9: 0.872,
};

interface Scale {
  badness(figure: NightFigure): number;
  /** What tonight's requests leave open on the side on which it would be no regression. */
  error(figure: NightFigure): number;
  change(bad: number, middle: number): number;
  matters(bad: number, middle: number): boolean;
}

const lowerScale: Scale = {
  badness: ({ value }) => Math.log(value),
  error: ({ value, low }) => (Math.log(value) - Math.log(low)) / Z,
  change: (bad, middle) => Math.exp(bad - middle) - 1,
  matters: (bad, middle) => Math.exp(bad - middle) - 1 >= CHANGE_MIN,
};

const higherScale: Scale = {
  badness: ({ value }) => -Math.log(value),
  error: ({ value, high }) => (Math.log(high) - Math.log(value)) / Z,
  change: (bad, middle) => Math.exp(middle - bad) - 1,
  matters: (bad, middle) => 1 - Math.exp(middle - bad) >= CHANGE_MIN,
};

/** Half a request is added on both sides (Haldane 1956, Anscombe 1956), so that a night without a failure has odds too. */
const shareScale: Scale = {
  badness: ({ value, n }) => Math.log((n * (1 - value) + 0.5) / (n * value + 0.5)),
  error: ({ value, n }) => Math.sqrt(1 / (n * (1 - value) + 0.5) + 1 / (n * value + 0.5)),
  change: (bad, middle) => logistic(middle) - logistic(bad),
  matters: (bad, middle) => logistic(bad) - logistic(middle) >= SHARE_CHANGE_MIN,
};

function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** Of an even number the mean of the middle two; infinities are values like others. */
function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[half]!;
  const [low, high] = [sorted[half - 1]!, sorted[half]!];
  return low === high ? low : (low + high) / 2;
}
