import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Observation } from "../../src/core/observation.ts";
import type { Provider } from "../../src/core/provider.ts";
import { loadProvider, providerIds } from "../../src/registry.ts";
import type { Contender } from "../../src/run/contender.ts";
import { CLOUD_IDS } from "../../src/simulator/planted.ts";
import type { Simulator } from "../../src/simulator/server.ts";
import { askEach, sellersAt, startSellers } from "../support/simulated-providers.ts";
import { call } from "../support/simulator-client.ts";

/*
 * Every provider file, played by the simulator with code of its own: what the file says is what it gets, and the server
 * turns away what a real one would.
 */

const providers: readonly Provider[] = (
  await Promise.all((await providerIds(null)).map((id) => loadProvider(id, null)))
).filter(({ id, baseUrl, kind }) => baseUrl !== null && kind !== "simulator" && !CLOUD_IDS.includes(id));
const ids = providers.map(({ id }) => id);

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSellers(ids);
});
afterAll(() => simulator.close());

const named = (fault: string): string[] => ids.map((id) => `simulator:${id}${fault}`);
const asked = async (fault: string): Promise<readonly (readonly [string, Observation])[]> => [
  ...(await askEach(await sellersAt(simulator, named(fault)))),
];

describe("every provider, simulated", () => {
  it("answers in its dialect, and is read without a complaint", async () => {
    const observations = await askEach(await sellersAt(simulator, named("")));
    for (const { id, dialect } of providers) {
      const observation = observations.get(`simulator:${id}`)!;
      const { outcome, failure, flags, finish, usage, server, events } = observation;
      expect({ outcome, failure, flags: flags.filter((flag) => flag !== "coalesced"), finish }, id).toEqual({
        outcome: "completed",
        failure: null,
        flags: [],
        finish: "length",
      });
      expect(usage === null, `${id}: usage`).toBe(dialect.usage === "never");
      if (usage !== null) expect(usage.output, id).toBe(12);
      expect(server === null, `${id}: clock`).toBe(dialect.timings === null);
      // The server counts to where a text was due, and we stamp it after that.
      const { sent, firstContent } = observation.stamps;
      const own = server?.ttftMs ?? (server?.queueMs ?? 0) + (server?.promptMs ?? 0);
      expect(own, `${id}: the server's own TTFT`).toBeLessThan((firstContent! - sent!) / 1000 + 1);
      expect(events.content, id).toBe(12);
    }
  });

  it("tells limits in its own way, with windows that are known", async () => {
    const observations = await askEach(await sellersAt(simulator, named("")));
    for (const { id, dialect } of providers) {
      const windows = observations.get(`simulator:${id}`)!.rateLimit?.windows ?? [];
      // Together and Databricks speak of limits on a refusal alone.
      const isSilent = ["none", "together", "body-retry-after"].includes(dialect.rateLimits);
      expect(windows.length > 0, `${id}: ${dialect.rateLimits}`).toBe(!isSilent);
    }
  });

  it("turns a wrong key away, in its own words", async () => {
    const contenders = (await sellersAt(simulator, named(""))).map((contender): Contender => {
      const authorize: Contender["authorize"] = async (request) => {
        const signed = await contender.authorize(request);
        if (!signed.ok) return signed;
        const wrong = Object.entries(signed.request.headers).map(([name, value]) => [
          name,
          value.replace("planted-", "wrong-"),
        ]);
        return { ...signed, request: { ...request, headers: Object.fromEntries(wrong) as Record<string, string> } };
      };
      return { ...contender, authorize };
    });
    const observations = await askEach(contenders);
    for (const { id, signIn } of providers) {
      const { outcome, failure } = observations.get(`simulator:${id}`)!;
      const expected = signIn.scheme === "none" ? ["completed", null] : ["failed", "auth"];
      expect([outcome, failure?.kind ?? null], id).toEqual(expected);
    }
  });

  it.each([
    ["@http-401", "auth", null],
    ["@http-404", "not-found", null],
    ["@http-429", "rate-limited", 2000],
    ["@http-503", "overloaded", null],
    ["@refuse-400", "bad-request", null],
  ] as const)("that fails with %s is %s, and a wait is read wherever it is told", async (fault, kind, waitMs) => {
    for (const [target, { outcome, failure, rateLimit }] of await asked(fault)) {
      expect([target, outcome, failure?.kind, failure?.where]).toEqual([target, "failed", kind, "headers"]);
      expect(rateLimit?.retryAfterMs ?? null, target).toBe(waitMs);
    }
  });

  it("that breaks in the middle of its stream fails, whatever came before", async () => {
    for (const [target, { outcome, failure, events }] of await asked("@error-event")) {
      expect([target, outcome, failure?.kind, failure?.where]).toEqual([target, "failed", "server-error", "stream"]);
      expect(events.content, target).toBe(6);
    }
  });

  it("that answers for another model is found out, but for the one that always names its own", async () => {
    const contenders = await sellersAt(simulator, named("@other-model"));
    const observations = await askEach(contenders);
    for (const { target } of contenders) {
      const { dialect } = providers.find(({ id }) => id === target.provider)!;
      const { flags, modelEchoed } = observations.get(target.id)!;
      const isOther = modelEchoed !== target.model && dialect.echo !== "differs";
      expect(flags.includes("model_differs"), target.id).toBe(isOther);
    }
  });

  it("is never sent a key that stands in the environment: the planted one alone opens the door", async () => {
    const [groq] = await sellersAt(simulator, ["simulator:groq"]);
    expect(groq!.target.apiKeyEnv).toBeNull();
    const plain = { method: "POST", url: "http://127.0.0.1/", headers: {}, body: null } as const;
    expect(await groq!.authorize(plain)).toMatchObject({
      ok: true,
      request: { headers: { authorization: "Bearer planted-key-of-groq" } },
    });
  });
});

