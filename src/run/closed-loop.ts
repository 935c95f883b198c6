import { usFromMs, type Us } from "../core/units.ts";
import { NOTHING_SAID } from "../scenario/draft.ts";
import type { Time } from "../time/time.ts";
import { nextTurn, waitUntil } from "../time/wait.ts";
import type { Prepared } from "./contender.ts";
import type { Lane } from "./lane.ts";
import { playOn, signedNow, skipAll, type Session } from "./session.ts";

/** What a closed loop does, of its load and the scenario's duration. */
export interface ClosedLoop {
  readonly maxConcurrency: number;
  readonly rampUpMs: number;
  readonly durationMs: number | null;
  /** Before a session. */
  readonly thinkMs: ThinkMs;
}

/** How long a user thinks before the request of a pair, milliseconds. */
type ThinkMs = (pair: number) => number;

/**
 * Prepares a closed loop: a fixed number of users on one lane, who begin one after another over the ramp-up. A user's next
 * request is due when the answer has ended and the think time is over; time for which the target has asked to be left alone
 * puts it off. So a slow server is asked less: latencies of a closed loop say nothing about waiting.
 *
 * @returns the loop, to be started once; resolves when the last answer is over
 */
export async function readyClosedLoop(
  sessions: readonly Session[],
  lane: Lane,
  load: ClosedLoop,
  { time, signal, turnThinkMs }: { readonly time: Time; readonly signal: AbortSignal; readonly turnThinkMs: ThinkMs },
): Promise<(startUs: Us) => Promise<void>> {
  let next = 0;
  const take = (): Session | null => sessions[next++] ?? null;
  // One at a time, a turn of the event loop each: many users who ask together must not block it by building together.
  let building: Promise<unknown> = Promise.resolve();
  const build = async (session: Session): Promise<Ready> => {
    const built = building.then(() => nextTurn(time)).then(() => lane.prepare(session.first, NOTHING_SAID));
    building = built.catch(() => undefined);
    return { session, prepared: await built };
  };
  const begun: Ready[] = [];
  while (begun.length < Math.min(load.maxConcurrency, sessions.length)) begun.push(await build(take()!));

  return async (startUs) => {
    const endUs = load.durationMs === null ? Number.POSITIVE_INFINITY : startUs + usFromMs(load.durationMs);
    const turns = { time, signal, endUs, thinkMs: turnThinkMs };
    const user = async (begin: Ready, index: number): Promise<void> => {
      let session: Session | null = begin.session;
      let ready: Ready | null = begin;
      let dueUs = startUs + Math.round((index * usFromMs(load.rampUpMs)) / load.maxConcurrency);
      while (session !== null && ready !== null) {
        await waitUntil(time, Math.min(dueUs, endUs), signal);
        const readyUs = time.now();
        await lane.opened(endUs);
        const prepared: Prepared = await signedNow(ready.prepared, lane, time);
        if (time.now() >= endUs || lane.stopped(endUs) !== null) break;
        const over = lane.release(prepared, dueUs + (time.now() - readyUs));
        const { rest } = session;
        session = take();
        // Built while the request before it is in flight: a free user asks at once.
        ready = session === null || lane.stopped(endUs) !== null ? null : await build(session);
        await playOn(rest, prepared, await over, lane, turns);
        dueUs = time.now() + (session === null ? 0 : usFromMs(load.thinkMs(session.first.pair)));
      }
      const why = lane.stopped(endUs);
      if (session !== null && why !== null) skipAll([session.first, ...session.rest], lane, time, why);
    };
    await Promise.all(begun.map(user));
    const why = lane.stopped(endUs);
    // What a duration ends has no planned number: nothing of it is missing.
    if (why === null || load.durationMs !== null) return;
    for (let session = take(); session !== null; session = take()) {
      skipAll([session.first, ...session.rest], lane, time, why);
    }
  };
}

/** A session whose first request is built. */
interface Ready {
  readonly session: Session;
  readonly prepared: Prepared;
}
