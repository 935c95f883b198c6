import type { Us } from "../../core/units.ts";
import { attempted, type Group } from "../group.ts";
import { quantileRanks } from "../intervals.ts";
import { ascending } from "../quantile.ts";
import { failureName, type Sample } from "../sample.ts";
import { isInside, type SteadyWindow } from "../steady-window.ts";

/** The ways in which a level shows that its target was asked for more than it can do, and what each means. */
export const SATURATIONS = {
  behind: "fewer requests ended than 95 % of those that arrived, by more than chance leaves in flight",
  dropped: "more than 1 % of arrivals found the in-flight limit reached",
  refused: "more than 5 % of requests were refused as rate-limited or overloaded",
  growing: "TTFT from the schedule grew by half or more from the first third of the level to the last",
  flat: "throughput grew by less than half of what the load did since the level below",
} as const;

export type Saturation = keyof typeof SATURATIONS;

/** What a level was asked for, and what came of it. */
interface Rates {
  readonly load: number;
  /** Null in closed loop and without a window. */
  readonly offeredPerSecond: number | null;
  readonly answersPerSecond: number | null;
}

const ENDED_SHARE_MIN = 0.95;
const DROPPED_SHARE_MAX = 0.01;
const REFUSED_SHARE_MAX = 0.05;
const GROWTH_MIN = 1.5;
const GAIN_SHARE_MIN = 0.5;

/**
 * @param window of the level; null when it is too short to tell a rate
 * @param before the level below; null for the lowest
 * @param rampUpUs one answer at light load
 */
export function saturationOf(
  group: Group,
  window: SteadyWindow | null,
  level: Rates,
  before: Rates | null,
  rampUpUs: Us,
): readonly Saturation[] {
  const isOpen = group.scenario.load.kind === "open";
  const shown: Readonly<Record<Saturation, boolean>> = {
    behind: isOpen && window !== null && isBehind(group, window, level.offeredPerSecond ?? 0, rampUpUs),
    dropped: group.drops.length > DROPPED_SHARE_MAX * attempted(group),
    refused: group.failures.filter(isRefusal).length > REFUSED_SHARE_MAX * attempted(group),
    growing: isOpen && isGrowing(group.measured),
    flat: !isOpen && before !== null && isFlat(level, before),
  };
  return (Object.keys(SATURATIONS) as Saturation[]).filter((name) => shown[name]);
}

/**
 * What has arrived and not ended is in flight. At light load that number is about Poisson with mean λ × answer time (M/G/∞),
 * so two of its deviations are no sign of anything.
 */
function isBehind(group: Group, { spans, seconds }: SteadyWindow, offeredPerSecond: number, rampUpUs: Us): boolean {
  const ended = group.measured.filter(({ observation: { stamps } }) => isInside(stamps.end, spans)).length;
  const missing = offeredPerSecond * seconds - ended;
  const chance = 2 * Math.sqrt((offeredPerSecond * rampUpUs) / 1e6);
  return missing > chance && ended < ENDED_SHARE_MIN * offeredPerSecond * seconds;
}

function isRefusal(sample: Sample): boolean {
  const name = failureName(sample);
  return name === "rate-limited" || name === "overloaded";
}

/** By the near ends of the 95 % intervals of both medians: a growth that chance alone does not make. */
function isGrowing(arrived: readonly Sample[]): boolean {
  const measured = arrived.filter(({ observation }) => observation.outcome !== "not-started");
  const third = Math.floor(measured.length / 3);
  const first = medianBounds(measured.slice(0, third));
  const last = medianBounds(measured.slice(measured.length - third));
  return first !== null && last !== null && last.low >= GROWTH_MIN * first.high;
}

/** What never had any content counts as +∞. */
function medianBounds(samples: readonly Sample[]): { readonly low: number; readonly high: number } | null {
  const values = ascending(
    samples.map(({ observation: { stamps } }) =>
      stamps.firstContent === null ? Infinity : stamps.firstContent - stamps.scheduled,
    ),
  );
  const ranks = quantileRanks(values.length, 0.5);
  return ranks === null ? null : { low: values[ranks.low]!, high: values[ranks.high]! };
}

function isFlat(level: Rates, before: Rates): boolean {
  if (level.answersPerSecond === null || before.answersPerSecond === null) return false;
  const gain = level.answersPerSecond / before.answersPerSecond - 1;
  return gain < GAIN_SHARE_MIN * (level.load / before.load - 1);
}
