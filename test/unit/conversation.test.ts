import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NO_CAPS } from "../../src/core/caps.ts";
import type { Observation } from "../../src/core/observation.ts";
import type { Conversation, Scenario } from "../../src/core/scenario.ts";
import { analyse } from "../../src/measure/analyse.ts";
import type { Analysis, GroupAnalysis } from "../../src/measure/analysis.ts";
import { identityProblems } from "../../src/measure/counts.ts";
import { cacheSentences, partSections } from "../../src/report/parts.ts";
import { pastOf } from "../../src/run/past.ts";
import { worstCase } from "../../src/run/reservation.ts";
import { planOf } from "../../src/scenario/plan.ts";
import { PROFILES, type Profile } from "../../src/simulator/profile.ts";
import { startSimulator, type Simulator } from "../../src/simulator/server.ts";
import { herdbench } from "../support/herdbench.ts";
import { runPlan, scenarioOf, simulatedTarget, type PlanRun } from "../support/run-plan.ts";
import { temporaryFolder } from "../support/temporary.ts";

const QUICK: Profile = {
  ...PROFILES["sim-fast"],
  ttft: { baseMs: 3, perInputTokenMs: 0, sigma: 0 },
  interEvent: { meanMs: 1, sigma: 0 },
  prefixCache: { blockTokens: 16, blocksMax: 10_000 },
};

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({
    seed: 1,
    profiles: {
      quick: QUICK,
      // The second request of each three is refused.
      broken: { ...QUICK, faults: [{ name: "http-503", every: 3, from: 2 }] },
      gone: { ...QUICK, faults: [{ name: "http-404", share: 1 }] },
      silent: { ...QUICK, usage: "never" },
      slow: { ...QUICK, ttft: { baseMs: 300, perInputTokenMs: 0, sigma: 0 } },
    },
  });
});
afterAll(() => simulator.close());

const TALK: Conversation = { turns: 3, inputTokens: 20, thinkTime: null };
const ONE: Scenario["load"] = { kind: "closed", maxConcurrency: 1, rampUpMs: 0, thinkTime: null };

function talk(conversations: number, changes: Partial<Scenario> = {}): Scenario {
  const conversation = changes.conversation ?? TALK;
  const stop = { requests: conversations * conversation.turns, durationMs: null };
  return scenarioOf({ load: ONE, stop, conversation, inputTokens: 40, outputTokens: 6, ...changes });
}

function run(profile: string, scenario: Scenario, more: Partial<Parameters<typeof runPlan>[0]> = {}): Promise<PlanRun> {
  return runPlan({ targets: [simulatedTarget(simulator.url, profile)], scenarios: [scenario], ...more });
}

function inOrder({ record }: PlanRun): readonly Observation[] {
  return record.observations.filter(({ attempt }) => attempt === 1).toSorted((a, b) => a.pair - b.pair);
}

/** What became of the turns of each conversation of three. */
function fatesOf(ran: PlanRun): readonly string[] {
  const fates = inOrder(ran).map(({ outcome, reason }) => reason ?? outcome);
  return Array.from({ length: fates.length / 3 }, (_, i) => fates.slice(3 * i, 3 * i + 3).join(" "));
}

function analysisOf({ record }: PlanRun, scenario: Scenario): Analysis {
  const { warmups, arrivals } = planOf(scenario);
  return analyse(record, new Map([[scenario.id, { warmups: warmups.length, arrivals: arrivals.length }]]));
}

function groupOf(ran: PlanRun, scenario: Scenario): GroupAnalysis {
  return analysisOf(ran, scenario).groups[0]!;
}

