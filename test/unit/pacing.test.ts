import { describe, expect, it } from "vitest";
import type { Arrival } from "../../src/core/scenario.ts";
import { readyClosedLoop, type ClosedLoop } from "../../src/run/closed-loop.ts";
import type { Prepared } from "../../src/run/contender.ts";
import type { Lane } from "../../src/run/lane.ts";
import { readyOpenLoop } from "../../src/run/open-loop.ts";
import { sessionsOf } from "../../src/run/session.ts";
import { watchLoopDelay } from "../../src/time/loop-delay.ts";
import { waitUntil } from "../../src/time/wait.ts";
import { virtualTime, type VirtualTime } from "../support/virtual-time.ts";

const never = new AbortController().signal;

interface Released {
  readonly pair: number;
  readonly scheduledUs: number;
  readonly atUs: number;
}

/** A lane whose answers take `serviceMs`; it writes down what it was asked for and when. */
function fakeLane(
  time: VirtualTime,
  serviceMs: number,
  signal: AbortSignal,
): { lane: Lane; released: Released[]; skipped: number[] } {
  const released: Released[] = [];
  const skipped: number[] = [];
  const lane: Lane = {
    target: { id: "t" } as Lane["target"],
    stopped: () => (signal.aborted ? "interrupt" : null),
    opened: async () => undefined,
    pauses: () => ({ count: 0, waitedMs: 0 }),
    prepare: async (arrival) => ({ arrival }) as Prepared,
    isStale: () => false,
    signAnew: async (prepared) => prepared,
    // As the real lane does: what falls due after an interrupt is counted, not sent.
    release: async ({ arrival }, scheduledUs) => {
      if (signal.aborted) {
        skipped.push(arrival.pair);
        return null;
      }
      released.push({ pair: arrival.pair, scheduledUs, atUs: time.now() });
      await new Promise<void>((resolve) => void time.after(serviceMs, resolve));
      return null;
    },
    skip: (arrival) => void skipped.push(arrival.pair),
  };
  return { lane, released, skipped };
}

function arrivals(duesMs: readonly (number | null)[]): Arrival[] {
  return duesMs.map((dueMs, pair) => ({
    pair,
    phase: "measured",
    dueUs: dueMs === null ? null : dueMs * 1000,
    inputTokens: 30,
    outputTokens: 8,
    material: null,
    turn: 0,
    slice: null,
    block: 0,
  }));
}

describe("waiting until a moment", () => {
  it("ends at the moment, never before it", async () => {
    const time = virtualTime();
    let endedUs = -1;
    void waitUntil(time, 123_456, never).then(() => (endedUs = time.now()));
    await time.advanceTo(200_000);
    expect(endedUs).toBeGreaterThanOrEqual(123_456);
    expect(endedUs - 123_456).toBeLessThan(20);
  });
  it("ends at once when the moment has passed", async () => {
    const time = virtualTime();
    time.freeze(1000);
    await waitUntil(time, 500, never);
    expect(time.now()).toBe(1000);
  });
  it("ends when interrupted", async () => {
    const time = virtualTime();
    const controller = new AbortController();
    const wait = waitUntil(time, 1e9, controller.signal);
    controller.abort();
    await wait;
    expect(time.now()).toBe(0);
  });
});

/** Prepares at time 0 and starts at the moment given. */
async function openLoop(
  list: readonly Arrival[],
  orderOf: (pair: number) => readonly Lane[],
  startUs: number,
  time: VirtualTime,
  signal: AbortSignal,
): Promise<void> {
  const pace = { time, signal, endUs: Infinity, thinkMs: () => 0 };
  const start = await readyOpenLoop(sessionsOf(list), orderOf, pace);
  await start(startUs);
}

async function closedLoop(
  list: readonly Arrival[],
  lane: Lane,
  load: Pick<ClosedLoop, "maxConcurrency" | "durationMs"> & Partial<ClosedLoop>,
  time: VirtualTime,
  signal: AbortSignal = never,
): Promise<void> {
  const closed = { rampUpMs: 0, thinkMs: () => 0, ...load };
  const start = await readyClosedLoop(sessionsOf(list), lane, closed, { time, signal, turnThinkMs: () => 0 });
  await waitUntil(time, START_US, never);
  await start(START_US);
}

