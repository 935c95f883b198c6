import { describe, expect, it } from "vitest";
import type { StreamPart } from "../../src/core/provider.ts";
import { openaiChat, PLAIN } from "../../src/protocol/openai-chat.ts";

/** Parts of a stream given as its data payloads; objects are written as JSON. */
function parts(...events: readonly unknown[]): StreamPart[] {
  const read = openaiChat(PLAIN).reader({ status: 200, headers: {} });
  return events.flatMap((event) =>
    read({ event: null, data: typeof event === "string" ? event : JSON.stringify(event) }),
  );
}

function delta(fields: object, finish: string | null = null): object {
  return { choices: [{ index: 0, delta: fields, finish_reason: finish }] };
}

const text = (value: string): StreamPart => ({ type: "content", channel: "text", text: value });
const finish = (reason: "stop" | "length" | "content-filter" | "tool-calls" | "other"): StreamPart => ({
  type: "finish",
  reason,
});
const usage = (input: number | null, output: number | null, cached: number | null = null): StreamPart => ({
  type: "usage",
  usage: { input, output, cached },
});

describe("the OpenAI chat stream", () => {
  it("takes a role-only first chunk for no content", () => {
    expect(parts(delta({ role: "assistant" }), delta({ role: "assistant", content: "" }))).toEqual([]);
  });
  it("takes null content for no content", () => {
    expect(parts(delta({ content: null }))).toEqual([]);
  });
  it("reads text in the first chunk", () => {
    expect(parts(delta({ role: "assistant", content: "Hi" }))).toEqual([text("Hi")]);
  });
  it("reads text and finish of one chunk in this order", () => {
    expect(parts(delta({ content: "end" }, "stop"))).toEqual([text("end"), finish("stop")]);
  });
  it("reads usage in a last chunk without choices", () => {
    expect(
      parts({
        choices: [],
        usage: { prompt_tokens: 3, completion_tokens: 5, prompt_tokens_details: { cached_tokens: 2 } },
      }),
    ).toEqual([usage(3, 5, 2)]);
  });
  it("reads usage on the finish chunk", () => {
    expect(parts({ ...delta({}, "length"), usage: { prompt_tokens: 3, completion_tokens: 5 } })).toEqual([
      finish("length"),
      usage(3, 5),
    ]);
  });
  it("reads usage in every chunk, null or not", () => {
    expect(
      parts(
        { ...delta({ content: "a" }), usage: null },
        { ...delta({ content: "b" }), usage: { prompt_tokens: 3, completion_tokens: 2 } },
      ),
    ).toEqual([text("a"), text("b"), usage(3, 2)]);
  });
  it("reads usage under x_groq", () => {
    expect(parts({ choices: [], x_groq: { usage: { prompt_tokens: 1, completion_tokens: 2 } } })).toEqual([
      usage(1, 2),
    ]);
  });
  it("reads usage inside the choice", () => {
    expect(parts({ choices: [{ index: 0, delta: {}, usage: { prompt_tokens: 1, completion_tokens: 2 } }] })).toEqual([
      usage(1, 2),
    ]);
  });
  it("leaves out counts that are not whole numbers", () => {
    expect(parts({ choices: [], usage: { prompt_tokens: "7", completion_tokens: -1 } })).toEqual([usage(null, null)]);
  });
  it.each([
    ["stop", "stop"],
    ["eos", "stop"],
    ["length", "length"],
    ["content_filter", "content-filter"],
    ["tool_calls", "tool-calls"],
    ["model_length", "length"],
    ["CONTENT_FILTER", "content-filter"],
    ["recitation", "other"],
    ["SAFETY", "content-filter"],
  ] as const)("maps finish_reason %s to %s", (wire, reason) => {
    expect(parts(delta({}, wire))).toEqual([finish(reason)]);
  });
  it("believes a seller's own finish reasons before the usual ones", () => {
    const finishReasons = { done: "stop", cancelled: "length", constructor: "other" } as const;
    const read = openaiChat({ ...PLAIN, finishReasons }).reader({ status: 200, headers: {} });
    const reasons = ["done", "cancelled", "eos", "toString"].flatMap((reason) =>
      read({ event: null, data: JSON.stringify(delta({}, reason)) }),
    );
    expect(reasons).toEqual([finish("stop"), finish("length"), finish("stop"), finish("other")]);
  });
  it("counts text once when choices[].text repeats delta.content", () => {
    expect(parts({ choices: [{ index: 0, text: "a", delta: { content: "a", token_id: 5 }, seed: 1 }] })).toEqual([
      text("a"),
    ]);
  });
  it("reads choices[].text where there is no delta", () => {
    expect(parts({ choices: [{ index: 0, text: "a" }] }, { choices: [{ index: 0, text: "b", delta: null }] })).toEqual([
      text("a"),
      text("b"),
    ]);
  });
  it("reads the text of content that is a list of parts, as deep as any seller nests it", () => {
    const content = [
      "a",
      { type: "text", text: "b" },
      { type: "image", url: "x" },
      { type: "text", text: ["c"] },
      7,
      null,
    ];
    expect(parts(delta({ content }), delta({ content: [] }), delta({ content: 7 }))).toEqual([text("abc")]);
  });
  it.each([
    ["thinking", { type: "thinking", thinking: [{ type: "text", text: "hm" }] }],
    ["thinking as one text", { type: "thinking", thinking: "hm" }],
    ["reasoning with a summary", { type: "reasoning", summary: [{ type: "summary_text", text: "hm" }] }],
  ])("takes a part of %s for reasoning", (_name, part) => {
    const reasoning: StreamPart = { type: "content", channel: "reasoning", text: "hm" };
    expect(parts(delta({ content: [part, { type: "text", text: "a" }] }))).toEqual([reasoning, text("a")]);
    expect(parts(delta({ content: [part], reasoning: "hm" }))).toEqual([reasoning]);
  });
  it("reads a refusal as text, behind the content of its chunk", () => {
    expect(parts(delta({ content: "a", refusal: " no" }), delta({ refusal: null }))).toEqual([text("a no")]);
  });
  it("reads the older function call as content", () => {
    const call = { name: "look", arguments: '{"a"' };
    expect(parts(delta({ function_call: call }), delta({ function_call: null }))).toEqual([
      { type: "content", channel: "tool", text: 'look{"a"' },
    ]);
  });
  it("reads reasoning under any of its names, once when under several", () => {
    const reasoning: StreamPart = { type: "content", channel: "reasoning", text: "hm" };
    expect(parts(delta({ reasoning: "hm" }))).toEqual([reasoning]);
    expect(parts(delta({ reasoning_content: "hm" }))).toEqual([reasoning]);
    expect(parts(delta({ reasoning: "hm", reasoning_content: "hm" }))).toEqual([reasoning]);
    const details = [
      { type: "reasoning.text", text: "h" },
      { type: "reasoning.summary", summary: "m" },
    ];
    expect(parts(delta({ reasoning: "hm", reasoning_details: details }))).toEqual([reasoning]);
    expect(parts(delta({ reasoning_details: details }))).toEqual([reasoning]);
  });
  it("reads tool-call deltas as content", () => {
    const call = { index: 0, id: "x", function: { name: "look", arguments: '{"a"' } };
    expect(parts(delta({ tool_calls: [call] }))).toEqual([{ type: "content", channel: "tool", text: 'look{"a"' }]);
  });
  it("reads the first of several choices", () => {
    const choices = [
      { index: 1, delta: { content: "second" } },
      { index: 0, delta: { content: "first" } },
    ];
    expect(parts({ choices })).toEqual([text("first")]);
  });
  it("tolerates an empty prologue, content-filter fields and unknown keys", () => {
    expect(
      parts(
        { choices: [], prompt_filter_results: [{}] },
        { choices: [{ index: 0, delta: {}, content_filter_results: {} }], padding: "x" },
      ),
    ).toEqual([]);
  });
  it("knows the terminator", () => {
    expect(parts("[DONE]", " [DONE] ", '"[DONE]"')).toEqual(Array.from({ length: 3 }, () => ({ type: "done" })));
  });
  it("tells the echoed model once, and again when it changes", () => {
    const chunk = (model: string): object => ({ model, ...delta({}) });
    expect(parts(chunk("a"), chunk("a"), chunk("b"))).toEqual([
      { type: "model", id: "a" },
      { type: "model", id: "b" },
    ]);
  });
  it("ignores pings that are not JSON", () => {
    expect(openaiChat(PLAIN).reader({ status: 200, headers: {} })({ event: "ping", data: "pong" })).toEqual([]);
  });
});

