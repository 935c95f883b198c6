import { realTime, type RealTime } from "../../src/time/time.ts";

/** Real time that knows how many of its timers are armed. */
export function countedTime(): RealTime & { readonly armed: () => number } {
  const time = realTime();
  const timers = new Set<object>();
  return {
    ...time,
    armed: () => timers.size,
    after: (ms, callback) => {
      const timer = {};
      timers.add(timer);
      const cancel = time.after(ms, () => {
        timers.delete(timer);
        callback();
      });
      return () => {
        timers.delete(timer);
        cancel();
      };
    },
  };
}