/** Late enough for everything to be prepared. */
const START_US = 1_000_000;

describe("an open loop", () => {
  it("lets every arrival go at its due time, however slow the answers are", async () => {
    const time = virtualTime();
    const { lane, released } = fakeLane(time, 60_000, never);
    const dues = Array.from({ length: 200 }, (_, i) => i * 20);
    const done = openLoop(arrivals(dues), () => [lane], 1_000_000, time, never);
    await time.advanceTo(10_000_000);
    expect(released.map(({ pair }) => pair)).toEqual(dues.map((_, i) => i));
    expect(Math.max(...released.map(({ scheduledUs, atUs }) => atUs - scheduledUs))).toBeLessThan(20);
    expect(released.at(-1)!.scheduledUs).toBe(1_000_000 + 199 * 20_000);
    await time.advanceTo(100_000_000);
    await done;
  });
  it("keeps the due times after the process was frozen, so that the lateness is on record", async () => {
    const time = virtualTime();
    const { lane, released } = fakeLane(time, 1, never);
    const done = openLoop(arrivals([0, 100, 200, 300, 1000]), () => [lane], 0, time, never);
    await time.advanceTo(50_000);
    time.freeze(400_000);
    await time.advanceTo(2_000_000);
    await done;
    expect(released.map(({ scheduledUs }) => scheduledUs)).toEqual([0, 100_000, 200_000, 300_000, 1_000_000]);
    expect(released.slice(1, 4).map(({ atUs }) => Math.floor(atUs / 1000))).toEqual([450, 450, 450]);
    expect(Math.floor(released[4]!.atUs / 1000)).toBe(1000);
  });
  it("gives a pair to all lanes at one due time, in the order it is told", async () => {
    const time = virtualTime();
    const a = fakeLane(time, 5, never);
    const b = fakeLane(time, 5, never);
    const order: string[] = [];
    const named = (name: string, lane: Lane): Lane => ({
      ...lane,
      release: (...args) => (order.push(name), lane.release(...args)),
    });
    const lanes = [named("a", a.lane), named("b", b.lane)];
    const done = openLoop(arrivals([0, 10]), (pair) => (pair === 0 ? lanes : lanes.toReversed()), 0, time, never);
    await time.advanceTo(100_000);
    await done;
    expect(order).toEqual(["a", "b", "b", "a"]);
    expect(a.released.map(({ scheduledUs }) => scheduledUs)).toEqual(b.released.map(({ scheduledUs }) => scheduledUs));
  });
  it("counts what it did not let go when interrupted", async () => {
    const time = virtualTime();
    const controller = new AbortController();
    const { lane, released, skipped } = fakeLane(time, 1, controller.signal);
    const done = openLoop(
      arrivals(Array.from({ length: 100 }, (_, i) => i * 10)),
      () => [lane],
      0,
      time,
      controller.signal,
    );
    await time.advanceTo(305_000);
    controller.abort();
    await time.advanceTo(5_000_000);
    await done;
    expect(released.length + skipped.length).toBe(100);
    expect(released).toHaveLength(31);
    expect(skipped).toEqual(Array.from({ length: 69 }, (_, i) => 31 + i));
  });
});