describe("errors inside a 200 stream", () => {
  it.each([
    [
      "{error:{…}} with a code in words",
      { error: { message: "slow down", code: "rate_limit_exceeded" } },
      "rate-limited",
      null,
    ],
    ["{error:{…}} with a status as code", { error: { message: "down", code: 503 } }, "overloaded", 503],
    ["{error:'text'}", { error: "Model is overloaded" }, "overloaded", null],
    [
      "{object:'error'}",
      { object: "error", message: "boom", type: "InternalServerError", code: 500 },
      "server-error",
      500,
    ],
    ["x_groq.error", { x_groq: { error: "over capacity" } }, "overloaded", null],
  ] as const)("reads %s", (_name, chunk, kind, status) => {
    const [part] = parts(chunk);
    expect(part).toMatchObject({ type: "error", failure: { kind, status, where: "stream" } });
  });
  it("reads event: error", () => {
    const [part] = openaiChat(PLAIN).reader({ status: 200, headers: {} })({
      event: "error",
      data: '{"message":"boom"}',
    });
    expect(part).toMatchObject({ type: "error", failure: { kind: "server-error", detail: "boom" } });
  });
  it.each([
    ["a list", [{ error: { code: 503, message: "down" } }]],
    ["code and message", { code: 500, message: "boom" }],
    ["type error", { type: "error", message: "boom" }],
    ["detail", { detail: "boom" }],
    ["errors", { errors: [{ message: "boom" }] }],
    ["error_code and message", { error_code: "INTERNAL_ERROR", message: "boom" }],
    ["a type that names one", { type: "InternalServerException", message: "boom" }],
    ["nothing but a message", { message: "Endpoint request timed out" }],
    ["a status alone", { title: "Service Unavailable", status: 503 }],
    ["code and message where no choices are", { choices: null, usage: null, code: "internal", message: "boom" }],
    ["a text inside the choice", { choices: [{ index: 0, error: "boom", delta: {} }] }],
    [
      "an error inside the choice",
      { choices: [{ index: 0, error: { message: "boom" }, delta: {}, finish_reason: "stop" }] },
    ],
    ["a finish reason that is a failure", delta({}, "failed")],
    ["a finish reason of the engine's own trouble", delta({}, "internal_error")],
  ])("takes %s for one", (_name, chunk) => {
    const [part] = parts(JSON.stringify(chunk));
    expect(part).toMatchObject({ type: "error" });
  });
  it.each([
    ["an empty text", { error: "", ...delta({}) }],
    ["false", { error: false, ...delta({}) }],
    ["an empty list", { success: true, errors: [], messages: [] }],
    ["a status of success", { status: 200, code: 0, message: "" }],
    ["a word about the state", { status: "queued", message: "position 3" }],
  ])("takes %s for no error", (_name, chunk) => {
    expect(parts(chunk)).toEqual([]);
  });
  it.each([
    [{ status: "error", msg: "overloaded" }, "overloaded", "overloaded"],
    [{ success: false, msg: "boom" }, "server-error", "boom"],
    [{ base_resp: { status_code: 1002, status_msg: "rate limit" } }, "rate-limited", "rate limit"],
    [{ choices: [], base_resp: { status_code: 1002, status_msg: "boom" } }, "server-error", "boom"],
    [{ Error: { message: "boom" } }, "server-error", "boom"],
    [{ error_message: "boom" }, "server-error", "boom"],
    [{ error_code: "X17", error_msg: "boom" }, "server-error", "boom"],
    [{ usage: { completion_tokens: 2 }, choices: [], message: "boom", code: 500 }, "server-error", "boom"],
    [{ usage: { completion_tokens: 2 }, message: "boom" }, "server-error", "boom"],
    [{ usage: { completion_tokens: 2 }, code: 503 }, "overloaded", null],
    [{ reason: "boom" }, "server-error", "boom"],
  ])("takes the event %j for an error, and reads its words", (chunk, kind, detail) => {
    expect(parts(chunk)).toMatchObject([{ type: "error", failure: { kind, detail, where: "stream" } }]);
  });
  it.each(["failed", "response.failed", "Exception"])("takes event: %s for an error", (event) => {
    const [part] = openaiChat(PLAIN).reader({ status: 200, headers: {} })({ event, data: '{"reason":"boom"}' });
    expect(part).toMatchObject({ type: "error", failure: { kind: "server-error", detail: "boom" } });
  });
  it.each([{ hello: "world" }, { id: "c", model: "m" }, { status: "whatever" }])(
    "takes %j, which is no chunk, for a broken protocol",
    (chunk) => {
      expect(parts(chunk)).toMatchObject([{ type: "error", failure: { kind: "protocol" } }]);
    },
  );
  it.each([
    { base_resp: { status_code: 0, status_msg: "" } },
    { x_groq: { id: "r" } },
    { timings: {} },
    { time_info: {} },
    { perf_metrics: {} },
    { type: "ping" },
    { object: "chat.completion.chunk" },
    { choices: [], usage: null, message: "success" },
  ])("takes %j for an event without content", (chunk) => {
    expect(parts(chunk)).toEqual([]);
  });
  it.each(["", "null", "[]", "{}"])("takes an event of %j for none", (data) => {
    expect(parts(data)).toEqual([]);
  });
  it.each(['"boom"', "502", "true", "[[]]", '[{"choices":[]}]'])(
    "takes an event of %s for a broken protocol",
    (data) => {
      expect(parts(data)).toMatchObject([{ type: "error", failure: { kind: "protocol" } }]);
    },
  );
  it.each([
    ["", null],
    ["no capacity left", "no capacity left"],
    ['"no capacity left"', "no capacity left"],
    ["[DONE]", "[DONE]"],
  ])("takes event: error for one whatever its data: %j", (data, detail) => {
    const [part] = openaiChat(PLAIN).reader({ status: 200, headers: {} })({ event: "error", data });
    expect(part).toMatchObject({ type: "error", failure: { where: "stream", detail } });
  });
  it("takes an event that is not JSON for a broken protocol", () => {
    expect(parts('{"choices":[')).toMatchObject([{ type: "error", failure: { kind: "protocol" } }]);
  });
});

