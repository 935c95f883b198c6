import { describe, expect, it } from "vitest";
import type { Scenario } from "../../src/core/scenario.ts";
import { customScenario, overrideScenario, parseGoodput, type LoadFlags } from "../../src/scenario/custom.ts";
import type { ScenarioResult } from "../../src/scenario/parse.ts";
import { NO_FLAGS } from "../support/load-flags.ts";

const OPEN: Scenario = {
  id: "named",
  title: "Named",
  source: "A test",
  prompt: {
    inputTokens: 100,
    outputTokens: 64,
    content: "prose",
    cache: "cold",
    spread: null,
    prefix: null,
    dataset: null,
  },
  conversation: null,
  load: { kind: "open", arrival: "constant", ratePerSecond: 5, maxInFlight: 64 },
  stop: { requests: 40, durationMs: null },
  warmups: 2,
  slo: { ttftMs: 400, tpotMs: 25, e2eMs: null, percentile: 0.95 },
  arrangement: "paired",
  block: null,
  retry: null,
  seed: 405,
};

function scenarioOf(result: ScenarioResult): Scenario {
  if (!result.ok) throw new Error(result.problems.join("\n"));
  return result.scenario;
}

function problemsOf(flags: Partial<LoadFlags>): readonly string[] {
  const result = customScenario({ ...NO_FLAGS, ...flags });
  return result.ok ? [] : result.problems;
}

describe("the ad-hoc scenario of load flags", () => {
  it("is a closed loop of the wanted concurrency when no rate is given", () => {
    const scenario = scenarioOf(
      customScenario({
        ...NO_FLAGS,
        numPrompts: 50,
        maxConcurrency: 5,
        inputLen: 200,
        outputLen: 100,
        seed: 7,
      }),
    );
    expect(scenario).toMatchObject({
      id: "custom",
      prompt: { inputTokens: 200, outputTokens: 100 },
      load: { kind: "closed", maxConcurrency: 5, rampUpMs: 0, thinkTime: null },
      stop: { requests: 50, durationMs: null },
      warmups: 0,
      seed: 7,
    });
    expect(scenarioOf(customScenario(NO_FLAGS)).load).toEqual({
      kind: "closed",
      maxConcurrency: 1,
      rampUpMs: 0,
      thinkTime: null,
    });
  });

  it("is an open loop with Poisson arrivals when a rate is given", () => {
    const { load } = scenarioOf(customScenario({ ...NO_FLAGS, requestRate: 2 }));
    expect(load).toEqual({ kind: "open", arrival: "poisson", ratePerSecond: 2, maxInFlight: 1000 });
    const constant = scenarioOf(
      customScenario({ ...NO_FLAGS, requestRate: 2, arrival: "constant", maxConcurrency: 10 }),
    );
    expect(constant.load).toEqual({ kind: "open", arrival: "constant", ratePerSecond: 2, maxInFlight: 10 });
  });

  it("takes the process from the flag that only it knows", () => {
    const rate = { ...NO_FLAGS, requestRate: 2, durationS: 60 };
    const open = { kind: "open", ratePerSecond: 2, maxInFlight: 1000 };
    expect(scenarioOf(customScenario({ ...rate, burstiness: 0.25 })).load).toEqual({
      ...open,
      arrival: "gamma",
      burstiness: 0.25,
    });
    expect(scenarioOf(customScenario({ ...rate, rampTo: 20 })).load).toEqual({
      ...open,
      arrival: "ramp",
      toRatePerSecond: 20,
      burstiness: 1,
    });
    expect(scenarioOf(customScenario({ ...rate, steps: [1, 4, 16], burstiness: 0.1 })).load).toEqual({
      ...open,
      arrival: "steps",
      factors: [1, 4, 16],
      burstiness: 0.1,
    });
  });

  it("gives the users of a closed loop a ramp-up and time to think", () => {
    const thinkTime = { distribution: "exponential", meanMs: 2000 } as const;
    expect(scenarioOf(customScenario({ ...NO_FLAGS, maxConcurrency: 8, rampUpS: 10, thinkTime })).load).toEqual({
      kind: "closed",
      maxConcurrency: 8,
      rampUpMs: 10_000,
      thinkTime,
    });
  });

  it("stops by the duration alone when no count is given beside it", () => {
    expect(scenarioOf(customScenario({ ...NO_FLAGS, durationS: 1.5 })).stop).toEqual({
      requests: null,
      durationMs: 1500,
    });
    const both = scenarioOf(customScenario({ ...NO_FLAGS, durationS: 60, numPrompts: 10 }));
    expect(both.stop).toEqual({ requests: 10, durationMs: 60_000 });
  });
});

