import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NO_CAPS } from "../../src/core/caps.ts";
import type { GatewayLoad } from "../../src/core/gateway.ts";
import type { Observation } from "../../src/core/observation.ts";
import type { RetryPolicy, Scenario } from "../../src/core/scenario.ts";
import { NO_PROMPT } from "../../src/core/scenario.ts";
import type { GroupAnalysis } from "../../src/measure/analysis.ts";
import { identityProblems } from "../../src/measure/counts.ts";
import { pastOf } from "../../src/run/past.ts";
import type { Profile } from "../../src/simulator/profile.ts";
import { startSimulator, type Simulator } from "../../src/simulator/server.ts";
import { analysisOf } from "../support/measured.ts";
import { runPlan, scenarioOf, simulatedTarget, type PlanRun } from "../support/run-plan.ts";
import { INSTANT } from "../support/simulator-client.ts";

const limited = (rateLimit: Partial<NonNullable<Profile["rateLimit"]>>): Profile => ({
  ...INSTANT,
  rateLimit: { ratePerSecond: 40, burst: 40, penaltyMs: 0, retryAfterS: "honest", ...rateLimit },
});
const faulty = (...faults: Profile["faults"]): Profile => ({ ...INSTANT, faults });

const PROFILES = {
  open: INSTANT,
  honest: limited({}),
  punishing: limited({ penaltyMs: 1500, retryAfterS: 1 }),
  silent: limited({ retryAfterS: null }),
  locked: { ...INSTANT, apiKey: "planted-key" },
  faulty: faulty(
    { name: "http-503", every: 100, from: 1 },
    { name: "html-200", every: 100, from: 2 },
    { name: "error-event", every: 100, from: 3 },
    { name: "cut", every: 100, from: 4 },
    { name: "empty", every: 100, from: 5 },
    { name: "other-model", every: 100, from: 6 },
    { name: "no-usage", every: 100, from: 7 },
    { name: "reset", every: 100, from: 8 },
  ),
} satisfies Record<string, Profile>;

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ seed: 405, profiles: PROFILES });
});
afterAll(() => simulator.close());

const RETRY: RetryPolicy = { attempts: 4, on: ["rate-limited", "overloaded"], backoffMs: 200, waitMsMax: 60_000 };

function gateway(
  load: Partial<Omit<GatewayLoad, "kind">>,
  requests: number,
  changes: Partial<Scenario> = {},
): Scenario {
  const path = load.path ?? "models";
  return scenarioOf({
    load: { kind: "gateway", connections: 2, ratesPerSecond: [], secondsPerRate: 1, ...load, path },
    stop: { requests, durationMs: null },
    slo: { ttftMs: null, tpotMs: null, e2eMs: 5000, percentile: 0.95 },
    arrangement: "rotated",
    ...(path === "models" ? { prompt: NO_PROMPT } : {}),
    ...changes,
  });
}

async function run(
  profile: keyof typeof PROFILES,
  scenario: Scenario,
  more: Partial<Parameters<typeof runPlan>[0]> = {},
): Promise<PlanRun & { readonly group: GroupAnalysis; readonly observations: readonly Observation[] }> {
  const targets = [simulatedTarget(simulator.url, profile)];
  const done = await runPlan({ targets, scenarios: [scenario], ...more });
  const [group] = analysisOf(done.record).groups;
  // Of a run that was resumed, its second part alone is not whole.
  if (more.past === undefined) expect(identityProblems(group!.counts)).toEqual([]);
  return { ...done, group: group!, observations: done.calls.map(({ observation }) => observation) };
}

const valueOf = ({ rows }: GroupAnalysis, metric: string, slice: string | null = null) =>
  rows.find((row) => row.metric === metric && row.slice === slice && (row.stat === "value" || row.stat === "p50"));
const asked = (profile: string) => simulator.ledger().filter((record) => record.profile === profile);