describe("the plan of conversations", () => {
  it("has their turns as pairs that follow one another, each as long as all that was said before", () => {
    const { arrivals } = planOf(talk(2));
    expect(arrivals.map(({ pair, turn, slice, inputTokens }) => [pair, turn, slice, inputTokens])).toEqual([
      [0, 1, "turn 1", 40],
      [1, 2, "turn 2", 40 + 6 + 20],
      [2, 3, "turn 3", 66 + 6 + 20],
      [3, 1, "turn 1", 40],
      [4, 2, "turn 2", 66],
      [5, 3, "turn 3", 92],
    ]);
  });

  it("gives the schedule to first turns alone, and cuts the last conversation where the requests end", () => {
    const load = { kind: "open", arrival: "constant", ratePerSecond: 10, maxInFlight: 10 } as const;
    const { arrivals } = planOf(talk(2, { load, stop: { requests: 5, durationMs: null } }));
    expect(arrivals.map(({ dueUs }) => dueUs)).toEqual([0, null, null, 100_000, null]);
  });
});

describe("a dry run of conversations", () => {
  it("counts each turn with the longest history that it can have", async () => {
    const load = ["--turns", "3", "--input-len", "40", "--turn-len", "20", "--output-len", "6", "--num-prompts", "6"];
    const args = ["run", "--target", "sim-fast", ...load, "--dry-run", "--json"];
    const { code, stdout } = await herdbench(args, { cwd: temporaryFolder() });
    expect(code).toBe(0);
    const total = { requests: 6, inputTokens: 2 * (40 + 66 + 92), outputTokens: 36 };
    expect(JSON.parse(stdout)).toMatchObject({ total });
  });
});

