import { readdir, readFile } from "node:fs/promises";
import { basename } from "node:path";
import { describe, expect, it } from "vitest";
import { parseScenario } from "../../src/scenario/parse.ts";
import { planOf } from "../../src/scenario/plan.ts";

const VALID = {
  id: "mine",
  title: "Mine",
  source: "A test",
  prompt: { inputTokens: 100, outputTokens: 64, content: "prose", cache: "cold" },
  load: { kind: "open", arrival: "poisson", ratePerSecond: 2, maxInFlight: 64 },
  stop: { requests: 40 },
  warmups: 2,
  slo: { ttftMs: 400, percentile: 0.9 },
  arrangement: "paired",
  seed: 405,
};

function problemsOf(change: object): readonly string[] {
  const result = parseScenario(JSON.stringify({ ...VALID, ...change }), "mine.json");
  return result.ok ? [] : result.problems;
}

describe("a scenario file", () => {
  it("becomes a scenario whose unstated limits are null", () => {
    const result = parseScenario(JSON.stringify({ $schema: "x.json", ...VALID }), "some/folder/mine.json");
    expect(result).toEqual({
      ok: true,
      scenario: {
        ...VALID,
        prompt: { ...VALID.prompt, spread: null, prefix: null, dataset: null },
        conversation: null,
        stop: { requests: 40, durationMs: null },
        slo: { ttftMs: 400, tpotMs: null, e2eMs: null, percentile: 0.9 },
        block: null,
        retry: null,
      },
    });
  });

  it("reads back from the JSON of the scenario that it became", () => {
    const first = parseScenario(JSON.stringify(VALID), "mine.json");
    if (!first.ok) throw new Error(first.problems.join());
    expect(parseScenario(JSON.stringify(first.scenario), "mine.json")).toEqual(first);
  });

  it("says five mistakes at once, each with its path and what it found", () => {
    const problems = problemsOf({
      title: "",
      prompt: { inputTokens: 2.5, outputTokens: 64, content: "poem", cache: "cold" },
      load: { kind: "open", arrival: "poisson", ratePerSecond: -1, maxInFlight: 64 },
      seed: "405",
    });
    expect(problems).toEqual([
      'title: must have at least 1 character, is ""',
      "prompt.inputTokens: must be a whole number, is 2.5",
      'prompt.content: must be "prose" or "code" or "json", is "poem"',
      "load.ratePerSecond: must be above 0, is -1",
      'seed: must be a finite number, is "405"',
    ]);
  });
});

describe("a retry policy", () => {
  it("needs a number of attempts; the rest is what most clients do", () => {
    const result = parseScenario(JSON.stringify({ ...VALID, retry: { attempts: 3 } }), "mine.json");
    expect(result.ok && result.scenario.retry).toEqual({
      attempts: 3,
      on: ["rate-limited", "overloaded", "server-error", "timeout", "network"],
      backoffMs: 500,
      waitMsMax: 60_000,
    });
  });

  it.each<readonly [object, string]>([
    [{}, "retry.attempts: is missing; must be a finite number"],
    [{ attempts: 1 }, "retry.attempts: must be at least 2, is 1"],
    [{ attempts: 11 }, "retry.attempts: must be at most 10, is 11"],
    [{ attempts: 2, on: [] }, "retry.on: must have at least 1 item, is an empty list"],
    [{ attempts: 2, on: ["network", "network"] }, "retry.on: names a failure twice"],
    [{ attempts: 2, backoffMs: 900, waitMsMax: 800 }, "retry.backoffMs: must not be above waitMsMax"],
    [{ attempts: 2, waitMsMax: 300_000 }, "retry.waitMsMax: must be at most 240000, is 300000"],
    [{ attempts: 2, backoff: 5 }, 'retry.backoff: unknown key; did you mean "backoffMs"?'],
  ])("%j is refused", (retry, expected) => {
    expect(problemsOf({ retry })[0]).toContain(expected.split(";")[0]);
    expect(problemsOf({ retry })).toHaveLength(1);
  });

  it("does not try again what does not mend by itself", () => {
    expect(problemsOf({ retry: { attempts: 2, on: ["auth"] } })).toEqual([
      expect.stringContaining('retry.on[0]: must be "'),
    ]);
  });
});

