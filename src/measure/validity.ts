import { LOOP_DELAY_MS_MAX, partOf, type Manifest, type Stall } from "../core/run.ts";
import { msFromUs, type Us } from "../core/units.ts";
import type { Counts, Validity } from "./analysis.ts";
import { clientDelays, isLate, isShownLate, type ClientDelay } from "./client-delay.ts";
import { total } from "./counts.ts";
import type { Group } from "./group.ts";
import { stretchesOf } from "./stretches.ts";

const PLAN_SHARE_MAX = 0.01;
const PLAN_SPAN_MS_MIN = 5;

/** The system's codes for a connection that this machine could not make. A server that answers can only pretend them. */
const OWN_CODES: ReadonlySet<string | null> = new Set(["EMFILE", "ENFILE", "EADDRNOTAVAIL", "ENOBUFS"]);

const NEVER_CLOSED = "the run was never closed: whether the client kept up is not on record";

/** More of a plan than this lost to the vantage, and what is left is no measurement of that plan. */
const EXCUSED_SHARE_MAX = 0.01;

/**
 * Judges the harness, not the targets, on what is recorded. Invalid when, in any scenario:
 * - open loop: client delay p99 over the due times is shown to be above its limit ({@link ClientDelay}), by the low end of
 *   its 95 % order-statistic interval. The plain p99 of up to 100 due times is their maximum, and one hiccup of the host would
 *   throw a run of 40 away; this takes the third largest of 40 and the eighteenth of 1,000. Where the plain p99 alone is
 *   above, {@link clientDelayWarnings} says so;
 * - the event loop was blocked for more than 50 ms, or the process was killed before it could say and not resumed;
 * - a request failed because this machine had no file descriptor, port or buffer for it;
 * - open loop: the releases of a target span a time that is off the span of their drawn due times by more than 1 % and
 *   5 ms; or, in a run that closed, more than 1 % of the plan is unaccounted for, damaged records included;
 * - no target could be reached from here for more than 1 % of a target's requests.
 */
export function validityOf(
  manifest: Manifest,
  stalls: readonly Stall[],
  measured: readonly { group: Group; counts: Counts }[],
): Validity {
  const groups = measured.map(({ group }) => group);
  const reasons = [
    ...clientDelayReasons(clientDelays(groups)),
    ...(manifest.end === null ? [NEVER_CLOSED] : []),
    ...loopDelayReasons(manifest),
    ...stallReasons(manifest, stalls),
    ...groups.flatMap(ownFaultReason),
    ...groups.flatMap(spanReasons),
    ...(manifest.end === null ? [] : measured.flatMap(({ group, counts }) => countReason(group, counts, manifest))),
    ...measured.flatMap(({ group, counts }) => excusedReason(group, counts)),
  ];
  return { valid: reasons.length === 0, reasons };
}

function clientDelayReasons(delays: ReadonlyMap<string, ClientDelay>): readonly string[] {
  return [...delays].flatMap(([scenario, delay]) => {
    const { p99LowMs, dueTimes, limitMs } = delay;
    const least = `client delay p99 is at least ${ms(p99LowMs)} over ${dueTimes} due times`;
    return isShownLate(delay) ? [`${scenario}: ${least}, limit ${ms(limitMs)}`] : [];
  });
}

/** What a valid run still has to say: its client was late for more than one due time in a hundred, or for one of fewer. */
export function clientDelayWarnings(delays: ReadonlyMap<string, ClientDelay>): readonly string[] {
  return [...delays].flatMap(([scenario, delay]) => {
    const { p99Ms, dueTimes, limitMs, over } = delay;
    const few = `${over} of ${dueTimes} due times were over it, too few to make the run INVALID`;
    const late = `${scenario}: client delay p99 is ${ms(p99Ms)}, limit ${ms(limitMs)}; ${few}`;
    return isLate(delay) && !isShownLate(delay) ? [late] : [];
  });
}