describe("a conversation", () => {
  it("repeats all that was said, the model's own answers included, and reserves for it", async () => {
    const ran = await run("quick", talk(2));
    const observations = inOrder(ran);
    expect(observations.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 6 }, () => "completed"));
    expect(observations.map(({ request }) => request.inputTokens)).toEqual([40, 66, 92, 40, 66, 92]);
    for (const { turn, request, usage, cost } of observations) {
      // The simulator adds the chat template: five tokens, and five for each of the messages.
      expect(usage!.input! - 5 - 5 * (2 * turn - 1)).toBe(request.inputTokens);
      const { price } = simulatedTarget(simulator.url, "quick");
      expect(cost.reservedUsd).toBe(worstCase(price, request).usd);
    }
    // All of the turn before is known, in whole blocks.
    const cached = observations.map(({ usage }) => usage!.cached);
    const before = observations.map(({ usage }) => 16 * Math.floor(usage!.input! / 16));
    expect(cached.slice(0, 3)).toEqual([0, before[0], before[1]]);
    expect(cached.slice(3)).toEqual([0, before[3], before[4]]);
    expect(new Set(observations.map(({ request }) => request.promptHash)).size).toBe(6);
  });

  it("has figures by turn beside those of all", async () => {
    // With a name of its own its prompts are like none of another test.
    const scenario = talk(6, { id: "by-turn" });
    const analysis = analysisOf(await run("quick", scenario), scenario);
    const { rows } = analysis.groups[0]!;
    const of = (metric: string, stat: string) => rows.filter((row) => row.metric === metric && row.stat === stat);
    expect(of("ttft", "p50").map(({ slice, n }) => [slice, n])).toEqual([
      [null, 18],
      ["turn 1", 6],
      ["turn 2", 6],
      ["turn 3", 6],
    ]);
    const shares = of("cached_share", "value").map(({ value }) => value!);
    expect(shares[1]).toBe(0);
    expect(shares[3]).toBeGreaterThan(shares[2]!);
    const [said] = cacheSentences(analysis);
    expect(said).toMatch(
      /^quick: TTFT p50 [\d.]+ ms at turn 1, TTFT p50 [\d.]+ ms at turn 3; [\d.]+ % of input tokens from its cache at turn 3$/,
    );
    const [section] = partSections(analysis);
    expect(section!.heading).toBe("by-turn: turn by turn");
    expect(section!.table.rows.map((row) => row.slice(0, 4))).toEqual([
      ["quick", "turn 1", "6", "100"],
      ["quick", "turn 2", "6", "100"],
      ["quick", "turn 3", "6", "100"],
    ]);
    expect(section!.table.rows.map((row) => Number(row.at(-1)) / 100)).toEqual(
      shares.slice(1).map((share) => expect.closeTo(share, 3) as number),
    );
  });

  it("does not go on after a failure: the other turns are not started, and the identities hold", async () => {
    const scenario = talk(3);
    const ran = await run("broken", scenario);
    // Of requests that leave the second, fifth and eighth fail.
    expect(fatesOf(ran)).toEqual([
      "completed failed dependency",
      "completed completed failed",
      "completed completed failed",
    ]);
    const { counts } = groupOf(ran, scenario);
    expect(identityProblems(counts)).toEqual([]);
    expect(counts).toMatchObject({ planned: 9, released: 8, notStarted: { dependency: 1 } });
    // It is no answer either: a target that fails early must not look better for what it was spared.
    expect(counts).toMatchObject({ succeeded: 5, failures: { overloaded: 3, "behind a failed turn": 1 } });
  });

  it("goes on after a retry that was answered", async () => {
    const retry = { attempts: 3, on: ["overloaded"], backoffMs: 1, waitMsMax: 100 } as const;
    const scenario = talk(2, { retry });
    const ran = await run("broken", scenario);
    const { counts } = groupOf(ran, scenario);
    expect(identityProblems(counts)).toEqual([]);
    expect(counts.notStarted).toEqual({});
    expect(inOrder(ran).filter(({ outcome }) => outcome === "failed").length).toBeGreaterThan(0);
    expect(inOrder(ran).map(({ request }) => request.inputTokens)).toEqual([40, 66, 92, 40, 66, 92]);
  });

  it("counts an answer whose usage nobody told as long as its limit", async () => {
    const ran = await run("silent", talk(1));
    expect(inOrder(ran).map(({ request }) => request.inputTokens)).toEqual([40, 66, 92]);
  });

  it("waits for the answer and the think time before each turn, in an open loop as well", async () => {
    const conversation: Conversation = { ...TALK, thinkTime: { distribution: "constant", meanMs: 30 } };
    const load = { kind: "open", arrival: "constant", ratePerSecond: 1000, maxInFlight: 100 } as const;
    const observations = inOrder(await run("quick", talk(4, { conversation, load })));
    expect(observations).toHaveLength(12);
    for (const [i, { turn, stamps }] of observations.entries()) {
      if (turn > 1) expect(stamps.scheduled - observations[i - 1]!.stamps.end!).toBeGreaterThanOrEqual(30_000);
      expect(stamps.released).toBeGreaterThanOrEqual(stamps.scheduled);
    }
    const first = observations.filter(({ turn }) => turn === 1).map(({ stamps }) => stamps.scheduled);
    expect(first.map((at) => at - first[0]!)).toEqual([0, 1000, 2000, 3000]);
  });

  it("ends at a cap, and what is left of it is not started for that reason", async () => {
    const caps = { run: { ...NO_CAPS, requests: 4 }, targets: {} };
    const scenario = talk(3);
    const ran = await run("quick", scenario, { caps });
    expect(fatesOf(ran)).toEqual(["completed completed completed", "completed budget budget", "budget budget budget"]);
    expect(identityProblems(groupOf(ran, scenario).counts)).toEqual([]);
  });

  it("is not begun once its target is stopped, and what is left is held back by the breaker", async () => {
    const scenario = talk(8);
    const ran = await run("gone", scenario);
    expect(fatesOf(ran)).toEqual([
      ...Array.from({ length: 4 }, () => "failed dependency dependency"),
      "failed breaker breaker",
      ...Array.from({ length: 3 }, () => "breaker breaker breaker"),
    ]);
    expect(identityProblems(groupOf(ran, scenario).counts)).toEqual([]);
  });

  it("that another process began is not gone on with: nobody kept what was said", async () => {
    const scenario = talk(3);
    const caps = { run: { ...NO_CAPS, requests: 4 }, targets: {} };
    const before = await run("quick", scenario, { caps });
    const after = await run("quick", scenario, { past: pastOf(before.record) });
    expect(inOrder(after).map(({ pair, outcome, reason }) => [pair, reason ?? outcome])).toEqual([
      [4, "dependency"],
      [5, "dependency"],
      [6, "completed"],
      [7, "completed"],
      [8, "completed"],
    ]);
    const all = [...before.record.observations.filter(({ pair }) => pair < 4), ...after.record.observations];
    const { counts } = groupOf({ ...after, record: { ...after.record, observations: all } }, scenario);
    expect(counts).toMatchObject({ succeeded: 7, failures: {}, notStarted: { dependency: 2 } });
    // Its history is that of its own conversation, from its beginning.
    expect(
      inOrder(after)
        .slice(2)
        .map(({ request }) => request.inputTokens),
    ).toEqual([40, 66, 92]);
  });

  it("ends when interrupted, every turn accounted for", async () => {
    const interrupt = new AbortController();
    const scenario = talk(4);
    const ran = await run("slow", scenario, {
      signal: interrupt.signal,
      sink: { intent: ({ id }) => void (id.endsWith(":4") && interrupt.abort()) },
    });
    const rest = "interrupt interrupt interrupt";
    expect(fatesOf(ran)).toEqual(["completed completed completed", "completed interrupt interrupt", rest, rest]);
    expect(identityProblems(groupOf(ran, scenario).counts)).toEqual([]);
  });
});

