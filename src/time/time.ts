import type { Us } from "../core/units.ts";

/** Ends a timer that has not fired; harmless afterwards. */
export type Cancel = () => void;

/** The only source of time. Passed in everywhere, so that tests can run a whole schedule in virtual time. */
export interface Time {
  /** Microseconds since the origin, monotonic, whole. */
  now(): Us;
  /**
   * Calls back once, not before `ms` milliseconds minus about 1.2 (timers fire early by that much), or after 24 days: who
   * waits longer has to look again.
   */
  after(ms: number, callback: () => void): Cancel;
  /** Calls back on the next turn of the event loop, after pending I/O. */
  soon(callback: () => void): Cancel;
}

/** A {@link Time} whose origin is tied to the host's monotonic clock and to wall time. */
export interface RealTime extends Time {
  readonly name: string;
  /** Origin on the host's monotonic clock, shared by all processes of this host; nanoseconds. */
  readonly originNs: bigint;
  /** Wall time of the origin. */
  readonly originWall: Date;
  /** Wall time of a stamp, by the origin's: a step of the wall clock during a run moves nothing. */
  wallAt(us: Us): Date;
}

/** A longer setTimeout would overflow and fire at once. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/**
 * The host's monotonic clock.
 *
 * @param startUs what it shows now: 0 for a new run, more for a process that goes on with the axis of an earlier one
 */
export function realTime(startUs: Us = 0): RealTime {
  const originWall = new Date(Date.now() - startUs / 1000);
  const originNs = process.hrtime.bigint() - BigInt(startUs) * 1000n;
  return {
    name: "monotonic (process.hrtime)",
    originNs,
    originWall,
    now: () => Number((process.hrtime.bigint() - originNs) / 1000n),
    wallAt: (us) => new Date(originWall.getTime() + us / 1000),
    after: (ms, callback) => {
      const timer = setTimeout(callback, Math.min(ms, TIMER_MS_MAX));
      return () => clearTimeout(timer);
    },
    soon: (callback) => {
      const immediate = setImmediate(callback);
      return () => clearImmediate(immediate);
    },
  };
}