/** The worst of each scenario, which may have been under load in many turns. */
function loopDelayReasons(manifest: Manifest): readonly string[] {
  const byScenario = Map.groupBy(manifest.end?.windows ?? [], ({ scenario }) => scenario);
  return [...byScenario].flatMap(([scenario, windows]) => {
    const worstMs = Math.max(...windows.map(({ loopDelayMsMax }) => loopDelayMsMax));
    if (worstMs <= LOOP_DELAY_MS_MAX) return [];
    return [`${scenario}: event loop blocked for ${ms(worstMs)}, limit ${LOOP_DELAY_MS_MAX} ms`];
  });
}

/** Of a process that was killed, and so could not sum up: the worst of what it wrote down at once. */
function stallReasons({ resumed }: Manifest, stalls: readonly Stall[]): readonly string[] {
  const startsUs = resumed.map(({ startUs }) => startUs);
  return resumed.flatMap(({ before }, part) => {
    const own = before === null ? stalls.filter(({ atUs }) => partOf(startsUs, atUs) === part) : [];
    const [worst] = own.toSorted((a, b) => b.delayMs - a.delayMs);
    if (worst === undefined) return [];
    const blocked = `event loop blocked for ${ms(worst.delayMs)}, limit ${LOOP_DELAY_MS_MAX} ms`;
    return [`${worst.scenario}, part ${part + 1} of the run: ${blocked}`];
  });
}

function ownFaultReason({ scenario, target, measured }: Group): readonly string[] {
  const codes = measured.flatMap(({ observation: { failure } }) =>
    failure?.kind === "network" && failure.status === null && OWN_CODES.has(failure.code) ? (failure.code ?? []) : [],
  );
  if (codes.length === 0) return [];
  return [
    `${scenario.id}, ${target.id}: ${codes.length} failed for want of our own files, ports or buffers ` +
      `(${[...new Set(codes)].sort().join(", ")}): raise the limit (ulimit -n), or lower the concurrency`,
  ];
}

/** Each stretch by itself: 1 % of a pause would forgive anything. */
function spanReasons(group: Group): readonly string[] {
  const { scenario, target, measured } = group;
  if (scenario.load.kind !== "open") return [];
  return stretchesOf(group, measured).flatMap(({ samples }) =>
    spanReason(
      `${scenario.id}, ${target.id}`,
      samples.flatMap(({ observation: { stamps } }) =>
        stamps.released === null ? [] : [{ due: stamps.scheduled, at: stamps.released }],
      ),
    ),
  );
}

function spanReason(where: string, released: readonly { readonly due: Us; readonly at: Us }[]): readonly string[] {
  const drawn = spanOfMs(released.map(({ due }) => due));
  const achieved = spanOfMs(released.map(({ at }) => at));
  if (Math.abs(achieved - drawn) <= Math.max(PLAN_SPAN_MS_MIN, drawn * PLAN_SHARE_MAX)) return [];
  return [
    `${where}: ${released.length} releases span ${ms(achieved)}, their plan ${ms(drawn)}, ` +
      `limit ${PLAN_SHARE_MAX * 100} %`,
  ];
}

function countReason({ scenario, target }: Group, counts: Counts, { resumed }: Manifest): readonly string[] {
  const planned = counts.planned + counts.retries;
  // Only a process that was killed loses what it has sent; else its record has been damaged since.
  const unknown = resumed.some(({ before }) => before === null) ? 0 : counts.lost;
  const met = counts.released - unknown + counts.dropped + total(counts.notStarted);
  if (Math.abs(planned - met) <= planned * PLAN_SHARE_MAX) return [];
  return [`${scenario.id}, ${target.id}: ${met} of ${planned} planned requests accounted for, limit 1 % off`];
}

function excusedReason({ scenario, target }: Group, { excused, planned }: Counts): readonly string[] {
  if (excused <= planned * EXCUSED_SHARE_MAX) return [];
  const lost = `${excused} of ${planned} requests fell into a time when no target could be reached from here`;
  return [`${scenario.id}, ${target.id}: ${lost}, limit ${EXCUSED_SHARE_MAX * 100} %`];
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