describe("responses that are no stream", () => {
  const cases = [
    [
      401,
      '{"error":{"message":"Incorrect API key","type":"invalid_request_error","code":"invalid_api_key"}}',
      "auth",
      "invalid_api_key",
    ],
    [400, '{"error":{"message":"filtered","code":"content_filter"}}', "content-filter", "content_filter"],
    [
      400,
      '{"error":{"message":"The model `x` has been decommissioned","code":"model_decommissioned"}}',
      "not-found",
      "model_decommissioned",
    ],
    [402, "", "payment", null],
    [403, '{"message":"no access"}', "auth", null],
    [404, '{"error":{"message":"The model does not exist","code":"model_not_found"}}', "not-found", "model_not_found"],
    [410, "", "not-found", null],
    [
      422,
      '{"detail":[{"loc":["body","max_tokens"],"msg":"Field required","type":"missing"}]}',
      "bad-request",
      "missing",
    ],
    [429, '{"error":{"message":"Too many requests"}}', "rate-limited", null],
    [500, "<html><body>oops</body></html>", "server-error", null],
    [500, '{"object":"error","message":"engine overloaded","type":"ServerError"}', "overloaded", "ServerError"],
    [503, '{"error":"Model is loading"}', "overloaded", null],
    [529, "", "overloaded", null],
    [400, '{"title":"Validation failed","status":400}', "bad-request", null],
    [301, "", "redirect", null],
    [418, "teapot", "bad-request", null],
  ] as const;
  it.each(cases)("sorts %i %s into %s", (status, body, kind, code) => {
    expect(openaiChat(PLAIN).failure({ status, headers: {}, body })).toMatchObject({ kind, status, code });
  });
  it.each([
    ['{"error":{"message":"a"}}', "a"],
    ['{"error":"b"}', "b"],
    ['{"object":"error","message":"c"}', "c"],
    ['{"detail":[{"msg":"d"}]}', "d"],
    ['{"message":"e"}', "e"],
    ['{"title":"f","status":400}', "f"],
  ])("quotes the message of %s", (body, detail) => {
    expect(openaiChat(PLAIN).failure({ status: 400, headers: {}, body })).toMatchObject({ detail });
  });
  it("never quotes control characters, and cuts long bodies", () => {
    const { detail } = openaiChat(PLAIN).failure({
      status: 500,
      headers: {},
      body: `\u001b[31m${"x".repeat(1000)}`,
    });
    expect(detail).not.toContain("\u001b");
    expect(detail!.length).toBeLessThanOrEqual(300);
  });
});

