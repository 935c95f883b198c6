import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Observation } from "../../src/core/observation.ts";
import type { Target } from "../../src/core/target.ts";
import { identityProblems } from "../../src/measure/counts.ts";
import { PROFILES } from "../../src/simulator/profile.ts";
import { startSimulator, type Simulator } from "../../src/simulator/server.ts";
import { analysisOf } from "../support/measured.ts";
import { runPlan, scenarioOf, simulatedTarget, TIMEOUTS } from "../support/run-plan.ts";
import { GOOD_ANSWER, streamHead, wireServer, type WireServer } from "../support/wire-server.ts";

/** Answers in order; the last one for all that come later. */
type Reply = "good" | "limited" | "broken";

const LIMITED_MS = 300;
const REPLIES: Readonly<Record<Reply, string>> = {
  good: streamHead() + GOOD_ANSWER,
  limited: streamHead(["retry-after: 300ms", "content-length: 2"], "429 Too Many Requests", "application/json") + "{}",
  broken: streamHead(["content-length: 2"], "500 Internal Server Error", "application/json") + "{}",
};

let server: WireServer | null = null;
const arrivedMs: number[] = [];
afterEach(async () => {
  await server?.close();
  server = null;
});

async function target(id: string, ...replies: readonly Reply[]): Promise<Target> {
  arrivedMs.length = 0;
  let next = 0;
  server = await wireServer((socket) => {
    arrivedMs.push(performance.now());
    const reply = replies[Math.min(next, replies.length - 1)]!;
    next += 1;
    socket.end(REPLIES[reply]);
  });
  return { ...simulatedTarget(server.origin, id), baseUrl: `${server.origin}/v1`, modelId: "m", model: "m" };
}

const closed = (maxConcurrency: number, requests: number) =>
  ({
    load: { kind: "closed", maxConcurrency, rampUpMs: 0, thinkTime: null },
    stop: { requests, durationMs: null },
  }) as const;
const open = (ratePerSecond: number, requests: number) =>
  ({
    load: { kind: "open", arrival: "constant", ratePerSecond, maxInFlight: 100 },
    stop: { requests, durationMs: null },
  }) as const;
const kinds = (observations: readonly Observation[]) =>
  observations.map(({ id, failure }) => `${id.replace("test:t:", "")} ${failure?.kind ?? "ok"}`);

describe("a target that asks to be left alone for a while", () => {
  it("is, in closed loop, by every slot: counted, and not held against the client", async () => {
    const t = await target("t", "good", "limited", "good");
    const { record, end } = await runPlan({ targets: [t], scenarios: [scenarioOf(closed(1, 4))] });
    const [before, after] = [arrivedMs[1]!, arrivedMs[2]!];
    expect(after - before).toBeGreaterThanOrEqual(LIMITED_MS - 2);
    expect(end.pauses).toEqual([{ scenario: "test", target: "t", count: 1, waitedMs: expect.any(Number) }]);
    expect(end.pauses[0]!.waitedMs).toBeGreaterThan(LIMITED_MS - 50);
    const [group] = analysisOf(record).groups;
    expect(group!.counts).toMatchObject({ planned: 4, succeeded: 3, failures: { "rate-limited": 1 } });
    // The wait is over when the request is due: its delay is not the harness's.
    const third = record.observations.find(({ pair }) => pair === 2)!;
    expect(third.stamps.released! - third.stamps.scheduled).toBeLessThan(100_000);
  });

  it("is not in open loop: the schedule stands", async () => {
    const t = await target("t", "limited");
    const { record, end } = await runPlan({ targets: [t], scenarios: [scenarioOf(open(50, 8))] });
    expect(end.pauses).toEqual([]);
    const dues = record.observations.map(({ stamps }) => stamps.scheduled).toSorted((a, b) => a - b);
    expect(dues.map((due) => due - dues[0]!)).toEqual(Array.from({ length: 8 }, (_, i) => i * 20_000));
    expect(record.observations.every(({ rateLimit }) => rateLimit?.retryAfterMs === LIMITED_MS)).toBe(true);
  });
});

