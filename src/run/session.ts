import type { Arrival } from "../core/scenario.ts";
import { usFromMs, type Us } from "../core/units.ts";
import { answered, type Draft } from "../scenario/draft.ts";
import type { Time } from "../time/time.ts";
import { waitUntil } from "../time/wait.ts";
import type { Called } from "./call-once.ts";
import type { Prepared } from "./contender.ts";
import type { Lane } from "./lane.ts";

/** Planned requests that follow one another: the turns of a conversation, or one that stands alone. */
export interface Session {
  readonly first: Arrival;
  readonly rest: readonly Arrival[];
}

/** The requests of a plan by session, in its order; turns whose first one is not among them are in none. */
export function sessionsOf(arrivals: readonly Arrival[]): readonly Session[] {
  const sessions: { first: Arrival; rest: Arrival[] }[] = [];
  for (const arrival of arrivals) {
    const open = sessions.at(-1);
    const follows =
      open !== undefined && arrival.turn > 1 && arrival.pair - arrival.turn === open.first.pair - open.first.turn;
    if (follows) open.rest.push(arrival);
    else if (arrival.turn <= 1) sessions.push({ first: arrival, rest: [] });
  }
  return sessions;
}

/** How the turns after a first one are let go. */
export interface Pace {
  readonly time: Time;
  readonly signal: AbortSignal;
  /** Nothing is let go from here on. */
  readonly endUs: Us;
  /** Before the turn of this pair. */
  readonly thinkMs: (pair: number) => number;
}

/**
 * Plays the turns that follow the first one, each due when the answer before it has ended, the think time is over and it is
 * written. Without an answer there is nothing to go on with: the rest is counted as not started.
 */
export async function playOn(
  rest: readonly Arrival[],
  first: Prepared,
  firstCalled: Called | null,
  lane: Lane,
  { time, signal, endUs, thinkMs }: Pace,
): Promise<void> {
  let said = saidAfter(first, firstCalled);
  for (const [i, arrival] of rest.entries()) {
    if (said === null) return skipAll(rest.slice(i), lane, time, lane.stopped(endUs) ?? "dependency");
    const endedUs = time.now();
    const prepared: Prepared = await lane.prepare(arrival, said);
    const dueUs = Math.max(time.now(), endedUs + usFromMs(thinkMs(arrival.pair)));
    await waitUntil(time, Math.min(dueUs, endUs), signal);
    const readyUs = time.now();
    await lane.opened(endUs);
    if (time.now() >= endUs) return;
    const current = await signedNow(prepared, lane, time);
    said = saidAfter(current, await lane.release(current, dueUs + (time.now() - readyUs)));
  }
}

/** As it is, or signed anew where its signature has run out while it waited. */
export async function signedNow(prepared: Prepared, lane: Lane, time: Time): Promise<Prepared> {
  return lane.isStale(prepared, time.now()) ? lane.signAnew(prepared) : prepared;
}

/** Counts planned requests that will not be sent. */
export function skipAll(
  arrivals: readonly Arrival[],
  lane: Lane,
  time: Time,
  reason: Parameters<Lane["skip"]>[2],
): void {
  for (const arrival of arrivals) lane.skip(arrival, time.now(), reason);
}

/** Null where no whole answer came, which a next turn would have to repeat. Tokens nobody reported count as the limit. */
function saidAfter({ draft, arrival }: Prepared, called: Called | null): Draft | null {
  if (called === null || called.observation.outcome !== "completed" || called.text === null) return null;
  return answered(draft, called.text.whole, called.observation.usage?.output ?? arrival.outputTokens);
}