describe("a simulated provider turns away", () => {
  const body = (members: object): string =>
    JSON.stringify({ messages: [{ role: "user", content: "Hi" }], max_tokens: 4, stream: true, ...members });
  const ask = (id: string, path: string, members: object, headers: Record<string, string> = {}) =>
    call(`${simulator.url}/provider/${id}${path}/chat/completions`, {
      body: body(members),
      headers: { "content-type": "application/json", authorization: `Bearer planted-key-of-${id}`, ...headers },
    });
  const DATABRICKS = "/serving-endpoints";

  it("a member that it refuses", async () => {
    const model = "databricks-meta-llama-3-1-405b-instruct";
    const seen = await ask("databricks", DATABRICKS, { model, stream_options: { include_usage: true } });
    expect([seen.status, seen.text]).toEqual([400, expect.stringContaining("stream_options is not allowed")]);
    expect((await ask("databricks", DATABRICKS, { model })).status).toBe(200);
  });

  it("a request without the limit that it requires", async () => {
    const seen = await ask("novita", "/openai/v1", {
      model: "meta-llama/llama-3.1-405b-instruct",
      max_tokens: undefined,
    });
    expect([seen.status, seen.text]).toEqual([400, expect.stringContaining("max_tokens is required")]);
  });

  it("a model that it does not have", async () => {
    const seen = await ask("groq", "/openai/v1", { model: "gpt-4" });
    expect([seen.status, seen.text]).toEqual([404, expect.stringContaining("gpt-4 does not exist")]);
  });

  it("a body that is no JSON by its type, and one that is none", async () => {
    const model = "llama-3.1-8b-instant";
    const text = await ask("groq", "/openai/v1", { model }, { "content-type": "text/plain" });
    expect(text.status).toBe(400);
    const seen = await call(`${simulator.url}/provider/groq/openai/v1/chat/completions`, {
      body: "{",
      headers: { "content-type": "application/json", authorization: "Bearer planted-key-of-groq" },
    });
    expect(seen.status).toBe(400);
  });

  it("an address that it does not have, and knows no provider or fault by another name", async () => {
    expect((await call(`${simulator.url}/provider/groq/v1/chat/completions`, { body: "{}" })).status).toBe(404);
    expect((await call(`${simulator.url}/provider/nobody/v1/chat/completions`, { body: "{}" })).status).toBe(404);
    const fault = await call(`${simulator.url}/provider/groq@no-such-fault/openai/v1/models`, { method: "GET" });
    expect(fault.status).toBe(404);
  });

  it("whoever asks for its models without the key", async () => {
    const url = `${simulator.url}/provider/groq/openai/v1/models`;
    expect((await call(url, { method: "GET" })).status).toBe(401);
    const seen = await call(url, { method: "GET", headers: { authorization: "Bearer planted-key-of-groq" } });
    expect(seen.text).toContain("llama-3.1-8b-instant");
  });
});

describe("a simulated engine", () => {
  it("shows sum and count of its own latencies, which only grow", async () => {
    const url = `${simulator.url}/provider/vllm/metrics`;
    const counted = async (): Promise<number> => {
      const { text } = await call(url, { method: "GET" });
      return Number(/^vllm:time_to_first_token_seconds_count\{.*\} (\d+)$/m.exec(text)?.[1] ?? 0);
    };
    const before = await counted();
    await askEach(await sellersAt(simulator, ["simulator:vllm"]));
    expect(await counted()).toBe(before + 1);
    expect((await call(`${simulator.url}/provider/groq/metrics`, { method: "GET" })).status).toBe(404);
  });

  it("gives running totals when they are asked for, so the tokens of each chunk are known", async () => {
    const { text } = await call(`${simulator.url}/provider/vllm/v1/chat/completions`, {
      body: JSON.stringify({
        model: "meta-llama/Llama-3.1-405B-Instruct-FP8",
        messages: [{ role: "user", content: "Hi" }],
        max_tokens: 3,
        stream: true,
        stream_options: { include_usage: true, continuous_usage_stats: true },
      }),
      headers: { "content-type": "application/json", authorization: "Bearer planted-key-of-vllm" },
    });
    const totals = [...text.matchAll(/"completion_tokens":(\d+)/g)].map(([, total]) => Number(total));
    expect(totals).toEqual([0, 1, 2, 3, 3, 3]);
  });
});
