import type { Us } from "../../src/core/units.ts";
import type { Time } from "../../src/time/time.ts";

/** Time that moves only when told to: a schedule of minutes runs in milliseconds, exactly. */
export interface VirtualTime extends Time {
  /** Runs every timer due up to the moment, in order, with all promises between them settled. */
  advanceTo(us: Us): Promise<void>;
  /** As if the process had been frozen: time passes and no timer runs meanwhile. */
  freeze(us: Us): void;
}

interface Timer {
  readonly dueUs: Us;
  readonly order: number;
  readonly callback: () => void;
}

export function virtualTime(): VirtualTime {
  let nowUs = 0;
  let order = 0;
  const timers = new Set<Timer>();
  const add = (dueUs: Us, callback: () => void): (() => void) => {
    order += 1;
    const timer = { dueUs, order, callback };
    timers.add(timer);
    return () => timers.delete(timer);
  };
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    now: () => nowUs,
    after: (ms, callback) => add(nowUs + Math.round(ms * 1000), callback),
    // A turn of the event loop takes a little time, or a wait that re-checks would never end.
    soon: (callback) => add(nowUs + 10, callback),
    freeze: (us) => {
      nowUs += us;
    },
    advanceTo: async (us) => {
      await settle();
      for (;;) {
        const [next] = [...timers].toSorted((a, b) => a.dueUs - b.dueUs || a.order - b.order);
        if (next === undefined || next.dueUs > us) break;
        timers.delete(next);
        nowUs = Math.max(nowUs, next.dueUs);
        next.callback();
        await settle();
      }
      nowUs = Math.max(nowUs, us);
    },
  };
}
