/*
 * A process that has nothing to do but to wake every millisecond: what it is late by is the machine's doing. Says so in one
 * line of JSON when its input ends, in milliseconds.
 */

import { createHistogram } from "node:perf_hooks";

const PERIOD_MS = 1;

const late = createHistogram();
let dueMs = performance.now() + PERIOD_MS;
const tick = (): void => {
  const nowMs = performance.now();
  // After a pause every tick that fell into it counts, each by its own lateness: as with the writes of a server.
  for (; dueMs <= nowMs; dueMs += PERIOD_MS) late.record(Math.max(1, Math.round((nowMs - dueMs) * 1000)));
  setTimeout(tick, PERIOD_MS);
};
tick();
process.stdin.resume().on("end", () => {
  const ms = (us: number): number => us / 1000;
  const said = { p50Ms: ms(late.percentile(50)), p99Ms: ms(late.percentile(99)), maxMs: ms(late.max) };
  process.stdout.write(`${JSON.stringify(said)}\n`, () => process.exit());
});
process.stdout.write("ticking\n");
