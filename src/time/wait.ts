import { msFromUs, type Us } from "../core/units.ts";
import type { Time } from "./time.ts";

/** A timer may fire late by a scheduler tick; the rest is bridged by re-checking on every turn of the event loop. */
const TIMER_MARGIN_MS = 2;

/**
 * Waits until an absolute moment, accurate to well under a millisecond on an idle event loop. Ends early, at once, when the
 * signal aborts. Never relative: lateness of one wait does not add to the next.
 */
export function waitUntil(time: Time, dueUs: Us, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    let cancel = (): void => undefined;
    const finish = (): void => {
      cancel();
      signal.removeEventListener("abort", finish);
      resolve();
    };
    const step = (): void => {
      const leftMs = msFromUs(dueUs - time.now());
      if (leftMs <= 0 || signal.aborted) finish();
      else if (leftMs > TIMER_MARGIN_MS) cancel = time.after(leftMs - TIMER_MARGIN_MS, step);
      else cancel = time.soon(step);
    };
    signal.addEventListener("abort", finish);
    step();
  });
}

/** Resolves on the next turn of the event loop, after pending I/O was read. */
export function nextTurn(time: Time): Promise<void> {
  return new Promise((resolve) => void time.soon(resolve));
}
