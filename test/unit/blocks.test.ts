import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NO_CAPS } from "../../src/core/caps.ts";
import type { Load } from "../../src/core/load.ts";
import type { Block, Scenario } from "../../src/core/scenario.ts";
import { countsOf } from "../../src/measure/counts.ts";
import { groupsOf, type Group } from "../../src/measure/group.ts";
import { arrivalProcess } from "../../src/measure/arrival-process.ts";
import { steadyWindow } from "../../src/measure/steady-window.ts";
import { validityOf } from "../../src/measure/validity.ts";
import type { Contender } from "../../src/run/contender.ts";
import { pastOf } from "../../src/run/past.ts";
import { segmentsOf } from "../../src/run/segments.ts";
import { planOf } from "../../src/scenario/plan.ts";
import { PROFILES } from "../../src/simulator/profile.ts";
import { startSimulator, type Simulator } from "../../src/simulator/server.ts";
import { realTime } from "../../src/time/time.ts";
import { waitUntil } from "../../src/time/wait.ts";
import { openPool } from "../../src/transport/pool.ts";
import { DIRECT } from "../../src/transport/route.ts";
import { answer, OPEN, recordOf } from "../support/observations.ts";
import { runPlan, scenarioOf, simulatedTarget } from "../support/run-plan.ts";
import { times } from "../support/measured.ts";

const open = (ratePerSecond: number): Load => ({ kind: "open", arrival: "constant", ratePerSecond, maxInFlight: 1000 });
const closedLoop = (maxConcurrency: number): Load => ({ kind: "closed", maxConcurrency, rampUpMs: 0, thinkTime: null });
const byRequests = (requests: number): Block => ({ requests, durationMs: null });

function blocksOf(scenario: Scenario): number[] {
  return planOf(scenario).arrivals.map(({ block }) => block);
}

describe("a block", () => {
  it("is so many requests, or so long a time of an open loop", () => {
    const stop = { requests: 7, durationMs: null };
    expect(blocksOf(scenarioOf({ load: open(10), stop, block: byRequests(3) }))).toEqual([0, 0, 0, 1, 1, 1, 2]);
    expect(blocksOf(scenarioOf({ load: open(10), stop, block: { requests: null, durationMs: 250 } }))).toEqual([
      0, 0, 0, 1, 1, 2, 2,
    ]);
  });
  it("is a minute of an open loop unless told otherwise, ten rounds of a closed one, and all of one that a duration ends", () => {
    const minute = blocksOf(scenarioOf({ load: open(1), stop: { requests: 130, durationMs: null } }));
    expect([minute.filter((block) => block === 0), minute.at(-1)]).toEqual([times(60, () => 0), 2]);
    const closed = (maxConcurrency: number, durationMs: number | null): number[] =>
      blocksOf(scenarioOf({ load: closedLoop(maxConcurrency), stop: { requests: 200, durationMs } }));
    expect(closed(2, null).filter((block) => block === 0)).toHaveLength(50);
    expect(closed(8, null).filter((block) => block === 0)).toHaveLength(80);
    expect(new Set(closed(2, 1000))).toEqual(new Set([0]));
  });
  it("does not tear a rate that changes where targets take turns", () => {
    const load: Load = {
      kind: "open",
      arrival: "ramp",
      ratePerSecond: 1,
      toRatePerSecond: 2,
      burstiness: 1,
      maxInFlight: 9,
    };
    const ramp = { load, stop: { requests: null, durationMs: 180_000 } };
    expect(new Set(blocksOf(scenarioOf(ramp)))).toEqual(new Set([0, 1, 2]));
    expect(new Set(blocksOf(scenarioOf({ ...ramp, arrangement: "rotated" })))).toEqual(new Set([0]));
  });
  it("is all of a gateway's load, whose parts are its rates", () => {
    const load: Load = { kind: "gateway", path: "models", connections: 1, ratesPerSecond: [1], secondsPerRate: 1 };
    expect(new Set(blocksOf(scenarioOf({ load, stop: { requests: 300, durationMs: null } })))).toEqual(new Set([0]));
  });
});