describe("an unknown key in a scenario file", () => {
  it("names the known key that an unknown one was meant to be", () => {
    const load = { kind: "open", arrival: "poisson", rate_per_second: 2, maxInFlight: 64 };
    expect(problemsOf({ load })).toEqual([
      "load.ratePerSecond: is missing; must be a finite number",
      'load.rate_per_second: unknown key; did you mean "ratePerSecond"?',
    ]);
    expect(problemsOf({ warmup: 2 })).toEqual(['warmup: unknown key; did you mean "warmups"?']);
  });

  it("lists the known keys when none is near", () => {
    expect(problemsOf({ stop: { requests: 4, colour: "red" } })).toEqual([
      "stop.colour: unknown key; known are requests, durationMs",
    ]);
  });
});

describe("a member of a scenario file", () => {
  it("must be named as its id says", () => {
    expect(problemsOf({ id: "yours" })).toEqual([
      'id: must equal the file name, "mine", is "yours"; rename one of them',
    ]);
  });

  it.each([
    [
      "a block of two lengths",
      { block: { requests: 5, durationMs: 5 } },
      "block: needs requests or durationMs, and not both",
    ],
    ["a block of no length", { block: {} }, "block: needs requests or durationMs, and not both"],
    [
      "a block of a closed loop in time",
      { load: { kind: "closed", maxConcurrency: 2 }, block: { durationMs: 1000 } },
      "block: is of an open loop, or counts the requests of a closed one that ends by stop.requests alone; remove it, or open the loop",
    ],
    [
      "a block of a closed loop that a duration ends",
      { load: { kind: "closed", maxConcurrency: 2 }, stop: { durationMs: 1000 }, block: { requests: 10 } },
      "block: is of an open loop, or counts the requests of a closed one that ends by stop.requests alone; remove it, or open the loop",
    ],
    ["a stop rule without any limit", { stop: {} }, "stop: needs requests, durationMs or both"],
    [
      "an SLO without any limit",
      { slo: { percentile: 0.9 } },
      "slo: needs at least one limit: ttftMs, tpotMs or e2eMs",
    ],
    [
      "the median as the percentile of an SLO",
      { slo: { ttftMs: 1, percentile: 0.5 } },
      "slo.percentile: must be above 0.5, is 0.5",
    ],
    [
      "p100 as the percentile of an SLO",
      { slo: { ttftMs: 1, percentile: 1 } },
      "slo.percentile: must be below 1, is 1",
    ],
    [
      "an open loop in a closed one",
      { load: { kind: "closed", maxConcurrency: 0 } },
      "load.maxConcurrency: must be at least 1, is 0",
    ],
    [
      "a process of arrivals that there is not",
      { load: { kind: "open", arrival: "random", ratePerSecond: 1, maxInFlight: 1 } },
      'load.arrival: must be "constant" or "poisson" or "gamma" or "ramp" or "steps" or "trace", is "random"',
    ],
    [
      "a ramp without a time to take",
      { load: { kind: "open", arrival: "ramp", ratePerSecond: 1, toRatePerSecond: 2, maxInFlight: 1 } },
      "stop.durationMs: is missing: a ramp or steps take their time from it",
    ],
    [
      "a burstiness of arrivals that have none",
      { load: { ...VALID.load, burstiness: 2 } },
      "load.burstiness: unknown key; known are kind, maxInFlight, ratePerSecond, arrival",
    ],
    [
      "drawn lengths that do not rise",
      {
        prompt: {
          ...VALID.prompt,
          spread: { inputTokensP95: 50, inputTokensMax: 60, outputTokensP95: 90, outputTokensMax: 80 },
        },
      },
      "prompt.spread: must have inputTokens below inputTokensP95, and that not above inputTokensMax",
      "prompt.spread: must have outputTokens below outputTokensP95, and that not above outputTokensMax",
    ],
    [
      "drawn lengths of one and the same prompt",
      {
        prompt: {
          ...VALID.prompt,
          cache: "warm",
          spread: { inputTokensP95: 500, inputTokensMax: 600, outputTokensP95: 90, outputTokensMax: 90 },
        },
      },
      "prompt.spread: must be null: a warm prompt without a prefix is one and the same",
    ],
    [
      "prefixes of a trace that knows none",
      {
        prompt: { ...VALID.prompt, cache: "warm" },
        load: { kind: "open", arrival: "trace", file: "x.csv", format: "azure", maxInFlight: 1 },
      },
      'prompt.cache: must be "cold": a trace in this format does not say which prompts begin alike',
    ],
    [
      "a kind of load that there is not",
      { load: { kind: "burst" } },
      'load.kind: must be "open" or "closed" or "gateway", is "burst"',
    ],
    ["a load without a kind", { load: {} }, 'load.kind: is missing; must be "open" or "closed" or "gateway"'],
    [
      "a prompt too short for its nonce",
      { prompt: { ...VALID.prompt, inputTokens: 15 } },
      "prompt.inputTokens: must be at least 16, is 15",
    ],
    [
      "an answer too long",
      { prompt: { ...VALID.prompt, outputTokens: 131073 } },
      "prompt.outputTokens: must be at most 131072, is 131073",
    ],
    ["too many requests", { stop: { requests: 1000001 } }, "stop.requests: must be at most 1000000, is 1000001"],
    ["no member at all where an object belongs", { slo: null }, "slo: must be an object, is null"],
  ])("refuses %s", (_, change, ...problems) => {
    expect(problemsOf(change)).toEqual(problems);
  });

  it("refuses a duration that plans more requests than a plan holds, even beside another mistake", () => {
    const load = { kind: "open", arrival: "constant", ratePerSecond: 1000, maxInFlight: 64 };
    const tooMany = "stop: a duration at this rate plans more than 1000000 requests; set stop.requests";
    expect(problemsOf({ load, stop: { durationMs: 1_000_000 }, seed: -1 })).toEqual([
      "seed: must be at least 0, is -1",
      tooMany,
    ]);
    expect(problemsOf({ load, stop: { durationMs: 1_000_000, requests: 5 } })).toEqual([]);
    expect(problemsOf({ load: { kind: "closed", maxConcurrency: 2 }, stop: { durationMs: 1_000_000 } })).toEqual([]);
  });

  it("refuses a file that holds no object", () => {
    const result = parseScenario("[]", "mine.json");
    expect(result).toEqual({ ok: false, problems: ["the whole file: must be an object, is an empty list"] });
  });
});

