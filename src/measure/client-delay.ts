import type { Us } from "../core/units.ts";
import type { Group } from "./group.ts";
import { quantileLowRank } from "./intervals.ts";
import { ascending, nearestRank, quantileOf } from "./quantile.ts";
import { clientDelayMs, spanMs, type Sample } from "./sample.ts";

/** Client delay below this is never a reason, however fast the target. */
const CLIENT_DELAY_MS_MIN = 5;
const CLIENT_DELAY_TTFT_SHARE = 0.01;

/** How late the harness was for the open-loop arrivals of one scenario, milliseconds. */
export interface ClientDelay {
  readonly dueTimes: number;
  /** Nearest rank: of at most 100 due times their maximum. */
  readonly p99Ms: number;
  /** What p99 is shown to reach, the low end of its 95 % order-statistic interval. */
  readonly p99LowMs: number;
  /** The larger of 5 ms and 1 % of the fastest target's TTFT p50. */
  readonly limitMs: number;
  /** Due times with more delay than that. */
  readonly over: number;
}

/** By scenario; closed loops, which have no schedule to be late for, and those of which nothing was sent are left out. */
export function clientDelays(groups: readonly Group[]): ReadonlyMap<string, ClientDelay> {
  const open = groups.filter(({ scenario }) => scenario.load.kind === "open");
  return new Map(
    [...Map.groupBy(open, ({ scenario }) => scenario.id)].flatMap(([id, ofScenario]) => {
      const delay = clientDelayOf(ofScenario);
      return delay === null ? [] : [[id, delay] as const];
    }),
  );
}

/** True when p99 is above its limit in this run, whether or not enough due times were late to show it. */
export function isLate({ p99Ms, limitMs }: ClientDelay): boolean {
  return p99Ms > limitMs;
}

/** True when p99 is shown to be above its limit. */
export function isShownLate({ p99LowMs, limitMs }: ClientDelay): boolean {
  return p99LowMs > limitMs;
}

function clientDelayOf(groups: readonly Group[]): ClientDelay | null {
  const delays = delaysByInstant(groups.flatMap(({ measured }) => measured));
  if (delays.length === 0) return null;
  const limitMs = Math.max(CLIENT_DELAY_MS_MIN, CLIENT_DELAY_TTFT_SHARE * leastTtftMs(groups));
  return {
    dueTimes: delays.length,
    p99Ms: delays[nearestRank(delays.length, 0.99)]!,
    p99LowMs: delays[quantileLowRank(delays.length, 0.99)]!,
    limitMs,
    over: delays.filter((delay) => delay > limitMs).length,
  };
}

/**
 * Client delay of each due time, ascending. What falls due at one moment on several targets is one instant of our event
 * loop, and its worst delay is one observation: a single hiccup must not count once per target.
 */
function delaysByInstant(samples: readonly Sample[]): Float64Array {
  const worst = new Map<Us, number>();
  for (const sample of samples) {
    const delay = clientDelayMs(sample);
    const { scheduled } = sample.observation.stamps;
    if (delay !== null) worst.set(scheduled, Math.max(delay, worst.get(scheduled) ?? 0));
  }
  return ascending([...worst.values()]);
}

/** TTFT p50 of the fastest target; 0 when nobody answered. */
function leastTtftMs(groups: readonly Group[]): number {
  const medians = groups.flatMap(({ successes }) => {
    const values = successes.flatMap(({ observation }) => spanMs(observation.stamps, "sent", "firstContent") ?? []);
    return quantileOf(values, 0.5) ?? [];
  });
  return medians.length === 0 ? 0 : Math.min(...medians);
}
