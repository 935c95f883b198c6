import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chunk, textChunks } from "../../src/simulator/openai.ts";
import type { Profile } from "../../src/simulator/profile.ts";
import { startSimulator, type Simulator } from "../../src/simulator/server.ts";
import { call, chatBody, chunksOf, INSTANT, payloads, textOf } from "../support/simulator-client.ts";

const PROFILES: Record<string, Profile> = {
  instant: INSTANT,
  four: { ...INSTANT, tokensPerEvent: 4 },
  paced: { ...INSTANT, interEvent: { meanMs: 10, sigma: 0 } },
  locked: { ...INSTANT, apiKey: "planted-key" },
  never: { ...INSTANT, usage: "never" },
  finish: { ...INSTANT, usage: "finish-chunk" },
  running: { ...INSTANT, usage: "every-chunk", tokensPerEvent: 4 },
};

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ seed: 405, profiles: PROFILES });
});
afterAll(() => simulator.close());

const chatUrl = (profile: string): string => `${simulator.url}/${profile}/v1/chat/completions`;

test("a seeded stream has exactly these bytes, framing included", async () => {
  const body = chatBody({ prompt: "Hi", maxTokens: 3, usage: true });
  const socket = connect(simulator.port, "127.0.0.1");
  socket.write(
    "POST /instant/v1/chat/completions HTTP/1.1\r\nhost: x\r\nconnection: close\r\n" +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  let text = "";
  socket.on("data", (data: Buffer) => (text += data.toString("utf8")));
  await once(socket, "close");

  const head =
    '{"id":"chatcmpl-3639efcd08abb273b1619e82","object":"chat.completion.chunk","created":1721692800,"model":"llama-3.1-405b-instruct",';
  const choice = (delta: string, finish: string): string =>
    `"choices":[{"index":0,"delta":${delta},"finish_reason":${finish}}]}`;
  const frames = [
    `data: ${head}${choice('{"role":"assistant","content":""}', "null")}\n\n`,
    `data: ${head}${choice('{"content":" any"}', "null")}\n\n`,
    `data: ${head}${choice('{"content":" might"}', "null")}\n\n`,
    `data: ${head}${choice('{"content":" just"}', "null")}\n\n`,
    `data: ${head}${choice("{}", '"length"')}\n\n`,
    `data: ${head}"choices":[],"usage":{"prompt_tokens":11,"completion_tokens":3,"total_tokens":14}}\n\n`,
    "data: [DONE]\n\n",
  ];
  const chunked = frames.map((frame) => `${Buffer.byteLength(frame).toString(16)}\r\n${frame}\r\n`).join("");
  const [headers, ...rest] = text.split("\r\n\r\n");
  expect(headers).toMatch(
    /^HTTP\/1\.1 200 OK\r\ncontent-type: text\/event-stream; charset=utf-8\r\ncache-control: no-cache\r\n/,
  );
  expect(rest.join("\r\n\r\n")).toBe(`${chunked}0\r\n\r\n`);
});

test.each([null, { prompt_tokens: 11, completion_tokens: 3, total_tokens: 14 }])(
  "an event of text has the bytes of any other event, with usage %j",
  (usage) => {
    const identity = { id: "chatcmpl-1", model: 'a "model" named \\ é' };
    for (const content of [" the", "", ' "quoted"\n\u2028\ud800']) {
      const any = chunk(identity, { delta: { content }, finish: null }, usage);
      expect(textChunks(identity)(content, usage)).toBe(any);
    }
  },
);

describe("the stream", () => {
  test("has exactly the tokens that were asked for, the last event the rest", async () => {
    const seen = await call(chatUrl("four"), { body: chatBody({ prompt: "count", maxTokens: 10 }) });
    const sizes = chunksOf(seen.text)
      .map((each) => each.choices?.[0]?.delta.content ?? "")
      .filter((content) => content !== "")
      .map((content) => content.trim().split(" ").length);
    expect(sizes).toEqual([4, 4, 2]);
  });

  test("reports no usage unless asked, and ends with the terminator", async () => {
    const seen = await call(chatUrl("instant"), { body: chatBody({ prompt: "count", maxTokens: 2 }) });
    expect(seen.text).not.toContain("usage");
    expect(payloads(seen.text).at(-1)).toBe("[DONE]");
  });

  test("counts words, groups of three digits of a nonce, and the chat template", async () => {
    const body = JSON.stringify({
      model: "m",
      max_completion_tokens: 1,
      stream: true,
      stream_options: { include_usage: true },
      messages: [
        { role: "system", content: "be brief" },
        { role: "user", content: "123456789012 write  ten\nwords" },
      ],
    });
    const seen = await call(chatUrl("instant"), { body });
    expect(chunksOf(seen.text).at(-1)?.usage?.prompt_tokens).toBe(5 + 2 * 5 + 2 + 4 + 3);
  });

  const none = undefined;
  test.each([
    ["never", [none, none, none, none, none, none, none]],
    ["finish", [none, none, none, none, none, none, 5]],
    ["running", [none, 4, 5, 5]],
    ["instant", [none, none, none, none, none, none, none, 5]],
  ])("of profile %s shows completion tokens in the chunks of its usage mode alone", async (profile, expected) => {
    const seen = await call(chatUrl(profile), { body: chatBody({ prompt: "use", maxTokens: 5, usage: true }) });
    expect(chunksOf(seen.text).map((each) => each.usage?.completion_tokens)).toEqual(expected);
  });

  test("gives the same prompt the same bytes and another prompt other bytes, in any order", async () => {
    const ask = async (prompt: string): Promise<string> =>
      (await call(chatUrl("instant"), { body: chatBody({ prompt, maxTokens: 12 }) })).text;
    const first = await ask("alpha");
    const other = await ask("beta");
    expect(await ask("alpha")).toBe(first);
    expect(textOf(other)).not.toBe(textOf(first));
  });
});

test("an answer in one piece has the same text as the stream, and usage", async () => {
  const streamed = await call(chatUrl("instant"), { body: chatBody({ prompt: "whole", maxTokens: 7 }) });
  const whole = await call(chatUrl("instant"), { body: chatBody({ prompt: "whole", maxTokens: 7, stream: false }) });
  const answer = JSON.parse(whole.text) as {
    object: string;
    choices: { message: { content: string }; finish_reason: string }[];
    usage: { completion_tokens: number };
  };
  expect(whole.headers["content-type"]).toBe("application/json");
  expect(answer.object).toBe("chat.completion");
  expect(answer.choices[0]?.message.content).toBe(textOf(streamed.text));
  expect(answer.choices[0]?.finish_reason).toBe("length");
  expect(answer.usage.completion_tokens).toBe(7);
});

describe("a request that is not in order", () => {
  const refusal = async (url: string, given: Parameters<typeof call>[1]) => {
    const seen = await call(url, given);
    const { error } = JSON.parse(seen.text) as { error: { code: string; message: string } };
    return { status: seen.status, code: error.code, message: error.message };
  };

  test("that is not JSON is refused with 400", async () => {
    expect(await refusal(chatUrl("instant"), { body: "{" })).toMatchObject({ status: 400, code: "invalid_request" });
  });

  test("hears of every problem at once", async () => {
    const body = JSON.stringify({ stream: "yes", max_tokens: 0, messages: [{ role: "user" }], stream_options: 1 });
    const { status, message } = await refusal(chatUrl("instant"), { body });
    expect(status).toBe(400);
    for (const name of ["model", "stream ", "stream_options", "max_tokens", "messages[0]"])
      expect(message).toContain(name);
  });

  test("without messages or without a limit is refused with 400", async () => {
    const noMessages = JSON.stringify({ model: "m", max_tokens: 1 });
    const noLimit = JSON.stringify({ model: "m", messages: [{ role: "user", content: "x" }] });
    expect(await refusal(chatUrl("instant"), { body: noMessages })).toMatchObject({ status: 400 });
    expect(await refusal(chatUrl("instant"), { body: noLimit })).toMatchObject({ status: 400 });
  });

  test("over 16 MiB is refused with 413 after it was read, and one byte less is read", async () => {
    const body = " ".repeat(16 * 1024 * 1024 + 1);
    expect(await refusal(chatUrl("instant"), { body })).toMatchObject({ status: 413, code: "request_too_large" });
    const within = body.slice(0, 16 * 1024 * 1024);
    expect(await refusal(chatUrl("instant"), { body: within })).toMatchObject({ status: 400 });
  });

  test("to an unknown profile or path is refused with 404", async () => {
    const body = chatBody({ prompt: "x", maxTokens: 1 });
    expect(await refusal(chatUrl("sim-none"), { body })).toMatchObject({ status: 404, code: "model_not_found" });
    expect(await refusal(chatUrl("toString"), { body })).toMatchObject({ status: 404, code: "model_not_found" });
    expect(await refusal(`${simulator.url}/instant/v1/embeddings`, { body })).toMatchObject({
      status: 404,
      code: "not_found",
    });
    expect(await refusal(chatUrl("instant"), { method: "GET" })).toMatchObject({ status: 404, code: "not_found" });
  });

  test("needs the planted key where the profile has one", async () => {
    const body = chatBody({ prompt: "x", maxTokens: 1 });
    expect(await refusal(chatUrl("locked"), { body })).toMatchObject({ status: 401, code: "invalid_api_key" });
    const wrong = { authorization: "Bearer planted-key2" };
    expect(await refusal(chatUrl("locked"), { body, headers: wrong })).toMatchObject({ status: 401 });
    const right = await call(chatUrl("locked"), { body, headers: { authorization: "Bearer planted-key" } });
    expect(right.status).toBe(200);
  });
});

test("models, health, stats and ledger answer", async () => {
  const get = async (path: string) => (await call(`${simulator.url}${path}`, { method: "GET" })).text;
  expect(JSON.parse(await get("/sim-fast/v1/models"))).toMatchObject({ data: [{ id: "llama-3.1-405b-instruct" }] });
  expect(JSON.parse(await get("/healthz"))).toEqual({ status: "ok", seed: 405 });
  const before = simulator.stats().requests;
  await call(chatUrl("instant"), { body: chatBody({ prompt: "x", maxTokens: 1 }) });
  expect(JSON.parse(await get("/stats"))).toMatchObject({
    requests: before + 1,
    inFlight: 0,
    waiting: 0,
    ledgerError: null,
  });
  const lines = (await get("/ledger")).trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(simulator.ledger());
});

test("the ledger of one profile has its records alone, and that of an unknown profile is refused", async () => {
  const get = (path: string) => call(`${simulator.url}${path}`, { method: "GET" });
  for (const profile of ["four", "instant", "four"]) {
    await call(chatUrl(profile), { body: chatBody({ prompt: "x", maxTokens: 1 }) });
  }
  const lines = (await get("/ledger?profile=four")).text.trimEnd().split("\n");
  const expected = simulator.ledger().filter((record) => record.profile === "four");
  expect(expected.length).toBeGreaterThanOrEqual(2);
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(expected);
  expect(await get("/ledger?profile=sim-far")).toMatchObject({ status: 200, text: "" });
  expect(await get("/ledger?profile=toString")).toMatchObject({ status: 404 });
});

test("every answer names its ledger record as its request id", async () => {
  for (const body of [
    chatBody({ prompt: "id", maxTokens: 1 }),
    "{",
    chatBody({ prompt: "id", maxTokens: 1, stream: false }),
  ]) {
    const { headers } = await call(chatUrl("instant"), { body });
    expect(headers["x-request-id"]).toBe(String(simulator.ledger().at(-1)!.seq));
  }
});

test("chunks are framed by their bytes, not their characters", async () => {
  const body = chatBody({ prompt: "bytes", maxTokens: 3 }).replace("llama-3.1-405b-instruct", "modèle-\u{1f999}");
  const seen = await call(chatUrl("instant"), { body });
  expect(seen.error).toBeNull();
  expect(new Set(chunksOf(seen.text).map((each) => each.model))).toEqual(new Set(["modèle-\u{1f999}"]));
});

test("requests sent ahead on one connection are answered in turn, each stream whole", async () => {
  const ask = (profile: string, prompt: string, more = ""): string => {
    const body = chatBody({ prompt, maxTokens: 6 });
    return `POST /${profile}/v1/chat/completions HTTP/1.1\r\nhost: x\r\n${more}content-length: ${body.length}\r\n\r\n${body}`;
  };
  const socket = connect(simulator.port, "127.0.0.1");
  // The second is ready while the first still runs, so that its events wait for the connection.
  socket.write(ask("paced", "first") + ask("four", "second", "connection: close\r\n"));
  let text = "";
  socket.on("data", (data: Buffer) => (text += data.toString("utf8")));
  await once(socket, "close");
  const answers = text.split(/(?=HTTP\/1\.1 200 OK)/);
  expect(answers).toHaveLength(2);
  expect(answers.map((each) => each.split('"content":" ').length - 1)).toEqual([6, 2]);
  for (const each of answers) expect(each).toMatch(/data: \[DONE\]\n\n\r\n0\r\n\r\n$/);
});

test("a client of HTTP/1.0 gets a stream without framing, to the end of the connection", async () => {
  const body = chatBody({ prompt: "old", maxTokens: 3 });
  const socket = connect(simulator.port, "127.0.0.1");
  socket.write(`POST /paced/v1/chat/completions HTTP/1.0\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
  let text = "";
  socket.on("data", (data: Buffer) => (text += data.toString("utf8")));
  await once(socket, "close");
  const [, stream] = text.split("\r\n\r\n");
  expect(payloads(stream!)).toHaveLength(6);
  expect(payloads(stream!).at(-1)).toBe("[DONE]");
});