describe("the scenarios that ship", async () => {
  const folder = new URL("../../scenarios/", import.meta.url);
  const files = (await readdir(folder)).filter((name) => name.endsWith(".json"));

  it("are the quick three and those that a buyer starts from", () => {
    const ids = files.map((file) => basename(file, ".json"));
    expect(ids).toEqual(expect.arrayContaining(["quick-chat", "quick-distil", "quick-rag"]));
    expect(ids).toEqual(expect.arrayContaining(["balanced", "chat-short", "distil", "rag-long"]));
    expect(ids).toEqual(expect.arrayContaining(["burst", "chat", "code-complete", "rag-100k", "summarise"]));
  });

  it.each(files)("%s is valid, fair, seeded with 405 and has the requests that its percentile needs", async (file) => {
    const result = parseScenario(await readFile(new URL(file, folder), "utf8"), file);
    if (!result.ok) throw new Error(result.problems.join("\n"));
    const { arrangement, load, seed, slo, warmups } = result.scenario;
    // A gateway is driven to its limits, one at a time.
    const fair = load.kind === "gateway" ? ["rotated", 0] : ["paired", 2];
    expect([arrangement, warmups, seed]).toEqual([...fair, 405]);
    // The rule by which a quantile cell is left empty: p^n > 0.025.
    expect(slo.percentile ** planOf(result.scenario).arrivals.length).toBeLessThanOrEqual(0.025);
  });

  async function lengthsOf(file: string): Promise<Readonly<Record<"input" | "output", readonly number[]>>> {
    const result = parseScenario(await readFile(new URL(file, folder), "utf8"), file);
    if (!result.ok) throw new Error(result.problems.join("\n"));
    // As many that chance plays no part.
    const { arrivals } = planOf({ ...result.scenario, stop: { requests: 20_000, durationMs: null } });
    const quantiles = (values: readonly number[]): readonly number[] => {
      const sorted = values.toSorted((a, b) => a - b);
      return [0.5, 0.95].map((p) => sorted[Math.ceil(p * sorted.length) - 1]!);
    };
    return {
      input: quantiles(arrivals.map(({ inputTokens }) => inputTokens)),
      output: quantiles(arrivals.map(({ outputTokens }) => outputTokens)),
    };
  }

  it.each([
    ["chat.json", { input: [1020, 4083], output: [129, 451] }],
    ["code-complete.json", { input: [1469, 7303], output: [13, 90] }],
  ])("%s has the lengths, p50 and p95, that its source names", async (file, named) => {
    const drawn = await lengthsOf(file);
    for (const side of ["input", "output"] as const) {
      for (const [i, tokens] of named[side].entries()) {
        expect(drawn[side][i]! / tokens).toBeGreaterThan(0.93);
        expect(drawn[side][i]! / tokens).toBeLessThan(1.07);
      }
    }
  });
});
