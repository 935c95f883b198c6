import { msFromUs } from "../core/units.ts";
import type { Time } from "./time.ts";

const TICK_MS = 10;

/**
 * Watches how late our own event loop runs: a process that was busy or frozen cannot vouch for its stamps.
 *
 * @param onDelay called with each delay as soon as it is over
 */
export function watchLoopDelay(time: Time, onDelay: (delayMs: number) => void): { stop(): { delayMsMax: number } } {
  let delayMsMax = 0;
  let due = 0;
  let cancel = (): void => undefined;
  const arm = (): void => {
    due = time.now() + TICK_MS * 1000;
    cancel = time.after(TICK_MS, tick);
  };
  const measure = (): void => {
    const delayMs = msFromUs(time.now() - due);
    delayMsMax = Math.max(delayMsMax, delayMs);
    onDelay(delayMs);
  };
  const tick = (): void => {
    measure();
    arm();
  };
  arm();
  return {
    stop: () => {
      cancel();
      measure();
      return { delayMsMax };
    },
  };
}
