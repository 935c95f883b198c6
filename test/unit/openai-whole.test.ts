import { describe, expect, it } from "vitest";
import type { StreamPart } from "../../src/core/provider.ts";
import { openaiChat, PLAIN } from "../../src/protocol/openai-chat.ts";

const text = (value: string): StreamPart => ({ type: "content", channel: "text", text: value });
const finish = (reason: "stop" | "length"): StreamPart => ({ type: "finish", reason });

describe("an OpenAI answer in one piece", () => {
  const { whole } = openaiChat(PLAIN);
  const partsOf = (body: unknown) => whole!.parts(typeof body === "string" ? body : JSON.stringify(body));
  const message = (content: unknown, finishReason: string | null = "stop") => ({
    index: 0,
    message: { role: "assistant", content },
    finish_reason: finishReason,
  });

  it("is asked for without a stream, and without its options", () => {
    const { url, headers, body } = whole!.request({
      baseUrl: "http://h/v1",
      endpoint: "/chat/completions",
      modelId: "m",
      messages: [{ role: "user", content: "hi" }],
      maxOutputTokens: 9,
      extraBody: { temperature: 0 },
      parameters: {},
    });
    expect([url, headers["accept"]]).toEqual(["http://h/v1/chat/completions", "application/json"]);
    expect(JSON.parse(body!)).toEqual({
      model: "m",
      messages: [{ role: "user", content: "hi" }],
      max_tokens: 9,
      stream: false,
      temperature: 0,
    });
  });

  it("has its text, its end and its usage", () => {
    const answer = {
      model: "m",
      choices: [message("Hi you", "length")],
      usage: { prompt_tokens: 7, completion_tokens: 2 },
    };
    expect(partsOf(answer)).toEqual([
      { type: "model", id: "m" },
      text("Hi you"),
      finish("length"),
      { type: "usage", usage: { input: 7, output: 2, cached: null } },
    ]);
  });

  it("is read by its first choice, whatever stands beside it", () => {
    expect(partsOf({ choices: [{ ...message("B"), index: 1 }, message("A")] })).toEqual([text("A"), finish("stop")]);
    expect(partsOf({ choices: [{ ...message("A"), delta: { content: "no" } }] })).toEqual([text("A"), finish("stop")]);
    expect(partsOf({ choices: [{ ...message(null), finish_reason: null }] })).toEqual([]);
    expect(partsOf({ choices: "none" })).toEqual([]);
  });

  it("fails as a stream does", () => {
    const kindOf = (body: unknown) =>
      partsOf(body).map((part) => (part.type === "error" ? part.failure.kind : part.type));
    expect(kindOf({ error: { message: "The server had an error.", type: "server_error" } })).toEqual(["server-error"]);
    expect(kindOf("<!doctype html>")).toEqual(["protocol"]);
    expect(kindOf("[]")).toEqual(["protocol"]);
    expect(kindOf("")).toEqual(["protocol"]);
  });

  it("stands beside a list of models, which is asked for without a body", () => {
    expect(whole!.models("http://h/v1")).toEqual({
      method: "GET",
      url: "http://h/v1/models",
      headers: { accept: "application/json" },
      body: null,
    });
  });
});
