import type { IncomingMessage } from "node:http";
import { describe, expect, it } from "vitest";
import { answerOf, type Answer, type Step } from "../../src/simulator/answer.ts";
import { parseChatRequest } from "../../src/simulator/chat-request.ts";
import type { Call } from "../../src/simulator/chat.ts";
import type { Dialect } from "../../src/simulator/dialects/dialect.ts";
import { mannerOf } from "../../src/simulator/dialects/manner.ts";
import { INSTANT } from "../support/simulator-client.ts";

const PLAIN: Dialect = {
  paths: { chat: "/v1/chat/completions", models: "/v1/models", metrics: null },
  key: null,
  models: ["m"],
  usage: "asked",
  opening: "empty-text",
  terminator: true,
  finish: { stop: "stop", length: "length" },
  clock: null,
  limits: "none",
  errors: "openai",
  echoes: true,
  requires: [],
  refuses: [],
};
/** First text 100 ms after service begins, one word every 50 ms. */
const PROFILE = {
  ...INSTANT,
  ttft: { baseMs: 100, perInputTokenMs: 0, sigma: 0 },
  interEvent: { meanMs: 50, sigma: 0 },
};
const QUEUE_MS = 500;

/** One answer of three words to a request that waited for half a second: its head, and its bytes in order. */
function answered(
  dialect: Partial<Dialect>,
  members: object = {},
  usage: "on-request" | "finish-chunk" = "on-request",
) {
  const body = JSON.stringify({
    model: "m",
    messages: [{ role: "user", content: "Hi" }],
    max_tokens: 3,
    stream: true,
    stream_options: { include_usage: true },
    ...members,
  });
  const manner = mannerOf({ ...PLAIN, ...dialect });
  const call = { request: { headers: { "content-type": "application/json" } } as IncomingMessage } as Call;
  const { request, refusal } = manner.judge(call, body);
  if (request === null || refusal !== null) throw new Error(JSON.stringify(refusal));
  const profile = { ...PROFILE, usage };
  const drawn = answerOf({
    seed: 1,
    profileName: "p",
    profile,
    request,
    slowness: 1,
    cachedTokens: null,
    asked: 0,
    turn: 1,
  });
  const answer: Answer = manner.translate(drawn, request);
  const late = answer.served?.(QUEUE_MS) ?? {};
  const steps: Step[] = [...answer.prologue, ...answer.service!];
  const written = steps.map((step) => ("bytes" in step ? String(step.bytes) : ""));
  return { headers: { ...answer.headers, ...late }, prologue: answer.prologue, steps, written, text: written.join("") };
}

describe("the clock that a simulated seller shows", () => {
  it("is Groq's: queue apart from the total, in usage and beside it", () => {
    const { text } = answered({ clock: "groq", usage: "default" }, { stream_options: undefined }, "finish-chunk");
    const times = '"queue_time":0.5,"prompt_time":0.1,"completion_time":0.1,"total_time":0.2';
    expect(text.split(times)).toHaveLength(3);
    expect(text).toContain(`"x_groq":{"id":"req_simulated","usage":{${times}}}`);
  });

  it("is Cerebras's: a total that holds the queue, in a member of its own", () => {
    const { text } = answered({ clock: "cerebras", usage: "default" }, { stream_options: undefined }, "finish-chunk");
    expect(text).toContain('"time_info":{"queue_time":0.5,"prompt_time":0.1,"completion_time":0.1,"total_time":0.7}');
  });

  it("is SambaNova's: time to first token and total in the usage that was asked for", () => {
    const { text } = answered({ clock: "sambanova" });
    expect(text).toContain('"is_last_response":true,"time_to_first_token":0.6,"total_latency":0.7');
  });

  it("is llama.cpp's: milliseconds, in the last chunk alone", () => {
    const { text, written } = answered({ clock: "llama.cpp" });
    expect(text.split('"timings"')).toHaveLength(2);
    expect(written.at(-2)).toContain('"prompt_ms":100,"predicted_n":3,"predicted_ms":100');
  });

  it("is Fireworks's: in the head, which waits for the first text, and at the end when it is asked for", () => {
    const { headers, prologue, steps, text } = answered({ clock: "fireworks", opening: "role" });
    expect(headers).toMatchObject({ "fireworks-server-time-to-first-token": "0.600" });
    expect(prologue).toEqual([]);
    expect(steps.slice(0, 2).map(({ atMs }) => atMs)).toEqual([100, 100]);
    expect(text).not.toContain("perf_metrics");
    const asked = answered({ clock: "fireworks" }, { perf_metrics_in_response: true });
    expect(asked.text).toContain('"server-time-to-first-token":0.6,"server-processing-time":0.7');
  });

  it("is shown by nobody else", () => {
    expect(answered({}).text).not.toMatch(/_time|timings|perf_metrics|latency/);
  });
});

describe("a simulated seller", () => {
  it.each([
    ["role", '"delta":{"role":"assistant"}', '"delta":{"content":'],
    ["empty-text", '"delta":{"role":"assistant","content":""}', '"delta":{"content":'],
    ["text", '"delta":{"role":"assistant","content":"', '"delta":{"content":'],
  ] as const)("opens with %s", (opening, first, second) => {
    const { written } = answered({ opening });
    expect(written[0]).toContain(first);
    expect(written[1]).toContain(second);
  });

  it("stops in its own words, with or without a terminator", () => {
    expect(answered({ finish: { stop: "eos", length: "max" } }).text).toContain('"finish_reason":"max"');
    expect(answered({}).text.endsWith("data: [DONE]\n\n")).toBe(true);
    expect(answered({ terminator: false }).text).not.toContain("[DONE]");
  });

  it.each([
    ["openai", '{"error":{"message":"The model x does not exist or has been retired."'],
    ["fastapi", '{"detail":"The model x'],
    ["object-error", '{"object":"error","message":"The model x'],
    ["message", '{"message":"The model x'],
    ["error-text", '{"error":"The model x'],
    ["databricks", '{"error":{"message":"The model x'],
    ["google", '{"error":{"code":404,"message":"The model x'],
  ] as const)("refuses in the shape %s", (errors, text) => {
    const manner = mannerOf({ ...PLAIN, errors });
    const call = { request: { headers: { "content-type": "application/json" } } as IncomingMessage } as Call;
    const body = JSON.stringify({ model: "x", messages: [{ role: "user", content: "Hi" }], max_tokens: 1 });
    const { refusal } = manner.judge(call, body);
    const answer = manner.translate(refusal!, null);
    const [step] = answer.prologue;
    expect(answer.status).toBe(404);
    expect(step !== undefined && "bytes" in step ? step.bytes : "").toContain(text);
  });

  it("answers in one piece when no stream is asked for", () => {
    const parsed = parseChatRequest(
      JSON.stringify({ model: "m", messages: [{ role: "user", content: "Hi" }], max_tokens: 2 }),
    );
    const request = parsed.ok ? parsed.request : null;
    const drawn = answerOf({
      seed: 1,
      profileName: "p",
      profile: PROFILE,
      request: request!,
      slowness: 1,
      cachedTokens: null,
      asked: 0,
      turn: 1,
    });
    const answer = mannerOf({ ...PLAIN, clock: "fireworks" }).translate(drawn, request);
    const bytes = [...answer.service!].map((step) => ("bytes" in step ? String(step.bytes) : "")).join("");
    expect(JSON.parse(bytes)).toMatchObject({ object: "chat.completion", usage: { completion_tokens: 2 } });
  });
});
