import type { Arrival } from "../core/scenario.ts";
import { msFromUs, type Us } from "../core/units.ts";
import { NOTHING_SAID } from "../scenario/draft.ts";
import type { Time } from "../time/time.ts";
import { nextTurn, waitUntil } from "../time/wait.ts";
import type { Prepared } from "./contender.ts";
import type { Lane } from "./lane.ts";
import { playOn, type Pace, type Session } from "./session.ts";

/** Requests built ahead of their due time, per lane. */
const LOOKAHEAD = 32;
/** Signing anew may take an exchange with a token service. */
const SIGN_LEAD_US = 2_000_000;
/** How often, and after which pause, what still does not hold is signed again. */
const SIGN_TRIES_MAX = 8;
const SIGN_AGAIN_US = 25_000;
/** No building when a request is due this soon: it would be late by our own doing. */
const BUILD_SLACK_MS = 8;

/** What falls due at one moment: the same pair on every lane. */
interface Due {
  readonly afterUs: Us;
  /** What follows on each of them. */
  readonly rest: readonly Arrival[];
  readonly lanes: readonly (readonly [Lane, Prepared])[];
}

/**
 * Prepares an open loop: the sessions of a plan begin on an absolute schedule that all lanes share. Answers are never waited
 * for: a slow server changes nothing about when the next request or conversation begins. One that has begun is played to its
 * end.
 *
 * @param orderOf lanes in the order in which they get a pair, so that none always goes first
 * @returns the loop, to be started once with the moment that the plan counts from; resolves when the last answer is over
 */
export async function readyOpenLoop(
  sessions: readonly Session[],
  orderOf: (pair: number) => readonly Lane[],
  pace: Pace,
): Promise<(startUs: Us) => Promise<void>> {
  const { time, signal } = pace;
  const ahead: Due[] = [];
  let built = 0;
  const afterUs = ({ first }: Session): Us => first.dueUs ?? 0;
  const build = async (): Promise<void> => {
    const session = sessions[built]!;
    built += 1;
    const lanes = orderOf(session.first.pair).map(
      async (lane) => [lane, await lane.prepare(session.first, NOTHING_SAID)] as const,
    );
    ahead.push({ afterUs: afterUs(session), rest: session.rest, lanes: await Promise.all(lanes) });
    // Building is work of our own: what has come in meanwhile is read before the next piece of it.
    await nextTurn(time);
  };
  let lastDueUs = Infinity;
  const stopped = (pair: number): boolean => orderOf(pair).every((lane) => lane.stopped(lastDueUs) !== null);
  const mayBuild = (): boolean =>
    built < sessions.length && ahead.length < LOOKAHEAD && !stopped(sessions[built]!.first.pair);
  while (mayBuild()) await build();

  return async (startUs) => {
    lastDueUs = startUs + (sessions.at(-1)?.first.dueUs ?? 0);
    const inFlight = countdown();
    const hasSlack = (): boolean =>
      ahead.length === 0 || msFromUs(startUs + ahead[0]!.afterUs - time.now()) > BUILD_SLACK_MS;
    for (;;) {
      while (mayBuild() && hasSlack()) await build();
      const next = ahead.shift();
      if (next === undefined) break;
      const dueUs = startUs + next.afterUs;
      const isOver = next.lanes.every(([lane]) => lane.stopped(lastDueUs) !== null);
      const lanes = isOver ? next.lanes : await fresh(next.lanes, dueUs, time, signal);
      if (!isOver) await waitUntil(time, dueUs, signal);
      // A lane that has stopped counts what it is given as not started.
      for (const [lane, prepared] of lanes) {
        const over = lane.release(prepared, dueUs);
        inFlight.add(over.then((called) => playOn(next.rest, prepared, called, lane, pace)));
      }
    }
    for (const session of sessions.slice(built)) {
      for (const lane of orderOf(session.first.pair)) {
        const why = lane.stopped(lastDueUs) ?? "interrupt";
        for (const arrival of [session.first, ...session.rest]) lane.skip(arrival, startUs + afterUs(session), why);
      }
    }
    await inFlight.empty();
  };
}

/** What will not hold until it is due is signed anew shortly before; what is not ready by then goes as it is. */
async function fresh(lanes: Due["lanes"], dueUs: Us, time: Time, signal: AbortSignal): Promise<Due["lanes"]> {
  if (!lanes.some(([lane, prepared]) => lane.isStale(prepared, dueUs))) return lanes;
  await waitUntil(time, dueUs - SIGN_LEAD_US, signal);
  const current = [...lanes];
  const signing = lanes.map(async ([lane, prepared], i) => {
    let last = prepared;
    for (let tries = 0; tries < SIGN_TRIES_MAX && lane.isStale(last, dueUs); tries += 1) {
      // A token near its end is renewed behind the back of whoever asks, who still gets the old one.
      if (tries > 0) await waitUntil(time, time.now() + SIGN_AGAIN_US, signal);
      last = await lane.signAnew(last);
      current[i] = [lane, last];
    }
  });
  // A slow token service of one target must not make the others late.
  await Promise.race([Promise.all(signing), waitUntil(time, dueUs, signal)]);
  return current;
}

/** Waits for promises without keeping them: a long run has very many. */
function countdown(): { add(promise: Promise<void>): void; empty(): Promise<void> } {
  let open = 0;
  let wake = (): void => undefined;
  return {
    add: (promise) => {
      open += 1;
      void promise.finally(() => {
        open -= 1;
        if (open === 0) wake();
      });
    },
    empty: () => (open === 0 ? Promise.resolve() : new Promise((resolve) => void (wake = resolve))),
  };
}
