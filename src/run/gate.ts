import type { Observation } from "../core/observation.ts";
import { usFromMs, type Us } from "../core/units.ts";
import type { Time } from "../time/time.ts";
import { waitUntil } from "../time/wait.ts";
import type { Breaker } from "./breaker.ts";
import { openPause, type Pause } from "./pause.ts";

/** When requests may go to one target in one scenario: what its breaker says, and in closed loop what it asked for itself. */
export interface Gate {
  /** True when nothing may leave now, nor before the end; without an end (Infinity), when it is not worth waiting for. */
  isShut(endUs: Us): boolean;
  /** Waits until something may leave, but not past the end, and not for a gate that is shut. */
  opened(endUs: Us): Promise<void>;
  /** Waits at least this long, and longer while the target has asked for it; resolves to the moment waited for. */
  rested(forMs: number): Promise<Us>;
  left(id: string): void;
  ended(observation: Observation): void;
  pauses(): ReturnType<Pause["total"]>;
}

/** Long enough for a probe that is out; the next probe is further away. */
const PATIENCE_US = 2_000_000;

/** @param isClosedLoop an open loop keeps to its schedule, whatever a target asks for */
export function openGate(breaker: Breaker, isClosedLoop: boolean, time: Time, signal: AbortSignal): Gate {
  const pause = openPause(time);
  const isShut = (endUs: Us): boolean => {
    const nowUs = time.now();
    const opensUs = breaker.opensAtUs(nowUs);
    return opensUs > nowUs && opensUs >= (endUs === Infinity ? nowUs + PATIENCE_US : endUs);
  };
  /** Until a moment that may move on meanwhile. */
  const waited = async (untilUs: () => Us): Promise<void> => {
    const isPause = untilUs() > time.now() && pause.untilUs() > time.now();
    if (isPause) pause.waiting(true);
    while (!signal.aborted && untilUs() > time.now()) await waitUntil(time, untilUs(), signal);
    if (isPause) pause.waiting(false);
  };
  return {
    isShut,
    opened: (endUs) =>
      waited(() => {
        const opensUs = Math.max(pause.untilUs(), breaker.opensAtUs(time.now()));
        return isShut(endUs) ? -Infinity : Math.min(opensUs, endUs);
      }),
    rested: async (forMs) => {
      const restedUs = time.now() + usFromMs(forMs);
      await waited(() => Math.max(restedUs, pause.untilUs()));
      return Math.max(restedUs, pause.untilUs());
    },
    left: breaker.left,
    ended: (observation) => {
      breaker.ended(observation, time.now());
      if (isClosedLoop) pause.ended(observation);
    },
    pauses: pause.total,
  };
}
