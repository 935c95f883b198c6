import type { Arrival } from "../core/scenario.ts";
import { msFromUs, type Us } from "../core/units.ts";
import type { Time } from "../time/time.ts";
import { waitUntil } from "../time/wait.ts";
import type { Lane, Prepared } from "./lane.ts";

/** Requests built ahead of their due time, per lane. */
const LOOKAHEAD = 32;
/** No building when a request is due this soon: it would be late by our own doing. */
const BUILD_SLACK_MS = 8;

/** What falls due at one moment: the same pair on every lane. */
interface Due {
  readonly dueUs: Us;
  readonly lanes: readonly (readonly [Lane, Prepared])[];
}

/**
 * Lets the arrivals of a plan go on an absolute schedule that all lanes share. Answers are never waited for: a slow server
 * changes nothing about when the next request leaves. Resolves when the last answer is over.
 *
 * @param orderOf lanes in the order in which they get a pair, so that none always goes first
 */
export async function openLoop(
  arrivals: readonly Arrival[],
  orderOf: (pair: number) => readonly Lane[],
  startUs: Us,
  time: Time,
  signal: AbortSignal,
): Promise<void> {
  const ahead: Due[] = [];
  const running: Promise<void>[] = [];
  let built = 0;
  const dueUs = (arrival: Arrival): Us => startUs + (arrival.dueUs ?? 0);
  const build = async (): Promise<void> => {
    const arrival = arrivals[built]!;
    built += 1;
    const lanes = await Promise.all(
      orderOf(arrival.pair).map(async (lane) => [lane, await lane.prepare(arrival)] as const),
    );
    ahead.push({ dueUs: dueUs(arrival), lanes });
  };
  const hasSlack = (): boolean => ahead.length === 0 || msFromUs(ahead[0]!.dueUs - time.now()) > BUILD_SLACK_MS;

  while (!signal.aborted && (built < arrivals.length || ahead.length > 0)) {
    while (built < arrivals.length && ahead.length < LOOKAHEAD && hasSlack()) await build();
    const next = ahead.shift()!;
    await waitUntil(time, next.dueUs, signal);
    for (const [lane, prepared] of next.lanes) running.push(lane.release(prepared, next.dueUs));
  }
  for (const { dueUs: due, lanes } of ahead)
    for (const [lane, { arrival }] of lanes) lane.skip(arrival, due, "interrupt");
  for (const arrival of arrivals.slice(built))
    for (const lane of orderOf(arrival.pair)) lane.skip(arrival, dueUs(arrival), "interrupt");
  await Promise.all(running);
}