describe("a list of models", () => {
  it("costs nothing, and is told by release and end alone", async () => {
    const { observations, group, end, intents } = await run("open", gateway({ ratesPerSecond: [4] }, 20));
    expect(observations).toHaveLength(20);
    expect(intents.toSorted()).toEqual(observations.map(({ id }) => id).toSorted());
    const { released, scheduled, end: endUs, ...between } = observations[5]!.stamps;
    expect(Object.values(between)).toEqual([null, null, null, null, null, null]);
    expect(released).toBe(scheduled);
    expect(endUs).toBeGreaterThan(released!);
    expect(observations[5]).toMatchObject({
      outcome: "completed",
      flags: ["end_only"],
      cost: { reservedUsd: 0, usd: 0 },
      request: { inputTokens: 0, maxOutputTokens: 0, bytes: 0, promptHash: null },
    });
    expect(end).toMatchObject({ reason: "complete", overshootUsd: 0 });
    expect(group.spentUsd).toEqual({ low: 0, high: 0 });
    expect(group.stages.map(({ slice, accepted, refused }) => [slice, accepted, refused])).toEqual([
      ["4/s", 4, 0],
      ["flat out", 16, 0],
    ]);
    expect(valueOf(group, "gateway_ceiling")!.value).toBeGreaterThan(1);
    expect(valueOf(group, "gateway_round_trip", "flat out")!.value).toBeGreaterThan(0);
    expect(valueOf(group, "limit_onset")).toMatchObject({ value: null, flags: ["never_refused"] });
    expect(valueOf(group, "goodput_share")!.value).toBe(1);
    // What a stream would have shown is missing, not zero, and nothing is blamed for it.
    expect(valueOf(group, "ttft")!.value).toBeNull();
    expect(group.flags).not.toContain("coalesced");
    expect(group.flags).not.toContain("events_missing");
    expect(group.flags).not.toContain("no_usage");
  });
});

describe("a rate limit", () => {
  // Each connection sends its share of a second at once, so a bucket of one second's tokens runs dry as soon as the rate is above its own.
  const rates = { connections: 4, ratesPerSecond: [32, 36, 44, 60], secondsPerRate: 4 };
  const LADDER = gateway(rates, 688, { retry: RETRY });

  it("is found within 10 %, by the rate that was refused and by what was accepted", async () => {
    const { group } = await run("honest", LADDER);
    const onset = valueOf(group, "limit_onset")!;
    expect(onset.value).toBeLessThanOrEqual(44);
    expect(onset.value).toBeGreaterThanOrEqual(36);
    const accepted = valueOf(group, "accepted_rate")!;
    expect(accepted.value).toBeGreaterThan(36);
    expect(accepted.value).toBeLessThan(44);
    expect(valueOf(group, "retry_after_kept")!.value).toBe(1);
    expect(valueOf(group, "recovery")!.value).toBeGreaterThan(900);
    // At the lowest rate above the limit a late machine may send slowly enough to be let through at the end.
    expect(group.counts.retries).toBeGreaterThanOrEqual(1);
  });

  const FLAT = gateway({}, 120, { retry: RETRY });

  it("that says too little is caught", async () => {
    const { group, observations } = await run("punishing", FLAT);
    expect(observations.filter(({ attempt }) => attempt > 1).map(({ outcome }) => outcome)).toEqual([
      "failed",
      "completed",
    ]);
    expect(valueOf(group, "retry_after_kept")).toMatchObject({ value: 0.5, n: 2 });
    expect(valueOf(group, "recovery")!.value).toBeGreaterThan(1900);
    expect(valueOf(group, "gateway_ceiling")).toMatchObject({ value: null, flags: ["refused"] });
  });

  it("that says nothing is asked again by the policy, and has no promise to keep", async () => {
    const { group } = await run("silent", FLAT);
    expect(valueOf(group, "retry_after_kept")).toMatchObject({ value: null, flags: ["no_values"] });
    expect(valueOf(group, "recovery")!.value).toBeLessThan(5000);
    expect(group.counts.recovered).toBe(1);
  });
});

