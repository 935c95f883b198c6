import { describe, expect, it } from "vitest";
import { gatewayLabel, gatewayStages, type GatewayLoad } from "../../src/core/gateway.ts";
import { asWritten } from "../../src/core/scenario.ts";
import { overrideScenario, type LoadFlags } from "../../src/scenario/custom.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import { planOf } from "../../src/scenario/plan.ts";
import { NO_FLAGS } from "../support/load-flags.ts";

const LOAD = { kind: "gateway", path: "models", connections: 2, ratesPerSecond: [4, 10], secondsPerRate: 3 } as const;
const VALID = {
  id: "mine",
  title: "Mine",
  source: "A test",
  prompt: null,
  load: LOAD,
  stop: { requests: 50 },
  warmups: 0,
  slo: { e2eMs: 400, percentile: 0.9 },
  arrangement: "rotated",
  seed: 405,
};
const PROMPT = { inputTokens: 100, outputTokens: 8, content: "prose", cache: "cold" };

function parsed(change: object = {}) {
  return parseScenario(JSON.stringify({ ...VALID, ...change }), "mine.json");
}

function scenario(change: object = {}) {
  const result = parsed(change);
  if (!result.ok) throw new Error(result.problems.join("\n"));
  return result.scenario;
}

const problemsOf = (change: object): readonly string[] => {
  const result = parsed(change);
  return result.ok ? [] : result.problems;
};

describe("a gateway scenario", () => {
  it("plans its rates one after the other, then flat out with what is left", () => {
    const plan = planOf(scenario());
    const slices = Map.groupBy(plan.arrivals, ({ slice }) => slice);
    expect([...slices].map(([slice, { length }]) => [slice, length])).toEqual([
      ["4/s", 12],
      ["10/s", 30],
      ["flat out", 8],
    ]);
    expect(plan.arrivals.map(({ pair }) => pair)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect(plan.arrivals.every(({ dueUs }) => dueUs === null)).toBe(true);
  });

  it("ends within a rate when there are no more requests", () => {
    const stages = (requests: number) =>
      gatewayStages(LOAD, requests).map((stage) => `${stage.slice} ${stage.requests}`);
    expect(stages(42)).toEqual(["4/s 12", "10/s 30"]);
    expect(stages(20)).toEqual(["4/s 12", "10/s 8"]);
    expect(stages(12)).toEqual(["4/s 12"]);
    expect(gatewayStages({ ...LOAD, ratesPerSecond: [] }, 5)).toEqual([
      { slice: "flat out", ratePerSecond: null, requests: 5 },
    ]);
  });

  it("has a label of its own for each kind", () => {
    const label = (change: Partial<GatewayLoad>) => gatewayLabel({ ...LOAD, ...change });
    expect(label({})).toBe("gateway models 4-10/s x 2");
    expect(label({ path: "chat", ratesPerSecond: [4] })).toBe("gateway chat 4/s x 2");
    expect(label({ ratesPerSecond: [] })).toBe("gateway models flat out x 2");
  });

  it("reads back from the JSON that it is written as", () => {
    const first = scenario();
    expect(parseScenario(JSON.stringify(asWritten(first)), "mine.json")).toEqual({ ok: true, scenario: first });
    const chat = scenario({ prompt: PROMPT, load: { ...LOAD, path: "chat" } });
    expect(asWritten(chat)).toBe(chat);
  });

  it("has rates and seconds of its own where none are given", () => {
    const { load } = scenario({ load: { kind: "gateway", path: "models", connections: 3 } });
    expect(load).toMatchObject({ ratesPerSecond: [], secondsPerRate: 10 });
  });
});

describe("a gateway scenario with mistakes", () => {
  it.each([
    ["a prompt for a list", { prompt: PROMPT }, "prompt: must be null: a list of models is asked for without one"],
    [
      "a chat without a prompt",
      { load: { ...LOAD, path: "chat" } },
      "prompt: must not be null: only a list of models is asked for without one",
    ],
    [
      "a duration",
      { stop: { requests: 50, durationMs: 1000 } },
      "stop.durationMs: must be null: a gateway load ends by its requests",
    ],
    [
      "a conversation",
      { conversation: { turns: 3, inputTokens: 30 } },
      "conversation: must be null: a gateway load waits for no answer to go on with",
    ],
    [
      "prompts that differ in length",
      {
        prompt: { ...PROMPT, cache: "warm", prefix: { tokens: 50, count: 1 } },
        load: { ...LOAD, path: "chat" },
      },
      "prompt: must have no spread, prefix or dataset: what autocannon sends is as long as the next",
    ],
    ["warm-ups", { warmups: 2 }, "warmups: must be 0: the lowest rate comes first"],
    [
      "a limit on first tokens",
      { slo: { ttftMs: 5, e2eMs: 400, percentile: 0.9 } },
      "slo: must set e2eMs alone: an answer in one piece has no first token",
    ],
    [
      "targets at the same time",
      { arrangement: "paired" },
      'arrangement: must be "rotated": targets at the same time would share what this machine can send',
    ],
    ["rates that fall", { load: { ...LOAD, ratesPerSecond: [10, 4] } }, "load.ratesPerSecond: must ascend"],
    [
      "a rate that connections cannot share",
      { load: { ...LOAD, ratesPerSecond: [3] } },
      "load.ratesPerSecond: must be multiples of connections: each connection makes a whole number of requests a second",
    ],
  ])("is refused for %s", (_, change, problem) => {
    expect(problemsOf(change)).toEqual([problem]);
  });

  it("hears of all of them at once", () => {
    const change = { warmups: 1, arrangement: "paired", prompt: PROMPT, stop: { requests: null, durationMs: 5 } };
    expect(problemsOf(change).map((problem) => problem.split(":")[0])).toEqual([
      "prompt",
      "stop.requests",
      "stop.durationMs",
      "warmups",
      "arrangement",
    ]);
  });

  it("leaves other scenarios their prompt", () => {
    const load = { kind: "closed", maxConcurrency: 1 };
    expect(problemsOf({ load })).toEqual(["prompt: must not be null: only a list of models is asked for without one"]);
  });
});

describe("load flags beside a gateway scenario", () => {
  const problems = (flags: Partial<LoadFlags>) => {
    const result = overrideScenario(scenario(), { ...NO_FLAGS, ...flags });
    return result.ok ? [] : result.problems;
  };

  it("change its number of requests and its seed", () => {
    const result = overrideScenario(scenario(), { ...NO_FLAGS, numPrompts: 13, seed: 7 });
    expect(result).toMatchObject({ ok: true, scenario: { stop: { requests: 13 }, seed: 7, load: LOAD } });
  });

  it("are refused where they would be ignored", () => {
    expect(problems({ requestRate: 3, maxConcurrency: 4, trace: "t.csv", inputLen: 30, turns: 5 })).toEqual([
      "--request-rate: changes nothing about a gateway scenario; change its file",
      "--trace: changes nothing about a gateway scenario; change its file",
      "--max-concurrency: changes nothing about a gateway scenario; change its file",
      "--input-len: this scenario asks for a list of models, without a prompt",
      "--turns: this scenario asks for a list of models, without a prompt",
    ]);
  });
});
