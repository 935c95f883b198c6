import { describe, expect, it } from "vitest";
import { PLAIN_TERMS } from "../../src/core/target.ts";
import { parseConfig, withConfigSlo, type Config } from "../../src/scenario/config.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import { PLANNED_MEND } from "../../src/scenario/planned-members.ts";
import { readFile } from "node:fs/promises";

const TARGET = { id: "together-405b", provider: "together", model: "llama-3.1-405b-instruct" };

function problemsOf(config: object): readonly string[] {
  const result = parseConfig(JSON.stringify(config), "herdbench.json");
  return result.ok ? [] : result.problems;
}

function problemsOfTarget(change: object): readonly string[] {
  return problemsOf({ targets: [{ ...TARGET, ...change }] });
}

function configOf(config: object, fileName: string): Config {
  const result = parseConfig(JSON.stringify(config), fileName);
  if (!result.ok) throw new Error(result.problems.join("\n"));
  return result.config;
}

describe("herdbench.json", () => {
  it("leaves to the provider what a target does not say", () => {
    expect(configOf({ targets: [TARGET] }, "herdbench.json")).toEqual({
      targets: [
        {
          ...TARGET,
          modelId: null,
          region: null,
          tier: null,
          precision: null,
          baseUrl: null,
          endpoint: null,
          apiKeyEnv: null,
          parameters: {},
          headers: {},
          extraBody: {},
          price: null,
          limits: null,
          carbon: {},
          expect: null,
          maxCostUsd: null,
          maxTotalTokens: null,
          maxRequests: null,
        },
      ],
      scenarios: [],
      slo: {},
      maxCostUsd: null,
      maxTotalTokens: null,
      maxRequests: null,
      workload: null,
      slots: [],
      nightly: {
        maxCostUsd: null,
        windowNights: 14,
        keepRawDays: null,
        publishDir: null,
        onNight: null,
        onNightUrlEnv: null,
        deadManUrlEnv: null,
        deadManStartUrlEnv: null,
      },
    });
  });

  it("spreads a number of slots evenly over the day, and puts times in order", () => {
    const slots = (given: unknown): readonly string[] => configOf({ targets: [TARGET], slots: given }, "x.json").slots;
    expect(slots(8)).toEqual(["00:00", "03:00", "06:00", "09:00", "12:00", "15:00", "18:00", "21:00"]);
    expect(slots(7).at(-1)).toBe("20:34");
    expect(slots(["14:00", "02:00"])).toEqual(["02:00", "14:00"]);
  });

  it("holds both kinds of price, with the day and the source", () => {
    const perToken = { inputUsdPerMtok: 3.5, outputUsdPerMtok: 3.5, asOf: "2026-11-23", source: "https://example.com" };
    const perHour = { usdPerReplicaHour: 40, replicas: 2, asOf: "2026-11-23" };
    const { targets } = configOf(
      {
        targets: [
          { ...TARGET, price: perToken },
          { ...TARGET, id: "own", price: perHour },
        ],
      },
      "herdbench.json",
    );
    expect(targets.map(({ price }) => price)).toEqual([
      { kind: "tokens", cachedInputUsdPerMtok: null, batch: null, ...PLAIN_TERMS, ...perToken },
      { kind: "hour", source: "user", ...PLAIN_TERMS, ...perHour },
    ]);
  });

  it("says what is wrong with a price in the terms of the kind that was meant", () => {
    expect(problemsOfTarget({ price: { usdPerReplicaHour: -1, replicas: 2, asOf: "2026-02-30" } })).toEqual([
      "targets[0].price.usdPerReplicaHour: must be above 0, is -1",
      'targets[0].price.asOf: must be a day, such as 2026-11-23, is "2026-02-30"',
    ]);
    expect(problemsOfTarget({ price: { inputUsdPerMtok: 1, asOf: "2026-02-28" } })).toEqual([
      "targets[0].price.outputUsdPerMtok: is missing; must be a finite number",
    ]);
  });
});