describe("a closed loop", () => {
  it("keeps the asked number in flight and uses a free slot at once", async () => {
    const time = virtualTime();
    const { lane, released } = fakeLane(time, 100, never);
    const done = closedLoop(
      arrivals(Array.from({ length: 9 }, () => null)),
      lane,
      { maxConcurrency: 3, durationMs: null },
      time,
    );
    await time.advanceTo(START_US + 1_000_000);
    await done;
    expect(released.map(({ atUs }) => Math.round((atUs - START_US) / 1000))).toEqual([
      0, 0, 0, 100, 100, 100, 200, 200, 200,
    ]);
    expect(released.every(({ scheduledUs, atUs }) => scheduledUs === atUs)).toBe(true);
  });
  it("lets its users begin one after another over the ramp-up", async () => {
    const time = virtualTime();
    const { lane, released } = fakeLane(time, 1000, never);
    const list = arrivals(Array.from({ length: 4 }, () => null));
    const done = closedLoop(list, lane, { maxConcurrency: 4, durationMs: null, rampUpMs: 400 }, time);
    await time.advanceTo(START_US + 2_000_000);
    await done;
    expect(released.map(({ scheduledUs }) => (scheduledUs - START_US) / 1000)).toEqual([0, 100, 200, 300]);
    for (const { scheduledUs, atUs } of released) expect(atUs - scheduledUs).toBeLessThan(20);
  });
  it("lets a user think between an answer and the next request, each time as long as its pair says", async () => {
    const time = virtualTime();
    const { lane, released } = fakeLane(time, 100, never);
    const list = arrivals(Array.from({ length: 4 }, () => null));
    const thinkMs = (pair: number): number => pair * 50;
    const done = closedLoop(list, lane, { maxConcurrency: 1, durationMs: null, thinkMs }, time);
    await time.advanceTo(START_US + 2_000_000);
    await done;
    const gaps = released.slice(1).map(({ scheduledUs }, i) => (scheduledUs - released[i]!.atUs) / 1000);
    expect(gaps.map(Math.round)).toEqual([150, 200, 250]);
    for (const { scheduledUs, atUs } of released) expect(atUs - scheduledUs).toBeLessThan(20);
  });
  it("ends by duration while its users think, and nothing is missing", async () => {
    const time = virtualTime();
    const { lane, released, skipped } = fakeLane(time, 100, never);
    const list = arrivals(Array.from({ length: 9 }, () => null));
    const done = closedLoop(list, lane, { maxConcurrency: 2, durationMs: 250, thinkMs: () => 60_000 }, time);
    await time.advanceTo(START_US + 1_000_000);
    await done;
    expect(released).toHaveLength(2);
    expect(skipped).toEqual([]);
  });
  it("ends by duration, answers in flight included", async () => {
    const time = virtualTime();
    const { lane, released, skipped } = fakeLane(time, 100, never);
    const done = closedLoop(
      arrivals(Array.from({ length: 50 }, () => null)),
      lane,
      { maxConcurrency: 1, durationMs: 250 },
      time,
    );
    await time.advanceTo(START_US + 1_000_000);
    await done;
    expect(released).toHaveLength(3);
    expect(skipped).toEqual([]);
  });
  it("counts every planned request when interrupted", async () => {
    const time = virtualTime();
    const controller = new AbortController();
    const { lane, released, skipped } = fakeLane(time, 100, controller.signal);
    const done = closedLoop(
      arrivals(Array.from({ length: 20 }, () => null)),
      lane,
      { maxConcurrency: 4, durationMs: null, thinkMs: (pair) => (pair === 4 ? 10_000 : 0) },
      time,
      controller.signal,
    );
    await time.advanceTo(START_US + 150_000);
    controller.abort();
    await time.advanceTo(START_US + 1_000_000);
    await done;
    expect([...released.map(({ pair }) => pair), ...skipped].toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, i) => i),
    );
  });
});

describe("the watch on our own event loop", () => {
  it("sees a freeze in full, even one that lasts until the end", async () => {
    const time = virtualTime();
    const delays: number[] = [];
    const watch = watchLoopDelay(time, (delayMs) => void delays.push(delayMs));
    await time.advanceTo(105_000);
    time.freeze(1_000_000);
    await time.advanceTo(1_200_000);
    expect(Math.max(...delays)).toBeGreaterThan(990);
    time.freeze(3_000_000);
    expect(watch.stop().delayMsMax).toBeGreaterThan(2_990);
    expect(Math.max(...delays)).toBeGreaterThan(2_990);
  });
  it("sees nothing where nothing was late", async () => {
    const time = virtualTime();
    const watch = watchLoopDelay(time, () => undefined);
    await time.advanceTo(1_000_000);
    expect(watch.stop().delayMsMax).toBe(0);
  });
});