describe("a retry policy", () => {
  const retry = { attempts: 3, on: ["server-error", "rate-limited"], backoffMs: 20, waitMsMax: 1000 } as const;

  it("makes each attempt a record of its own, with an intent before it and money reserved for it", async () => {
    const t = await target("t", "broken", "limited", "good");
    const { record, intents } = await runPlan({ targets: [t], scenarios: [scenarioOf({ ...open(1, 1), retry })] });
    expect(kinds(record.observations)).toEqual(["0 server-error", "0:2 rate-limited", "0:3 ok"]);
    expect(intents).toEqual(["test:t:0", "test:t:0:2", "test:t:0:3"]);
    const [first, second, third] = record.observations;
    expect(new Set(record.observations.map(({ request }) => request.promptHash)).size).toBe(1);
    expect(record.observations.every(({ cost }) => cost.reservedUsd !== null)).toBe(true);
    // Not before the backoff, nor before the server's own time.
    expect(second!.stamps.scheduled - first!.stamps.end!).toBeGreaterThanOrEqual(10_000);
    expect(third!.stamps.scheduled - second!.stamps.end!).toBeGreaterThanOrEqual(LIMITED_MS * 1000);
    const [group] = analysisOf(record).groups;
    expect(group!.counts).toMatchObject({ planned: 1, retries: 2, released: 3, succeeded: 0, recovered: 1 });
    expect(identityProblems(group!.counts)).toEqual([]);
  });

  it("gives up after its last attempt", async () => {
    const t = await target("t", "broken");
    const { record } = await runPlan({ targets: [t], scenarios: [scenarioOf({ ...closed(2, 2), retry })] });
    expect(record.observations).toHaveLength(6);
    expect(analysisOf(record).groups[0]!.counts).toMatchObject({
      retries: 4,
      recovered: 0,
      failed: { "server-error": 6 },
    });
  });

  it("spends no more than the cap: a retry that does not fit is not started, and named", async () => {
    const t = await target("t", "broken");
    // Two reservations of 30 + 3 + 64 tokens in at 1, 8 out at 2 USD per million.
    const { record, end } = await runPlan({
      targets: [t],
      scenarios: [scenarioOf({ ...closed(1, 1), retry })],
      maxCostUsd: 2.5 * 113e-6,
    });
    expect(end.reason).toBe("budget");
    expect(record.observations.map(({ attempt, outcome, reason }) => [attempt, outcome, reason])).toEqual([
      [1, "failed", null],
      [2, "failed", null],
      [3, "not-started", "budget"],
    ]);
    const { counts } = analysisOf(record).groups[0]!;
    expect(counts).toMatchObject({ planned: 1, retries: 2, released: 2, notStarted: { budget: 1 } });
    expect(identityProblems(counts)).toEqual([]);
  });

  it("leaves warm-ups alone", async () => {
    const t = await target("t", "broken");
    const { record } = await runPlan({ targets: [t], scenarios: [scenarioOf({ ...closed(1, 1), warmups: 2, retry })] });
    expect(record.observations.filter(({ phase }) => phase === "warmup")).toHaveLength(2);
  });

  it("ends with the run: a retry that an interrupt found waiting is not started", async () => {
    const t = await target("t", "broken");
    const slow = { ...retry, backoffMs: 60_000, waitMsMax: 60_000 };
    const { record } = await runPlan({
      targets: [t],
      scenarios: [scenarioOf({ ...open(1, 1), retry: slow })],
      signal: AbortSignal.timeout(400),
    });
    expect(record.observations.map(({ attempt, outcome, reason }) => [attempt, outcome, reason])).toEqual([
      [1, "failed", null],
      [2, "not-started", "interrupt"],
    ]);
    expect(identityProblems(analysisOf(record).groups[0]!.counts)).toEqual([]);
  });
});

describe("an account whose limit is below the plan", () => {
  it("is named when the warm-up has told it, before anything is measured", async () => {
    const limits = ["x-ratelimit-limit-requests: 3", "x-ratelimit-limit-tokens: 100000"];
    server = await wireServer((socket) => void socket.end(streamHead(limits) + GOOD_ANSWER));
    const t = { ...simulatedTarget(server.origin, "t"), baseUrl: `${server.origin}/v1` };
    const { record, intents } = await runPlan({
      targets: [t],
      scenarios: [scenarioOf({ ...open(50, 4), warmups: 1 })],
    });
    const [quota] = record.manifest.quotas;
    expect(quota).toMatchObject({ of: "requests", windowMs: 60_000, limit: 3, need: 4, source: "headers" });
    expect(intents).toHaveLength(5);
    expect(analysisOf(record).groups[0]!.flags).toContain("quota_limited");
  });
});

