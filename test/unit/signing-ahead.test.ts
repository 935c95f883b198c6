import { describe, expect, it } from "vitest";
import type { HttpRequest } from "../../src/core/provider.ts";
import type { Arrival } from "../../src/core/scenario.ts";
import { openaiChat, PLAIN } from "../../src/protocol/openai-chat.ts";
import { openBreaker } from "../../src/run/breaker.ts";
import { openBudget } from "../../src/run/budget.ts";
import { readyClosedLoop } from "../../src/run/closed-loop.ts";
import type { Contender, LaneContext } from "../../src/run/contender.ts";
import { openLane, type Lane } from "../../src/run/lane.ts";
import { readyOpenLoop } from "../../src/run/open-loop.ts";
import { sessionsOf } from "../../src/run/session.ts";
import { planOf } from "../../src/scenario/plan.ts";
import { NO_CAPS } from "../../src/core/caps.ts";
import { DIRECT } from "../../src/transport/route.ts";
import type { Pools } from "../../src/transport/pools.ts";
import { scenarioOf, simulatedTarget, TIMEOUTS } from "../support/run-plan.ts";
import { virtualTime, type VirtualTime } from "../support/virtual-time.ts";

/* Requests are signed ahead of their moment, and signatures and tokens run out: what is released must still hold. */

const MINUTE_US = 60_000_000;
const never = new AbortController().signal;

interface Released {
  readonly atUs: number;
  readonly dueUs: number;
  /** Age of the signature. */
  readonly ageUs: number;
  readonly signature: string;
  readonly signingUs: number;
}

/** The lane of a target whose signatures hold for a while; what it releases is written down, and not sent. */
function signingLane(
  time: VirtualTime,
  of: {
    readonly freshForMs: number | ((nth: number) => number);
    readonly signingMs?: (nth: number) => number;
    readonly serviceMs?: number;
    readonly buildingMs?: number;
  },
): { readonly lane: Lane; readonly released: Released[]; readonly signings: () => number } {
  let signings = 0;
  const authorize = async (request: HttpRequest) => {
    signings += 1;
    const signature = String(signings);
    const ms = of.signingMs?.(signings) ?? 0;
    if (ms > 0) await new Promise<void>((resolve) => void time.after(ms, resolve));
    const headers = { ...request.headers, authorization: signature };
    const freshForMs = typeof of.freshForMs === "number" ? of.freshForMs : of.freshForMs(signings);
    return { ok: true, request: { ...request, headers }, freshForMs } as const;
  };
  const target = simulatedTarget("http://127.0.0.1:1", "sim-fast");
  const wire = openaiChat(PLAIN);
  const contender: Contender = {
    target,
    wire: {
      ...wire,
      request: (call) => {
        time.freeze((of.buildingMs ?? 0) * 1000);
        return wire.request(call);
      },
    },
    route: DIRECT,
    authorize,
    refused: () => false,
    isModel: () => true,
    metricsUrl: null,
    redact: (text) => text,
  };
  const context: LaneContext = {
    runId: "20260101T000000Z-test",
    timeouts: TIMEOUTS,
    isDecided: () => false,
    budget: openBudget({ run: NO_CAPS, targets: {} }),
    time: time as unknown as LaneContext["time"],
    signal: never,
    sink: { intent: () => undefined, called: () => undefined, skipped: () => undefined, stalled: () => undefined },
    fail: (error) => {
      throw error;
    },
  };
  const breaker = openBreaker(target.id, () => undefined);
  const lane = openLane(contender, scenarioOf({}), {} as Pools, breaker, context);
  const released: Released[] = [];
  const release: Lane["release"] = async ({ signed, signedUs, signingUs }, dueUs) => {
    const signature = signed.ok ? signed.request.headers["authorization"]! : "none";
    released.push({ atUs: time.now(), dueUs, ageUs: time.now() - signedUs, signature, signingUs });
    await new Promise<void>((resolve) => void time.after(of.serviceMs ?? 1, resolve));
    return null;
  };
  return { lane: { ...lane, release }, released, signings: () => signings };
}

function eachMinute(count: number): Arrival[] {
  return plan(count).map((arrival) => ({ ...arrival, dueUs: arrival.pair * MINUTE_US }));
}

function plan(requests: number): readonly Arrival[] {
  return planOf(scenarioOf({ stop: { requests, durationMs: null } })).arrivals;
}

async function openLoop(lanes: readonly Lane[], count: number, time: VirtualTime): Promise<void> {
  const run = async (): Promise<void> => {
    const pace = { time, signal: never, endUs: Infinity, thinkMs: () => 0 };
    const start = await readyOpenLoop(sessionsOf(eachMinute(count)), () => lanes, pace);
    await start(MINUTE_US);
  };
  const done = run();
  await time.advanceTo((count + 2) * MINUTE_US);
  await done;
}