describe("an answer in one piece", () => {
  it("has its usage, its cost and its text, and no stamps of a stream", async () => {
    const { observations, group } = await run("open", gateway({ path: "chat" }, 12, { warmups: 0 }));
    for (const { usage, finish, response, request, cost, modelEchoed } of observations) {
      expect(usage!.output).toBe(8);
      expect({ finish, modelEchoed }).toEqual({ finish: "length", modelEchoed: "llama-3.1-405b-instruct" });
      expect(response.textHash).toMatch(/^[\da-f]{64}$/);
      expect(cost.usd).toBeCloseTo((usage!.input! + 2 * 8) / 1e6, 12);
      expect(cost.reservedUsd).toBeGreaterThan(cost.usd!);
      expect(request.bytes).toBeGreaterThan(100);
    }
    expect(new Set(observations.map(({ request }) => request.promptHash)).size).toBe(12);
    const hashes = new Set(asked("open").map(({ promptHash }) => promptHash));
    expect(hashes).toEqual(new Set(observations.map(({ request }) => request.promptHash)));
    expect(valueOf(group, "output_tokens")!.value).toBe(8);
  });

  it("fails by the kinds that any answer fails by", async () => {
    const { observations } = await run("faulty", gateway({ path: "chat", connections: 1 }, 9));
    const seen = observations.map(({ outcome, failure, flags }) => failure?.kind ?? [outcome, ...flags].join(" "));
    expect(seen).toEqual([
      "overloaded",
      "protocol",
      "server-error",
      "truncated",
      "completed end_only empty",
      "completed end_only model_differs",
      "completed end_only no_usage",
      "network",
      "completed end_only",
    ]);
  });
});

describe("caps", () => {
  it("in requests are kept to the request", async () => {
    const before = asked("open").length;
    const caps = { run: { ...NO_CAPS, requests: 7 }, targets: {} };
    const { group, end } = await run("open", gateway({ path: "chat", connections: 3 }, 30), { caps });
    expect(asked("open").length - before).toBe(7);
    expect(group.counts).toMatchObject({ completed: 7, notStarted: { budget: 23 } });
    expect(end).toMatchObject({ reason: "budget", capsReached: [{ unit: "requests", billed: 7, next: 1 }] });
  });

  it("in money: what was reserved and not used is used, and nothing goes past it", async () => {
    const before = asked("open").length;
    const { group, observations, end } = await run("open", gateway({ path: "chat", connections: 3 }, 60), {
      maxCostUsd: 0.002,
    });
    const spent = observations.reduce((sum, { cost }) => sum + cost.usd!, 0);
    expect(asked("open").length - before).toBe(observations.length);
    expect(spent).toBeLessThanOrEqual(0.002);
    const [{ cost }] = observations as [Observation];
    // Until not even one more fits.
    expect(spent + cost.reservedUsd!).toBeGreaterThan(0.002);
    expect(group.counts.notStarted.budget).toBe(60 - observations.length);
    expect(end).toMatchObject({ reason: "budget", overshootUsd: 0 });
  });
});

describe("a gateway that", () => {
  it("lets nobody in is left alone after a few", async () => {
    const { group, end } = await run("locked", gateway({ ratesPerSecond: [10], secondsPerRate: 2 }, 200));
    expect(end.stops).toMatchObject([{ kind: "auth", resumedUs: null }]);
    expect(group.counts.failed.auth).toBeLessThan(15);
    expect(group.counts.notStarted.breaker).toBe(200 - group.counts.failed.auth!);
  });

  it("is left by an interrupt has a whole record, and the rest is sent by whoever goes on", async () => {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), 1300);
    const scenario = gateway({ path: "chat", ratesPerSecond: [10], secondsPerRate: 3 }, 40);
    const first = await run("open", scenario, { signal: controller.signal });
    clearTimeout(timer);
    expect(first.end.reason).toBe("interrupt");
    expect(first.group.counts.notStarted.interrupt).toBeGreaterThan(0);
    const second = await run("open", scenario, { past: pastOf(first.record) });
    const sent = [...first.observations, ...second.observations].map(({ pair }) => pair);
    expect(sent.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, pair) => pair));
  });
});
