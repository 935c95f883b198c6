import type { Observation } from "../core/observation.ts";
import { usFromMs, type Us } from "../core/units.ts";
import type { Time } from "../time/time.ts";

/** Longest pause that a target is given, whatever it asks for: the window of most rate limits. */
export const PAUSE_MS_MAX = 60_000;

/** Keeps a closed loop from asking a target that has asked to be left alone for a while. */
export interface Pause {
  /** An attempt has ended: a refusal may say when to come again. */
  ended(observation: Observation): void;
  /** Until when nothing shall leave; in the past when nothing was asked for. */
  untilUs(): Us;
  /** Says that somebody waits for it. To be called before each wait and, with false, after it. */
  waiting(isWaiting: boolean): void;
  /** Pauses that were waited for, and how long they took together, however many waited. */
  total(): { readonly count: number; readonly waitedMs: number };
}

export function openPause(time: Time): Pause {
  let untilUs = 0;
  let waiters = 0;
  let sinceUs = 0;
  let count = 0;
  let waitedUs = 0;
  return {
    ended: ({ failure, rateLimit }) => {
      const askedMs = failure === null ? null : (rateLimit?.retryAfterMs ?? null);
      if (askedMs !== null) untilUs = Math.max(untilUs, time.now() + usFromMs(Math.min(askedMs, PAUSE_MS_MAX)));
    },
    untilUs: () => untilUs,
    waiting: (isWaiting) => {
      if (isWaiting && waiters === 0) {
        count += 1;
        sinceUs = time.now();
      }
      waiters += isWaiting ? 1 : -1;
      if (!isWaiting && waiters === 0) waitedUs += time.now() - sinceUs;
    },
    total: () => ({ count, waitedMs: waitedUs / 1000 }),
  };
}