describe("what a target states of its energy", () => {
  const said = { source: "the operator", date: "2026-11" };

  it("becomes one override per fact, each with the source and date of all", () => {
    const carbon = { region: "aws:us-east-1", pue: 1.2, batch: { value: 64, low: 32, high: 128 }, ...said };
    const joulesPerOutputToken = { value: 5, boundary: "node" };
    const of = (change: object) => configOf({ targets: [{ ...TARGET, carbon: change }] }, "herdbench.json").targets[0];
    expect(of(carbon)!.carbon).toEqual({
      region: { value: "aws:us-east-1", ...said },
      pue: { value: 1.2, ...said },
      batch: { value: 64, low: 32, high: 128, ...said },
    });
    expect(of({ joulesPerOutputToken, ...said })!.carbon).toEqual({
      joulesPerOutputToken: { ...joulesPerOutputToken, ...said },
    });
  });

  it("is refused with every reason where it cannot be", () => {
    expect(problemsOfTarget({ carbon: { pue: 0.9, batch: { value: 8, low: 16 }, hardware: "h100x8-fp8" } })).toEqual([
      'targets[0].carbon: hardware: say in "source" who states it',
      'targets[0].carbon: hardware: give the year or day of the figure in "date"',
      'targets[0].carbon: batch: say in "source" who states it',
      'targets[0].carbon: batch: give the year or day of the figure in "date"',
      'targets[0].carbon: pue: say in "source" who states it',
      'targets[0].carbon: pue: give the year or day of the figure in "date"',
      "targets[0].carbon: batch: order them as low ≤ value ≤ high",
      "targets[0].carbon: pue: nothing below 1 is possible",
    ]);
    expect(problemsOfTarget({ carbon: { PUE: 1.2, ...said } })).toEqual([
      'targets[0].carbon.PUE: unknown key; did you mean "pue"?',
    ]);
    expect(problemsOfTarget({ carbon: { pue: "low", ...said } })).toEqual([
      'targets[0].carbon.pue: must be a finite number, is "low"',
    ]);
  });
});

describe("an extra body in herdbench.json", () => {
  it("sets nothing that the plan sets, in no wire's words: the caps reserve for what is planned", () => {
    const extraBody = { temperature: 0, max_tokens: 9, N: 4, options: { num_predict: 9, num_ctx: 8 } };
    const told = problemsOfTarget({ extraBody }).map((line) => line.slice(0, line.indexOf(":")));
    expect(told).toEqual(["max_tokens", "N", "options.num_predict"].map((name) => `targets[0].extraBody.${name}`));
    const inferenceConfig = { temperature: 0, maxTokens: 9 };
    expect(problemsOfTarget({ extraBody: { inferenceConfig } })).toEqual([
      `targets[0].extraBody.inferenceConfig.maxTokens: ${PLANNED_MEND}`,
    ]);
    const harmless = { nucleus: 1, provider: { order: ["x"] }, stream_options: { continuous_usage_stats: true } };
    expect(configOf({ targets: [{ ...TARGET, extraBody: harmless }] }, "herdbench.json").targets[0]!.extraBody).toEqual(
      harmless,
    );
  });
});

describe("a credential in herdbench.json", () => {
  it.each([
    ["an Authorization header", { headers: { Authorization: "abc" } }, "targets[0].headers.Authorization"],
    ["an api-key header", { headers: { "api-key": "abc" } }, "targets[0].headers.api-key"],
    ["an x-api-key header", { headers: { "x-api-key": "abc" } }, "targets[0].headers.x-api-key"],
    ["a value that begins as keys do", { extraBody: { user: ["sk-1234abc"] } }, "targets[0].extraBody.user[0]"],
    ["a bearer token under another name", { headers: { "x-pass": "Bearer abc" } }, "targets[0].headers.x-pass"],
    ["a key in place of its variable's name", { apiKeyEnv: "sk-1234abc" }, "targets[0].apiKeyEnv"],
    ["a member named apiKey", { apiKey: "abc" }, "targets[0].apiKey"],
    ["an x-token header", { headers: { "x-token": "abc" } }, "targets[0].headers.x-token"],
    ["a client secret", { extraBody: { deep: { client_secret: "abc" } } }, "targets[0].extraBody.deep.client_secret"],
  ])("refuses %s and does not repeat it", (_, change, path) => {
    const problems = problemsOfTarget(change);
    expect(problems).toEqual([`${path}: put the key in an environment variable and name it in apiKeyEnv`]);
    expect(problems.join()).not.toMatch(/abc/);
  });

  it("is no limit on tokens, nor a tokenizer", () => {
    const extraBody = { min_tokens: 5, tokenizer: "llama3", stop_token_ids: [1], token_count: true };
    expect(configOf({ targets: [{ ...TARGET, extraBody }] }, "herdbench.json").targets[0]!.extraBody).toEqual(
      extraBody,
    );
  });

  it("does not repeat what stands in apiKeyEnv when it is no variable's name", () => {
    const [problem, ...others] = problemsOfTarget({ apiKeyEnv: "0123456789abcdef" });
    expect(problem).toMatch(/^targets\[0\]\.apiKeyEnv: must be the name of an environment variable/);
    expect(problem).not.toContain("0123456789abcdef");
    expect(others).toEqual([]);
  });

  it.each(["ftp://example.com", "example.com/v1", "https://user:word@example.com", "https://example.com?key=1"])(
    "refuses the base URL %s without repeating it",
    (baseUrl) => {
      expect(problemsOfTarget({ baseUrl })).toEqual([
        "targets[0].baseUrl: must be an http or https URL without user, query or fragment",
      ]);
    },
  );

  it("drops the trailing slash of a base URL", () => {
    const { targets } = configOf({ targets: [{ ...TARGET, baseUrl: "http://127.0.0.1:8080/v1/" }] }, "herdbench.json");
    expect(targets[0]!.baseUrl).toBe("http://127.0.0.1:8080/v1");
  });
});