describe("prompts with a shared prefix", () => {
  const prompt = { ...scenarioOf({}).prompt, inputTokens: 200, outputTokens: 4, cache: "warm" } as const;

  it("begin alike, are cached after the warm-ups, and say so", async () => {
    const scenario = scenarioOf({
      load: ONE,
      stop: { requests: 12, durationMs: null },
      warmups: 2,
      prompt: { ...prompt, prefix: { tokens: 160, count: 2 } },
    });
    const ran = await run("quick", scenario);
    const measured = inOrder(ran).filter(({ phase }) => phase === "measured");
    // The system message, its nonce and the template before it: ten blocks are whole.
    expect(measured.map(({ usage }) => usage!.cached)).toEqual(Array.from({ length: 12 }, () => 160));
    expect(measured.map(({ usage }) => usage!.input)).toEqual(Array.from({ length: 12 }, () => 200 + 15));
    const analysis = analysisOf(ran, scenario);
    expect(cacheSentences(analysis)).toEqual(["quick: 74.4 % of input tokens from its cache"]);
    const { rows } = analysis.groups[0]!;
    const share = rows.find(({ metric, slice }) => metric === "cached_share" && slice === null)!;
    expect(share.value).toBeCloseTo(160 / 215, 9);
  });

  it("share nothing with another target, nor with a later run of the same seed", async () => {
    const scenario = scenarioOf({
      load: ONE,
      stop: { requests: 2, durationMs: null },
      prompt: { ...prompt, prefix: { tokens: 160, count: 1 } },
    });
    // The same server under two names, as behind a gateway.
    const first = { ...simulatedTarget(simulator.url, "quick"), id: "first" };
    const ran = await runPlan({ targets: [first, { ...first, id: "second" }], scenarios: [scenario] });
    const cached = Map.groupBy(inOrder(ran), ({ target }) => target);
    expect([...cached.values()].map((of) => of.map(({ usage }) => usage!.cached))).toEqual([
      [0, 160],
      [0, 160],
    ]);
  });

  it("are cold unless asked for: nothing is cached", async () => {
    const scenario = scenarioOf({ id: "cold", load: ONE, stop: { requests: 6, durationMs: null }, inputTokens: 200 });
    const cached = inOrder(await run("quick", scenario)).map(({ usage }) => usage!.cached);
    expect(cached).toEqual([0, 0, 0, 0, 0, 0]);
  });
});
