import type { ResponseHead } from "../core/provider.ts";

/** Our wall clock, corrected once a server has refused us and says that it is another time. */
export interface ServerClock {
  nowMs(): number;
  /** Looks at the date of a refusal. True when our clock was off, and is corrected now. */
  learn(refusal: ResponseHead): boolean;
}

/** A date has whole seconds and has travelled; signatures are good for minutes. A smaller difference is no reason for a refusal. */
const OFF_MS_MIN = 30_000;

export function serverClock(wallMs: () => number): ServerClock {
  let offsetMs = 0;
  return {
    nowMs: () => wallMs() + offsetMs,
    learn: ({ headers }) => {
      const serverMs = Date.parse(headers["date"] ?? "");
      const offMs = serverMs - (wallMs() + offsetMs);
      if (Number.isNaN(offMs) || Math.abs(offMs) < OFF_MS_MIN) return false;
      offsetMs += offMs;
      return true;
    },
  };
}