describe("the OpenAI chat request", () => {
  const call = {
    baseUrl: "http://h/v1",
    endpoint: "/chat/completions",
    modelId: "m",
    messages: [{ role: "user" as const, content: "hi" }],
    parameters: {},
    maxOutputTokens: 9,
    extraBody: {},
  };
  it("asks for a stream with usage and a limit", () => {
    const { method, url, body } = openaiChat(PLAIN).request(call);
    expect([method, url]).toEqual(["POST", "http://h/v1/chat/completions"]);
    expect(JSON.parse(body!)).toEqual({
      model: "m",
      messages: [{ role: "user", content: "hi" }],
      max_tokens: 9,
      stream: true,
      stream_options: { include_usage: true },
    });
  });
  it("leaves stream_options out and renames the limit where the dialect says so", () => {
    const { body } = openaiChat({ ...PLAIN, maxTokensField: "max_completion_tokens", streamOptions: false }).request({
      ...call,
      extraBody: { temperature: 0 },
    });
    expect(JSON.parse(body!)).toEqual({
      model: "m",
      messages: [{ role: "user", content: "hi" }],
      max_completion_tokens: 9,
      stream: true,
      temperature: 0,
    });
  });
  it("sends no member that was not asked for: a seller's own ones, then the target's, and never one that the seller refuses", () => {
    const dialect = { ...PLAIN, extraBody: { ignore_eos: true, seed: 1 }, refuses: ["logprobs", "seed"] };
    const { body } = openaiChat(dialect).request({ ...call, extraBody: { ignore_eos: false, logprobs: true } });
    expect(JSON.parse(body!)).toMatchObject({ ignore_eos: false });
    const members = ["model", "messages", "max_tokens", "stream", "stream_options", "ignore_eos"];
    expect(Object.keys(JSON.parse(body!) as object)).toEqual(members);
  });
});
