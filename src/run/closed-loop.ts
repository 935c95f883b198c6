import type { Arrival } from "../core/scenario.ts";
import { usFromMs, type Us } from "../core/units.ts";
import type { Time } from "../time/time.ts";
import { nextTurn, waitUntil } from "../time/wait.ts";
import type { Prepared } from "./contender.ts";
import type { Lane } from "./lane.ts";

/** What a closed loop does, of its load and the scenario's duration. */
export interface ClosedLoop {
  readonly maxConcurrency: number;
  readonly rampUpMs: number;
  readonly durationMs: number | null;
  /** Before the request of this pair. */
  readonly thinkMs: (pair: number) => number;
}

/**
 * Prepares a closed loop: a fixed number of users on one lane, who begin one after another over the ramp-up. A user's next
 * request is due when the answer has ended and the think time is over; time for which the target has asked to be left alone
 * puts it off. So a slow server is asked less: latencies of a closed loop say nothing about waiting.
 *
 * @returns the loop, to be started once; resolves when the last answer is over
 */
export async function readyClosedLoop(
  arrivals: readonly Arrival[],
  lane: Lane,
  load: ClosedLoop,
  time: Time,
  signal: AbortSignal,
): Promise<(startUs: Us) => Promise<void>> {
  let next = 0;
  const take = (): Arrival | null => arrivals[next++] ?? null;
  // One at a time, a turn of the event loop each: many slots that come free together must not block it by building together.
  let building: Promise<unknown> = Promise.resolve();
  const build = (arrival: Arrival): Promise<Prepared> => {
    const built = building.then(() => nextTurn(time)).then(() => lane.prepare(arrival));
    building = built.catch(() => undefined);
    return built;
  };
  const first: Prepared[] = [];
  while (first.length < Math.min(load.maxConcurrency, arrivals.length)) first.push(await build(take()!));

  return async (startUs) => {
    const endUs = load.durationMs === null ? Number.POSITIVE_INFINITY : startUs + usFromMs(load.durationMs);
    const user = async (begin: Prepared, index: number): Promise<void> => {
      let arrival: Arrival | null = begin.arrival;
      let prepared: Prepared | null = begin;
      let dueUs = startUs + Math.round((index * usFromMs(load.rampUpMs)) / load.maxConcurrency);
      while (arrival !== null && prepared !== null) {
        await waitUntil(time, Math.min(dueUs, endUs), signal);
        const readyUs = time.now();
        await lane.opened(endUs);
        if (lane.isStale(prepared, time.now())) prepared = await lane.signAnew(prepared);
        if (time.now() >= endUs || lane.stopped(endUs) !== null) break;
        const over = lane.release(prepared, dueUs + (time.now() - readyUs));
        arrival = take();
        // Built while the request before it is in flight: a free user asks at once.
        prepared = arrival === null || lane.stopped(endUs) !== null ? null : await build(arrival);
        await over;
        dueUs = time.now() + (arrival === null ? 0 : usFromMs(load.thinkMs(arrival.pair)));
      }
      const why = lane.stopped(endUs);
      if (arrival !== null && why !== null) lane.skip(arrival, time.now(), why);
    };
    await Promise.all(first.map(user));
    const why = lane.stopped(endUs);
    // What a duration ends has no planned number: nothing of it is missing.
    if (why === null || load.durationMs !== null) return;
    for (let arrival = take(); arrival !== null; arrival = take()) lane.skip(arrival, time.now(), why);
  };
}
