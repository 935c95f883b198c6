import type { Arrival } from "../core/scenario.ts";
import { usFromMs, type Us } from "../core/units.ts";
import type { Time } from "../time/time.ts";
import type { Lane } from "./lane.ts";

/**
 * Keeps a fixed number of requests in flight on one lane. A slot that becomes free is the due time of the next request, so
 * a slow server is asked less: latencies of a closed loop say nothing about waiting.
 */
export async function closedLoop(
  arrivals: readonly Arrival[],
  lane: Lane,
  load: { readonly maxConcurrency: number; readonly durationMs: number | null },
  startUs: Us,
  time: Time,
): Promise<void> {
  const endUs = load.durationMs === null ? Number.POSITIVE_INFINITY : startUs + usFromMs(load.durationMs);
  let next = 0;
  const take = (): Arrival | null => arrivals[next++] ?? null;

  const slot = async (): Promise<void> => {
    let arrival = take();
    let prepared = arrival === null ? null : await lane.prepare(arrival);
    while (arrival !== null && prepared !== null && time.now() < endUs) {
      const over = lane.release(prepared, time.now());
      arrival = take();
      // Built while the request before it is in flight: a free slot is used at once.
      prepared = arrival === null || lane.stopped() !== null ? null : await lane.prepare(arrival);
      await over;
    }
    const why = lane.stopped();
    if (arrival !== null && why !== null) lane.skip(arrival, time.now(), why);
  };
  await Promise.all(Array.from({ length: Math.min(load.maxConcurrency, arrivals.length) }, slot));
  const why = lane.stopped();
  if (why === null) return;
  for (let arrival = take(); arrival !== null; arrival = take()) lane.skip(arrival, time.now(), why);
}