describe("segments", () => {
  const contenders = ["a", "b", "c"].map((id) => ({ target: { id } }) as Contender);
  const scenario = scenarioOf({
    load: open(10),
    stop: { requests: 40, durationMs: null },
    warmups: 2,
    arrangement: "rotated",
    block: byRequests(4),
  });
  const segments = segmentsOf(planOf(scenario), contenders);
  const ids = segments.map((segment) => segment.contenders.map(({ target }) => target.id).join("+"));

  it("of a paired plan are one, with all targets", () => {
    const paired = segmentsOf(planOf({ ...scenario, arrangement: "paired" }), contenders);
    expect(paired.map((segment) => segment.contenders.length)).toEqual([3]);
  });
  it("of a rotated plan give every block to every target, in orders that differ and are the same each time", () => {
    const orders = times(10, (block) => ids.slice(block * 3, block * 3 + 3));
    for (const order of orders) expect(order.toSorted()).toEqual(["a", "b", "c"]);
    expect(new Set(orders.map((order) => order.join(""))).size).toBeGreaterThan(2);
    expect(segmentsOf(planOf(scenario), contenders)).toEqual(segments);
  });
  it("hold each arrival once per target, the warm-ups with a target's first, later ones due from their first", () => {
    for (const id of ["a", "b", "c"]) {
      const own = segments.filter((_, i) => ids[i] === id);
      expect(own.flatMap(({ plan }) => plan.arrivals.map(({ pair }) => pair))).toEqual(times(40, (pair) => pair));
      expect(own.map(({ plan }) => plan.warmups.length)).toEqual([2, ...times(9, () => 0)]);
      expect(own.map(({ isFirst }) => isFirst)).toEqual([true, ...times(9, () => false)]);
      expect(own[3]!.plan.arrivals.map(({ dueUs }) => dueUs)).toEqual([0, 100_000, 200_000, 300_000]);
    }
  });
  it("leave out targets that a plan is not for", () => {
    const [only] = segmentsOf({ ...planOf({ ...scenario, arrangement: "paired" }), targets: ["b"] }, contenders);
    expect(only!.contenders.map(({ target }) => target.id)).toEqual(["b"]);
  });
});

let simulator: Simulator;
beforeAll(async () => {
  const quick = {
    ...PROFILES["sim-fast"],
    ttft: { baseMs: 5, perInputTokenMs: 0, sigma: 0 },
    interEvent: { meanMs: 1, sigma: 0 },
  };
  simulator = await startSimulator({ seed: 1, profiles: { one: quick, two: quick } });
});
afterAll(() => simulator.close());

function targets(): ReturnType<typeof simulatedTarget>[] {
  return ["one", "two"].map((profile) => simulatedTarget(simulator.url, profile));
}

describe("a run in blocks", () => {
  it("has new connections in each block of a closed loop, and says which block each request was of", async () => {
    const scenario = scenarioOf({
      load: closedLoop(2),
      stop: { requests: 30, durationMs: null },
      block: byRequests(10),
    });
    const { calls } = await runPlan({ targets: targets(), scenarios: [scenario] });
    for (const target of ["one", "two"]) {
      const own = calls.filter(({ observation }) => observation.target === target);
      const idOf = (pair: number): number =>
        own.find(({ observation }) => observation.pair === pair)!.observation.connection!.id;
      const first = new Set(times(10, idOf));
      // The first requests of a block go out on what is there while its own connections open.
      expect(first.has(idOf(29))).toBe(false);
      expect(own.map(({ observation: { pair, block } }) => block === Math.floor(pair / 10)).every(Boolean)).toBe(true);
    }
  });
  it("has new connections in the blocks of an open loop", async () => {
    const scenario = scenarioOf({ load: open(100), stop: { requests: 90, durationMs: null }, block: byRequests(30) });
    const { calls } = await runPlan({ targets: targets().slice(0, 1), scenarios: [scenario] });
    const ids = [0, 1, 2].map(
      (block) =>
        new Set(
          calls
            .filter(({ observation }) => observation.block === block)
            .map(({ observation }) => observation.connection!.id),
        ),
    );
    expect([...ids[2]!].some((id) => !ids[0]!.has(id))).toBe(true);
  });
  it("lets rotated targets take turns block by block, one at a time", async () => {
    const scenario = scenarioOf({
      load: open(200),
      stop: { requests: 24, durationMs: null },
      arrangement: "rotated",
      block: { requests: null, durationMs: 30 },
      warmups: 1,
    });
    const { end, record } = await runPlan({ targets: targets(), scenarios: [scenario] });
    expect(end.windows).toHaveLength(8);
    const turns = record.observations
      .filter(({ phase }) => phase === "measured")
      .toSorted((a, b) => a.stamps.scheduled - b.stamps.scheduled)
      .map(({ block, target }) => `${block} ${target}`);
    const changes = turns.filter((turn, i) => turn !== turns[i - 1]);
    expect(changes).toHaveLength(8);
    expect(changes.map((turn) => turn.split(" ")[0])).toEqual(["0", "0", "1", "1", "2", "2", "3", "3"]);
    expect(record.observations.filter(({ phase }) => phase === "warmup")).toHaveLength(2);
    // Each turn is planned from its own beginning, and belongs to its block all the same.
    expect(
      record.observations.every(({ phase, pair, block }) => phase === "warmup" || block === Math.floor(pair / 6)),
    ).toBe(true);
    // No turn begins before the one before it is over.
    const spans = Map.groupBy(
      record.observations.filter(({ phase }) => phase === "measured"),
      ({ block, target }) => `${block} ${target}`,
    );
    const inOrder = changes.map((turn) => spans.get(turn)!);
    for (const [i, turn] of inOrder.entries()) {
      const before = inOrder[i - 1] ?? [];
      const lastEnd = Math.max(0, ...before.map(({ stamps }) => stamps.end!));
      expect(Math.min(...turn.map(({ stamps }) => stamps.released!))).toBeGreaterThanOrEqual(lastEnd);
    }
  });
});

