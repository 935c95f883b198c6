import type { Observation } from "../core/observation.ts";
import type { RunRecord } from "../core/run.ts";
import type { Target } from "../core/target.ts";
import type { Us } from "../core/units.ts";

/** A stretch of time in which no target could be reached: the fault of the place that we measure from. */
export interface VantageFault {
  readonly startUs: Us;
  readonly endUs: Us;
  /** Ids of the attempts that it excuses. */
  readonly excused: ReadonlySet<string>;
}

/** Shorter ones can be a coincidence of failures. */
const FAULT_US_MIN = 2_000_000;
/** One host may simply be down, whatever number of targets it serves. */
const HOSTS_MIN = 2;

/**
 * Finds the stretches in which every target failed by network at once. A stretch is a row of attempts that ended without a
 * connection or lost it (`network`, or `timeout` at `connect`), with no byte from any target between them; what breakers then
 * hold back, before a byte comes from anywhere, prolongs it. It is a fault of the vantage when it lasts at least 2 s, has
 * failures on at least 2 hosts, and every target that was asked anything within it failed so. Targets on this machine need no
 * network and are no witnesses.
 *
 * Excused are those attempts, what breakers held back meanwhile, and others that ran into a time-out or lost their connection.
 */
export function vantageFaults({
  manifest,
  observations,
}: Pick<RunRecord, "manifest" | "observations">): VantageFault[] {
  const hosts = new Map(manifest.targets.flatMap((target) => (isLocal(target) ? [] : [[target.id, hostOf(target)]])));
  if (new Set(hosts.values()).size < HOSTS_MIN) return [];
  const remote = observations.filter(({ target }) => hosts.has(target));
  const signsUs = remote.flatMap(signsOfLife).toSorted((a, b) => a - b);
  return stretches(remote.filter(isUnreached), signsUs).flatMap(({ downs, signUs, againUs }) => {
    const releasedUs = downs.reduce((least, { stamps }) => Math.min(least, stamps.released!), Infinity);
    const startUs = Math.max(releasedUs, signUs);
    const failing = new Set(downs.map(({ target }) => target));
    const held = remote.filter((one) => isHeld(one) && isIn(one.stamps.scheduled, startUs, againUs));
    const endUs = held.reduce((last, { stamps }) => Math.max(last, stamps.scheduled), downs.at(-1)!.stamps.end!);
    if (endUs - startUs < FAULT_US_MIN) return [];
    if (new Set([...failing].map((target) => hosts.get(target))).size < HOSTS_MIN) return [];
    const asked = remote.filter(({ stamps: { released } }) => released !== null && isIn(released, startUs, endUs));
    if (!asked.every(({ target }) => failing.has(target))) return [];
    const excused = [...held, ...remote.filter((one) => isLost(one, startUs, endUs))].map(({ id }) => id);
    return [{ startUs, endUs, excused: new Set(excused) }];
  });
}

function isHeld({ outcome, reason }: Observation): boolean {
  return outcome === "not-started" && reason === "breaker";
}

function isLost({ failure, stamps }: Observation, startUs: Us, endUs: Us): boolean {
  if (failure?.kind !== "network" && failure?.kind !== "timeout") return false;
  return (stamps.released ?? Infinity) <= endUs && (stamps.end ?? 0) >= startUs;
}

function isIn(at: Us, startUs: Us, endUs: Us): boolean {
  return at >= startUs && at <= endUs;
}

/** Attempts that ended one after another without a sign of life between them. */
interface Stretch {
  readonly downs: Observation[];
  /** The last sign before the first of them ended; 0 when there was none. */
  readonly signUs: Us;
  /** The first sign after the last of them; Infinity when none came. */
  readonly againUs: Us;
}

function stretches(unreached: readonly Observation[], signsUs: readonly Us[]): readonly Stretch[] {
  const found: Stretch[] = [];
  let next = 0;
  for (const down of unreached.toSorted((a, b) => a.stamps.end! - b.stamps.end!)) {
    const before = next;
    while (next < signsUs.length && signsUs[next]! <= down.stamps.end!) next += 1;
    const againUs = signsUs[next] ?? Infinity;
    if (found.length === 0 || next > before) found.push({ downs: [down], signUs: signsUs[next - 1] ?? 0, againUs });
    else found.at(-1)!.downs.push(down);
  }
  return found;
}

function isUnreached({ failure, stamps }: Observation): boolean {
  if (failure === null || stamps.released === null || stamps.end === null) return false;
  return failure.kind === "network" || (failure.kind === "timeout" && failure.where === "connect");
}

/** When bytes came from the far side. */
function signsOfLife({ stamps, failure }: Observation): Us[] {
  // A bad certificate is an answer too.
  const spoke = failure?.kind === "tls" ? stamps.end : null;
  return [stamps.headers, stamps.firstByte, stamps.firstContent, stamps.lastContent, spoke].filter((at) => at !== null);
}

function hostOf(target: Target): string {
  return URL.parse(target.baseUrl)?.hostname ?? target.baseUrl;
}

function isLocal(target: Target): boolean {
  return /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostOf(target));
}