describe("a network that is down for everybody", () => {
  it("is nobody's failure, and a target on this machine goes on", async () => {
    const local = await target("local", "good");
    // Names that no resolver knows.
    const gone = (id: string): Target => ({ ...local, id, baseUrl: `http://${id}.invalid/v1` });
    const { record } = await runPlan({
      targets: [gone("far"), gone("away"), local],
      scenarios: [scenarioOf(open(10, 30))],
    });
    const { groups, vantageFaults, validity } = analysisOf(record);
    expect(vantageFaults).toHaveLength(1);
    // Their breakers held most of it back, which is nobody's failure either.
    for (const { counts, flags } of groups.slice(0, 2)) {
      expect(counts).toMatchObject({ succeeded: 0, failures: {}, excused: 30 });
      expect(flags).toContain("vantage_fault");
    }
    expect(groups[2]!.counts).toMatchObject({ succeeded: 30, excused: 0 });
    expect(validity.reasons.filter((reason) => reason.includes("no target could be reached"))).toHaveLength(2);
  });
});

describe("a dead target", () => {
  let simulator: Simulator;
  const quick = { ...PROFILES["sim-fast"], ttft: { baseMs: 5, perInputTokenMs: 0, sigma: 0 } };
  beforeAll(async () => {
    simulator = await startSimulator({ seed: 1, profiles: { alive: quick, locked: { ...quick, apiKey: "planted" } } });
  });
  afterAll(() => simulator.close());
  /** Nobody listens on port 1. */
  const dead = (): Target => simulatedTarget("http://127.0.0.1:1", "dead");

  it("is stopped after five refused connections, and delays nobody it is paired with", async () => {
    const { record, end } = await runPlan({
      targets: [dead(), simulatedTarget(simulator.url, "alive")],
      scenarios: [scenarioOf({ ...open(100, 120), warmups: 1, outputTokens: 2 })],
    });
    expect(end.stops).toEqual([expect.objectContaining({ target: "dead", kind: "network", code: "ECONNREFUSED" })]);
    const { groups, validity } = analysisOf(record);
    const [of, alive] = groups;
    const refused = of!.counts.failed.network!;
    expect(of!.counts.notStarted.breaker).toBe(120 - refused);
    // Refusals take their time on a busy machine, while the schedule goes on.
    expect(refused).toBeGreaterThanOrEqual(4);
    expect(refused).toBeLessThan(60);
    expect(of!.rows.find(({ metric }) => metric === "success_share")).toMatchObject({ value: 0, n: 120 });
    expect(identityProblems(of!.counts)).toEqual([]);
    expect(alive!.counts).toMatchObject({ succeeded: 120 });
    expect(validity.reasons.filter((reason) => reason.includes("spans"))).toEqual([]);
  });

  it("ends a closed loop at once, and is still stopped in the next scenario", async () => {
    const scenarios = ["one", "two"].map((id) => scenarioOf({ ...closed(2, 50), id }));
    const { record, end } = await runPlan({ targets: [simulatedTarget(simulator.url, "locked")], scenarios });
    expect(end.stops).toEqual([expect.objectContaining({ kind: "auth", code: "invalid_api_key" })]);
    const [one, two] = analysisOf(record).groups;
    expect(one!.counts.failed.auth).toBeLessThanOrEqual(6);
    expect(one!.counts.planned).toBe(50);
    expect(two!.counts).toMatchObject({ released: 0, notStarted: { breaker: 50 }, failures: { "held back": 50 } });
  });

  it("does not keep the others waiting for connections that never open", async () => {
    // It takes connections and never says a word of TLS.
    let connections = 0;
    const mute = createServer((socket) => {
      connections += 1;
      socket.on("error", () => undefined);
    });
    mute.listen(0, "127.0.0.1");
    await once(mute, "listening");
    const silent = simulatedTarget(`https://127.0.0.1:${(mute.address() as AddressInfo).port}`, "silent");
    const { record } = await runPlan({
      targets: [silent, simulatedTarget(simulator.url, "alive")],
      scenarios: [scenarioOf({ ...open(100, 5), outputTokens: 2 })],
      timeouts: { ...TIMEOUTS, connectMs: 500 },
    });
    mute.close();
    // One was to be opened ahead, of 64, and each of the five requests met the same.
    expect(connections).toBe(6);
    const [of, alive] = analysisOf(record).groups;
    expect(of!.counts.failures).toEqual({ timeout: 5 });
    expect(alive!.counts.succeeded).toBe(5);
  });
});