describe("a run of turns that was cut off", () => {
  it("goes on with the turns that are left, and asks nothing twice", async () => {
    const scenario = scenarioOf({
      load: closedLoop(1),
      stop: { requests: 20, durationMs: null },
      arrangement: "rotated",
      block: byRequests(5),
    });
    const caps = { run: { ...NO_CAPS, requests: 13 }, targets: {} };
    const begun = await runPlan({ targets: targets(), scenarios: [scenario], caps });
    expect([begun.end.reason, begun.calls.length]).toEqual(["budget", 13]);
    const ended = await runPlan({ targets: targets(), scenarios: [scenario], past: pastOf(begun.record) });
    // Two whole turns and a part of the third are over.
    expect(ended.end.windows).toHaveLength(6);
    const asked = [...begun.calls, ...ended.calls].map(({ observation }) => observation);
    expect(new Set(asked.map(({ target, pair }) => `${target} ${pair}`)).size).toBe(40);
    expect(asked).toHaveLength(40);
    expect(asked.every(({ pair, block }) => block === Math.floor(pair / 5))).toBe(true);
  });
});

describe("the measurement of rotated targets", () => {
  const scenario: Scenario = { ...OPEN, arrangement: "rotated", block: byRequests(20) };
  /** Ten a second, each let go so much later than due; an hour between the turns. */
  const groupOf = (lateMs: (pair: number) => number): Group => {
    const rows = times(40, (pair) => {
      const block = Math.floor(pair / 20);
      const scheduledMs = (pair % 20) * 100 + block * 3_600_000;
      const row = answer({
        pair,
        scenario,
        atMs: scheduledMs + lateMs(pair),
        ttftMs: 100,
        gapsMs: [100],
        tokens: 2,
        fields: { block },
      });
      const stamps = { ...row.observation.stamps, scheduled: scheduledMs * 1000 };
      return { ...row, observation: { ...row.observation, stamps } };
    });
    const record = recordOf(rows, { scenarios: [scenario] });
    return groupsOf(record, [])[0]!;
  };

  it("has a steady window that leaves out the time in which others had their turn", () => {
    // Each turn: from one answer after its first arrival to its last arrival, 1.9 s less 0.2 s.
    expect(steadyWindow(groupOf(() => 0))!.seconds).toBeCloseTo(3.4, 6);
  });
  it("takes no gap between turns for a gap between arrivals", () => {
    const process = arrivalProcess(groupOf(() => 0))!;
    expect([process.gaps, process.expected, process.p]).toEqual([38, expect.closeTo(38, 6), 1]);
  });
  it("judges the span of each turn by itself: one that was torn is not excused by the hour behind it", () => {
    const torn = groupOf((pair) => (pair === 39 ? 1000 : 0));
    const counts = countsOf(torn, { arrivals: 40, closed: true });
    const { manifest } = recordOf([], { scenarios: [scenario] });
    expect(validityOf(manifest, [], [{ group: torn, counts }]).reasons).toContain(
      "open, alpha: 20 releases span 2900 ms, their plan 1900 ms, limit 1 %",
    );
  });
});

describe("renewing a pool", () => {
  it("closes an old connection only when a new one is open, and one that is in use when it comes back", async () => {
    const time = realTime();
    let ids = 0;
    const pool = openPool(simulator.url, { ...DIRECT, timeoutMs: 2000 }, time, () => (ids += 1));
    await pool.warm(2);
    const held = pool.take();
    await pool.renew();
    expect(ids).toBe(4);
    pool.give(held, true);
    const taken = [];
    for (let i = 0; i < 2; i += 1) taken.push(pool.take());
    expect(taken.includes(held)).toBe(false);
    expect(ids).toBe(4);
    await pool.close();
  });
  it("keeps what is there when no new one opens", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const time = realTime();
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const pool = openPool(origin, { ...DIRECT, timeoutMs: 2000 }, time, () => 0);
    await pool.warm(1);
    const before = pool.take();
    pool.give(before, true);
    // Takes no more, and keeps those that it has.
    server.close();
    await pool.renew();
    await waitUntil(time, time.now() + 30_000, new AbortController().signal);
    expect(pool.take()).toBe(before);
    await pool.close();
  });
});
