import type { Manifest } from "../core/run.ts";
import { msFromUs, type Us } from "../core/units.ts";
import type { Counts, Validity } from "./analysis.ts";
import { total } from "./counts.ts";
import type { Group } from "./group.ts";
import { quantileLowRank } from "./intervals.ts";
import { quantileOf } from "./quantile.ts";
import { clientDelayMs, spanMs, type Sample } from "./sample.ts";

/** Client delay below this is never a reason, however fast the target. */
const CLIENT_DELAY_MS_MIN = 5;
const CLIENT_DELAY_TTFT_SHARE = 0.01;
const LOOP_DELAY_MS_MAX = 50;
const PLAN_SHARE_MAX = 0.01;
const PLAN_SPAN_MS_MIN = 5;

const NEVER_CLOSED = "the run was never closed: whether the client kept up is not on record";

/**
 * Judges the harness, not the targets, on what is recorded. Invalid when, in any scenario:
 * - open loop: client delay p99 over the due times is shown (95 % order-statistic bound) to be above 5 ms and above 1 % of
 *   the fastest target's TTFT p50. Of few due times the plain p99 is their maximum, which one hiccup of the host decides;
 * - the event loop was blocked for more than 50 ms, or the process was killed before it could say;
 * - open loop: the releases of a target span a time that is off the span of their drawn due times by more than 1 % and
 *   5 ms; or, in a run that closed, more than 1 % of the plan is unaccounted for.
 */
export function validityOf(manifest: Manifest, measured: readonly { group: Group; counts: Counts }[]): Validity {
  const scenarios = manifest.scenarios.map(({ scenario }) =>
    measured.filter(({ group }) => group.scenario === scenario),
  );
  const reasons = [
    ...scenarios.flatMap((ofScenario) => clientDelayReason(ofScenario.map(({ group }) => group))),
    ...(manifest.end === null ? [NEVER_CLOSED] : []),
    ...loopDelayReasons(manifest),
    ...measured.flatMap(({ group }) => spanReason(group)),
    ...(manifest.end === null ? [] : measured.flatMap(({ group, counts }) => countReason(group, counts))),
  ];
  return { valid: reasons.length === 0, reasons };
}

function clientDelayReason(groups: readonly Group[]): readonly string[] {
  const open = groups.filter(({ scenario }) => scenario.load.kind === "open");
  const delays = delaysByInstant(open.flatMap((group) => group.measured));
  if (delays.length === 0) return [];
  const p99 = delays[quantileLowRank(delays.length, 0.99)]!;
  const ttfts = open.flatMap((group) => {
    const values = group.successes.flatMap(
      ({ observation }) => spanMs(observation.stamps, "sent", "firstContent") ?? [],
    );
    return quantileOf(values, 0.5) ?? [];
  });
  const fromTtft = ttfts.length === 0 ? 0 : Math.min(...ttfts) * CLIENT_DELAY_TTFT_SHARE;
  const limit = Math.max(CLIENT_DELAY_MS_MIN, fromTtft);
  if (p99 <= limit) return [];
  const where = open[0]!.scenario.id;
  return [`${where}: client delay p99 is at least ${ms(p99)} over ${delays.length} due times, limit ${ms(limit)}`];
}

/**
 * Client delay of each due time, ascending. What falls due at one moment on several targets is one instant of our event
 * loop, and its worst delay is one observation: a single hiccup must not count once per target.
 */
function delaysByInstant(samples: readonly Sample[]): number[] {
  const worst = new Map<Us, number>();
  for (const sample of samples) {
    const delay = clientDelayMs(sample);
    const { scheduled } = sample.observation.stamps;
    if (delay !== null) worst.set(scheduled, Math.max(delay, worst.get(scheduled) ?? 0));
  }
  return [...worst.values()].toSorted((a, b) => a - b);
}

function loopDelayReasons(manifest: Manifest): readonly string[] {
  return (manifest.end?.windows ?? [])
    .filter(({ loopDelayMsMax }) => loopDelayMsMax > LOOP_DELAY_MS_MAX)
    .map(
      (window) =>
        `${window.scenario}: event loop blocked for ${ms(window.loopDelayMsMax)}, limit ${LOOP_DELAY_MS_MAX} ms`,
    );
}

function spanReason({ scenario, target, measured }: Group): readonly string[] {
  if (scenario.load.kind !== "open") return [];
  const released = measured.flatMap(({ observation: { attempt, stamps } }) =>
    attempt > 1 || stamps.released === null ? [] : [{ due: stamps.scheduled, at: stamps.released }],
  );
  const drawn = spanOfMs(released.map(({ due }) => due));
  const achieved = spanOfMs(released.map(({ at }) => at));
  if (Math.abs(achieved - drawn) <= Math.max(PLAN_SPAN_MS_MIN, drawn * PLAN_SHARE_MAX)) return [];
  return [
    `${scenario.id}, ${target.id}: ${released.length} releases span ${ms(achieved)}, their plan ${ms(drawn)}, ` +
      `limit ${PLAN_SHARE_MAX * 100} %`,
  ];
}

function countReason({ scenario, target }: Group, counts: Counts): readonly string[] {
  const planned = counts.planned + counts.retries;
  const met = counts.released + counts.dropped + total(counts.notStarted);
  if (Math.abs(planned - met) <= planned * PLAN_SHARE_MAX) return [];
  return [`${scenario.id}, ${target.id}: ${met} of ${planned} planned requests accounted for, limit 1 % off`];
}

function spanOfMs(stamps: readonly Us[]): number {
  if (stamps.length === 0) return 0;
  const [first, last] = stamps.reduce(([least, most], stamp) => [Math.min(least, stamp), Math.max(most, stamp)], [
    Infinity,
    -Infinity,
  ] as [number, number]);
  return msFromUs(last - first);
}

function ms(value: number): string {
  return `${Number(value.toFixed(1))} ms`;
}