describe("an open loop", () => {
  it("signs anew, shortly before its moment, what would not hold until then, and is never late for it", async () => {
    const time = virtualTime();
    const { lane, released, signings } = signingLane(time, { freshForMs: 300_000 });
    await openLoop([lane], 20, time);
    expect(released.map(({ dueUs }) => dueUs)).toEqual(eachMinute(20).map(({ dueUs }) => MINUTE_US + dueUs!));
    for (const { atUs, dueUs, ageUs } of released) {
      expect(atUs - dueUs).toBeLessThan(20);
      expect(ageUs).toBeLessThanOrEqual(5 * MINUTE_US);
    }
    // Those of the first five minutes hold as they were signed at the start.
    expect(signings()).toBe(20 + 15);
    expect(released.at(-1)!.ageUs).toBeLessThanOrEqual(2_000_000);
  });

  it("signs once what holds for long", async () => {
    const time = virtualTime();
    const { lane, released, signings } = signingLane(time, { freshForMs: Infinity });
    await openLoop([lane], 20, time);
    expect([released.length, signings()]).toEqual([20, 20]);
  });

  it("signs once more what still would not hold: a token near its end is renewed behind its back", async () => {
    const time = virtualTime();
    const COUNT = 2;
    // As prepared: half a minute. Then the old token, a moment before its end, and the new one.
    const lives = [30_000, 30_000, 100, 3_600_000];
    const { lane, released } = signingLane(time, { freshForMs: (nth) => lives[nth - 1] ?? 3_600_000 });
    await openLoop([lane], COUNT, time);
    expect(released.map(({ signature }) => signature)).toEqual(["4", "5"]);
    for (const { atUs, dueUs } of released) expect(atUs - dueUs).toBeLessThan(20);
  });

  it("gives up on what never holds, and lets it go at its moment", async () => {
    const time = virtualTime();
    const { lane, released, signings } = signingLane(time, { freshForMs: 1 });
    await openLoop([lane], 2, time);
    for (const { atUs, dueUs } of released) expect(atUs - dueUs).toBeLessThan(20);
    expect(signings()).toBeLessThan(30);
  });

  it("does not make a target late whose signatures are ready, and lets the other go as it is", async () => {
    const time = virtualTime();
    const COUNT = 8;
    // From the first time that it is signed anew, signing takes ten seconds.
    const slow = signingLane(time, { freshForMs: 60_000, signingMs: (nth) => (nth > COUNT ? 10_000 : 0) });
    const quick = signingLane(time, { freshForMs: 60_000 });
    await openLoop([slow.lane, quick.lane], COUNT, time);
    for (const { atUs, dueUs } of [...slow.released, ...quick.released]) expect(atUs - dueUs).toBeLessThan(20);
    expect(Math.max(...quick.released.map(({ ageUs }) => ageUs))).toBeLessThanOrEqual(MINUTE_US);
    expect(slow.released.at(-1)!.signature).toBe(String(COUNT));
  });
});

describe("the time that signing takes", () => {
  it("is one's own, however long the requests of the others take to build", async () => {
    const time = virtualTime();
    const quick = signingLane(time, { freshForMs: Infinity, signingMs: () => 3 });
    const heavy = signingLane(time, { freshForMs: Infinity, buildingMs: 200 });
    await openLoop([quick.lane, heavy.lane], 2, time);
    expect(quick.released.map(({ signingUs }) => signingUs)).toEqual([3000, 3000]);
    expect(heavy.released.map(({ signingUs }) => signingUs)).toEqual([0, 0]);
  });
});

describe("a closed loop", () => {
  it("signs anew what has waited too long behind a slow answer, before it is due", async () => {
    const time = virtualTime();
    const { lane, released, signings } = signingLane(time, { freshForMs: 300_000, serviceMs: 400_000 });
    const run = async (): Promise<void> => {
      const start = await readyClosedLoop(
        sessionsOf(plan(4)),
        lane,
        { maxConcurrency: 1, rampUpMs: 0, durationMs: null, thinkMs: () => 0 },
        { time, signal: never, turnThinkMs: () => 0 },
      );
      await start(0);
    };
    const done = run();
    await time.advanceTo(40 * MINUTE_US);
    await done;
    expect(released.map(({ ageUs }) => ageUs <= 5 * MINUTE_US)).toEqual([true, true, true, true]);
    expect(signings()).toBe(4 + 3);
  });
});
