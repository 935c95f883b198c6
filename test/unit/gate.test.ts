import { describe, expect, test } from "vitest";
import { openBreaker } from "../../src/run/breaker.ts";
import { openGate, type Gate } from "../../src/run/gate.ts";
import { PAUSE_MS_MAX } from "../../src/run/pause.ts";
import { attemptOf } from "../support/attempts.ts";
import { virtualTime, type VirtualTime } from "../support/virtual-time.ts";

const SECOND = 1_000_000;
const never = new AbortController().signal;

function gateOf(isClosedLoop: boolean, signal = never): { gate: Gate; time: VirtualTime } {
  const time = virtualTime();
  return {
    gate: openGate(
      openBreaker("t", () => undefined),
      isClosedLoop,
      time,
      signal,
    ),
    time,
  };
}

const limited = (retryAfterMs: number | null) => attemptOf({ kind: "rate-limited", retryAfterMs });
const refused = (pair: number) => attemptOf({ kind: "network", where: "connect", pair });

/** When a wait for the gate ends, seconds; null while it has not. */
function watch(gate: Gate, time: VirtualTime, endUs: number): { endedS: number | null } {
  const seen: { endedS: number | null } = { endedS: null };
  void gate.opened(endUs).then(() => (seen.endedS = time.now() / SECOND));
  return seen;
}

describe("a closed loop", () => {
  test("waits as long as a refused request was told, all that wait together being one pause", async () => {
    const { gate, time } = gateOf(true);
    gate.ended(limited(2500));
    const waits = [watch(gate, time, Infinity), watch(gate, time, Infinity)];
    await time.advanceTo(10 * SECOND);
    for (const { endedS } of waits) expect(endedS).toBeCloseTo(2.5, 3);
    expect(gate.pauses().count).toBe(1);
    expect(gate.pauses().waitedMs).toBeCloseTo(2500, 0);
  });
  test("waits on when another refusal asks for more meanwhile", async () => {
    const { gate, time } = gateOf(true);
    gate.ended(limited(2000));
    const wait = watch(gate, time, Infinity);
    await time.advanceTo(SECOND);
    gate.ended(limited(3000));
    gate.ended(limited(10));
    await time.advanceTo(20 * SECOND);
    expect(wait.endedS).toBeCloseTo(4, 3);
    expect(gate.pauses().count).toBe(1);
  });
  test("never waits longer than a minute at a time, nor past its end", async () => {
    const { gate, time } = gateOf(true);
    gate.ended(limited(24 * 3600 * 1000));
    const [wait, ending] = [watch(gate, time, Infinity), watch(gate, time, 7 * SECOND)];
    await time.advanceTo(100 * SECOND);
    expect(wait.endedS).toBeCloseTo(PAUSE_MS_MAX / 1000, 3);
    expect(ending.endedS).toBeCloseTo(7, 3);
  });
  test("does not wait when nothing was asked for, or an answer only carries the header", async () => {
    const { gate, time } = gateOf(true);
    gate.ended(limited(null));
    const said = limited(5000);
    gate.ended({ ...attemptOf({ kind: null }), rateLimit: said.rateLimit });
    await gate.opened(Infinity);
    expect(time.now()).toBe(0);
    expect(gate.pauses()).toEqual({ count: 0, waitedMs: 0 });
  });
  test("stops waiting when interrupted", async () => {
    const controller = new AbortController();
    const { gate, time } = gateOf(true, controller.signal);
    gate.ended(limited(50_000));
    const wait = watch(gate, time, Infinity);
    await time.advanceTo(SECOND);
    controller.abort();
    await time.advanceTo(2 * SECOND);
    expect(wait.endedS).toBeLessThan(2);
  });
  test("a retry comes when its own wait and everybody's are over", async () => {
    const { gate, time } = gateOf(true);
    gate.ended(limited(4000));
    let dueS = 0;
    void gate.rested(1000).then((dueUs) => (dueS = dueUs / SECOND));
    await time.advanceTo(SECOND);
    gate.ended(limited(6000));
    await time.advanceTo(30 * SECOND);
    expect(dueS).toBe(7);
    expect(gate.pauses().count).toBe(1);
  });
});

test("an open loop waits for nothing: its schedule stands", async () => {
  const { gate, time } = gateOf(false);
  gate.ended(limited(60_000));
  await gate.opened(Infinity);
  expect(time.now()).toBe(0);
  let dueS = 0;
  void gate.rested(1000).then((dueUs) => (dueS = dueUs / SECOND));
  await time.advanceTo(5 * SECOND);
  expect(dueS).toBe(1);
});

describe("a stopped target", () => {
  const stopped = (): { gate: Gate; time: VirtualTime } => {
    const of = gateOf(true);
    for (let pair = 0; pair < 5; pair += 1) of.gate.ended(refused(pair));
    return of;
  };
  test("is worth waiting for where the end is after its next probe", async () => {
    const { gate, time } = stopped();
    expect([Infinity, 29 * SECOND, 31 * SECOND].map(gate.isShut)).toEqual([true, true, false]);
    const [wait, none] = [watch(gate, time, 100 * SECOND), watch(gate, time, Infinity)];
    await time.advanceTo(40 * SECOND);
    expect(wait.endedS).toBeCloseTo(30, 3);
    expect(none.endedS).toBe(0);
  });
  test("keeps all but its probe waiting until that is over", async () => {
    const { gate, time } = stopped();
    await time.advanceTo(31 * SECOND);
    const probe = refused(9);
    gate.left(probe.id);
    const waits = [watch(gate, time, 1000 * SECOND), watch(gate, time, Infinity)];
    await time.advanceTo(33.5 * SECOND);
    expect(waits).toEqual([{ endedS: null }, { endedS: null }]);
    gate.ended({ ...attemptOf({ kind: null }), id: probe.id });
    await time.advanceTo(40 * SECOND);
    for (const { endedS } of waits) expect(endedS).toBeLessThan(35);
  });
});