describe("a mistake in load flags", () => {
  it("says every mistake at once, by the name of its flag", () => {
    const flags = {
      inputLen: 3,
      numPrompts: 0,
      requestRate: -1,
      durationS: -1,
      goodput: "ttft:0",
      seed: 0.5,
    };
    expect(problemsOf(flags)).toEqual([
      '--goodput: "ttft:0" is not a limit; write ttft:MS, tpot:MS or e2e:MS, above 0',
      "--input-len: must be at least 16, is 3",
      "--request-rate: must be above 0, is -1",
      "--num-prompts: must be at least 1, is 0",
      "--duration (in ms): must be at least 1, is -1000",
      "--seed: must be a whole number, is 0.5",
    ]);
  });

  it("refuses flags that would be ignored in silence", () => {
    expect(problemsOf({ arrival: "poisson" })).toEqual(["--arrival: needs --request-rate"]);
    expect(problemsOf({ requestRate: 2, arrival: "poisson", burstiness: 2, rampTo: 3, steps: [1, 2] })).toEqual(
      expect.arrayContaining([
        "--burstiness: needs --request-rate with --arrival gamma",
        "--ramp-to: needs --request-rate with --arrival ramp",
        "--steps: needs --request-rate with --arrival steps",
      ]),
    );
    expect(problemsOf({ requestRate: 2, rampUpS: 1, thinkTime: { distribution: "constant", meanMs: 1 } })).toEqual([
      "--ramp-up: needs a closed loop: --max-concurrency alone",
      "--think-time: needs a closed loop: --max-concurrency alone",
    ]);
  });

  it("asks for what a process cannot do without", () => {
    expect(problemsOf({ requestRate: 2, arrival: "gamma" })).toEqual([
      "--burstiness: is missing; must be a finite number",
    ]);
    expect(problemsOf({ requestRate: 2, rampTo: 9 })).toEqual([
      "--duration (in ms): is missing: a ramp or steps take their time from it",
    ]);
  });

  it("names the flag of an in-flight limit", () => {
    expect(problemsOf({ requestRate: 2, maxConcurrency: 2_000_000 })).toEqual([
      "--max-concurrency: must be at most 100000, is 2000000",
    ]);
  });

  it("names the limit that --goodput sets too high", () => {
    expect(problemsOf({ goodput: "ttft:9999999" })).toEqual(["--goodput ttft: must be at most 3600000, is 9999999"]);
  });

  it("names the flags when a duration at the rate plans too much", () => {
    expect(problemsOf({ requestRate: 10_000, durationS: 3600 })).toEqual([
      "--duration: a duration at this rate plans more than 1000000 requests; set --num-prompts",
    ]);
  });
});

describe("flags beside a named scenario", () => {
  it("change nothing when there are none", () => {
    expect(overrideScenario(OPEN, NO_FLAGS)).toEqual({ ok: true, scenario: OPEN });
  });

  it("replace what they name and keep the rest", () => {
    const flags = { ...NO_FLAGS, requestRate: 9, goodput: "tpot:30", seed: 1, numWarmups: 0, durationS: 2 };
    expect(scenarioOf(overrideScenario(OPEN, flags))).toEqual({
      ...OPEN,
      load: { ...OPEN.load, ratePerSecond: 9 },
      stop: { requests: null, durationMs: 2000 },
      slo: { ttftMs: null, tpotMs: 30, e2eMs: null, percentile: 0.95 },
      seed: 1,
      warmups: 0,
    });
    const bursty = scenarioOf(overrideScenario(OPEN, { ...NO_FLAGS, burstiness: 0.5 }));
    expect(bursty.load).toEqual({ ...OPEN.load, arrival: "gamma", burstiness: 0.5 });
    expect(scenarioOf(overrideScenario(bursty, { ...NO_FLAGS, arrival: "constant" })).load).toEqual(OPEN.load);
    expect(scenarioOf(overrideScenario(OPEN, { ...NO_FLAGS, arrival: "poisson" })).load).toEqual({
      ...OPEN.load,
      arrival: "poisson",
    });
  });

  it("close an open loop with a concurrency and open a closed one with a rate", () => {
    const closed = scenarioOf(overrideScenario(OPEN, { ...NO_FLAGS, maxConcurrency: 3 }));
    expect(closed.load).toEqual({ kind: "closed", maxConcurrency: 3, rampUpMs: 0, thinkTime: null });
    const opened = scenarioOf(overrideScenario(closed, { ...NO_FLAGS, requestRate: 3 }));
    expect(opened.load).toEqual({ kind: "open", arrival: "poisson", ratePerSecond: 3, maxInFlight: 1000 });
  });
});

describe("goodput limits", () => {
  it.each(["ttft:6000,tpot:175", "ttft:6000 tpot:175", "tpot:175.0, ttft:6000"])("are read from %j", (text) => {
    expect(parseGoodput(text)).toEqual({ ok: true, slo: { ttftMs: 6000, tpotMs: 175, e2eMs: null, percentile: 0.9 } });
  });

  it("take e2e and vLLM's e2el for the whole answer", () => {
    for (const text of ["e2e:9000", "e2el:9000"]) expect(parseGoodput(text)).toMatchObject({ slo: { e2eMs: 9000 } });
  });

  it.each([
    ["", /is empty/],
    ["ttft", /"ttft" is not a limit/],
    ["itl:5", /"itl:5" is not a limit/],
    ["constructor:5", /"constructor:5" is not a limit/],
    ["ttft:-5", /"ttft:-5" is not a limit/],
    ["e2e:1,e2el:2", /"e2el:2" sets a limit that is set already/],
  ])("are refused in %j", (text, problem) => {
    expect(parseGoodput(text)).toEqual({ ok: false, problems: [expect.stringMatching(problem)] });
  });
});