describe("herdbench.json as a whole", () => {
  it("refuses two targets of one id, whatever else is wrong", () => {
    expect(problemsOf({ targets: [TARGET, TARGET], maxCostUsd: 0 })).toEqual([
      "maxCostUsd: must be above 0, is 0",
      'targets[1].id: "together-405b" is the id of an earlier target',
    ]);
  });

  it.each([
    ["no targets", { targets: [] }, "targets: must have at least 1 item, is an empty list"],
    ["an unknown key", { targets: [TARGET], workloads: {} }, 'workloads: unknown key; did you mean "workload"?'],
    [
      "a slot that is no time of day",
      { targets: [TARGET], slots: ["24:00"] },
      'slots[0]: must be a time of day in UTC, such as 03:30, is "24:00"',
    ],
    ["a number of slots that no day has", { targets: [TARGET], slots: 97 }, "slots: must be at most 96, is 97"],
    [
      "a URL in place of its variable, without repeating it",
      { targets: [TARGET], nightly: { onNightUrlEnv: "https://hooks.example/T0/B0/abcdef" } },
      "nightly.onNightUrlEnv: must be the name of an environment variable in capitals, such as NIGHT_WEBHOOK_URL, that holds the URL: such URLs are secrets",
    ],
    [
      "a gone endpoint without a day",
      { targets: [{ ...TARGET, expect: { gone: true, until: "spring" } }] },
      'targets[0].expect.until: must be a day such as 2027-03-31, is "spring"',
    ],
    ["a scenario named twice", { targets: [TARGET], scenarios: ["a", "a"] }, "scenarios[1]: is named twice"],
    [
      "limits of a scenario that it does not run",
      { targets: [TARGET], scenarios: ["a"], slo: { b: { ttftMs: 1 } } },
      "slo.b: is not among the scenarios of this file",
    ],
    [
      "a header that would break the request",
      { targets: [{ ...TARGET, headers: { a: "b\r\nc: d" } }] },
      'targets[0].headers.a: must be printable ASCII on one line, is "b\\r\\nc: d"',
    ],
  ])("refuses %s", (_, config, problem) => {
    expect(problemsOf(config)).toEqual([problem]);
  });

  it("takes an amount or none as the money cap", () => {
    expect(configOf({ targets: [TARGET], maxCostUsd: 5 }, "herdbench.json").maxCostUsd).toBe(5);
    expect(configOf({ targets: [TARGET], maxCostUsd: "none" }, "herdbench.json").maxCostUsd).toBe("none");
    expect(problemsOf({ targets: [TARGET], maxCostUsd: "5" }).length).toBe(1);
  });
});

describe("the scenarios of herdbench.json", () => {
  it("resolves paths of scenarios against its own folder, and leaves ids alone", () => {
    const { scenarios } = configOf(
      { targets: [TARGET], scenarios: ["quick-chat", "mine/a.json"] },
      "bench/herdbench.json",
    );
    expect(scenarios).toEqual(["quick-chat", "bench/mine/a.json"]);
  });

  it("puts its limits in place of a scenario's own, one by one", async () => {
    const text = await readFile(new URL("../../scenarios/chat-short.json", import.meta.url), "utf8");
    const parsed = parseScenario(text, "chat-short.json");
    if (!parsed.ok) throw new Error(parsed.problems.join());
    const config = configOf(
      { targets: [TARGET], scenarios: ["chat-short"], slo: { "chat-short": { ttftMs: 900 } } },
      "herdbench.json",
    );
    expect(withConfigSlo(parsed.scenario, config).slo).toEqual({ ...parsed.scenario.slo, ttftMs: 900 });
    expect(withConfigSlo({ ...parsed.scenario, id: "other" }, config).slo).toEqual(parsed.scenario.slo);
  });
});
