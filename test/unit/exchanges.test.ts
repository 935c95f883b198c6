import { describe, expect, it } from "vitest";
import { failure } from "../../src/core/failure.ts";
import { nvidiaChat } from "../../src/protocol/nvidia.ts";
import { PLAIN } from "../../src/protocol/openai-chat.ts";
import { REPLICATE } from "../../src/protocol/replicate.ts";
import { makeCertificate } from "../../src/simulator/certificate.ts";
import { trustBeside } from "../../src/transport/route.ts";
import { calling, KEY, serve } from "../support/exchanges.ts";
import { answering, pause, streamHead, type Script, type WireServer } from "../support/wire-server.ts";

const json = (body: object | string, status = "201 Created"): string =>
  streamHead([], status, "application/json") + (typeof body === "string" ? body : JSON.stringify(body));
const STREAM = "event: output\ndata: one\n\nevent: output\ndata:  two\n\nevent: done\ndata: {}\n\n";
const RECORD = { metrics: { input_token_count: 7, output_token_count: 2, predict_time: 0.5 } };

/** A service that creates, streams from another origin, and keeps a record. */
async function replicate(
  of: {
    readonly create?: (origins: { home: string; stream: string }) => Script;
    readonly stream?: Script;
    readonly record?: Script;
  } = {},
) {
  const stream = await serve(of.stream ?? answering(streamHead(), STREAM));
  const home: WireServer = await serve((socket, request) => {
    const create = of.create?.({ home: home.origin, stream: stream.origin });
    const urls = { stream: `${stream.origin}/s/1`, get: `${home.origin}/p/1` };
    if (request.startsWith("POST")) return (create ?? answering(json({ id: "1", urls })))(socket, request);
    return (of.record ?? answering(json(RECORD, "200 OK")))(socket, request);
  });
  return { home, stream };
}

const RESET: Script = (socket) => void socket.resetAndDestroy();
const after =
  (ms: number, then: Script): Script =>
  async (socket, request) => {
    await pause(ms);
    await then(socket, request);
  };

describe("a call of several exchanges", () => {
  it("is sent with the first, answered with the one that brings the answer, and asks for its record off the clock", async () => {
    const { home, stream } = await replicate({
      create: ({ home: at, stream: to }) =>
        after(60, answering(json({ urls: { stream: `${to}/s/1`, get: `${at}/p/1` } }))),
      stream: after(60, answering(streamHead(), STREAM)),
      record: after(120, answering(json(RECORD, "200 OK"))),
    });
    const startMs = performance.now();
    const { outcome, failure: because, stamps, usage, server, response } = await calling(home.origin, REPLICATE);
    const wallMs = performance.now() - startMs;
    expect([outcome, because, response.chars, usage, server?.totalMs]).toEqual([
      "completed",
      null,
      "one two".length,
      { input: 7, output: 2, cached: null },
      500,
    ]);
    expect(stamps.headers! - stamps.sent!).toBeGreaterThan(118_000);
    expect(stamps.firstByte! - stamps.sent!).toBeGreaterThan(118_000);
    expect(wallMs - (stamps.end! - stamps.sent!) / 1000).toBeGreaterThan(118);
    expect(home.requests.map((text) => text.split("\r\n")[0])).toEqual([
      "POST /v1/chat/completions HTTP/1.1",
      "GET /p/1 HTTP/1.1",
    ]);
    // The key goes with the record's address, which is the target's, and not with one that a response named.
    expect(home.requests[1]!.toLowerCase()).toContain(`authorization: ${KEY.toLowerCase()}`);
    expect(stream.requests.map((text) => /authorization/i.test(text))).toEqual([false]);
  });

  it.each<[string, Parameters<typeof replicate>[0], object]>([
    ["reset before the first headers", { create: () => RESET }, { kind: "network" }],
    [
      "refused at once",
      { create: () => answering(json({ detail: "no" }, "401 No")) },
      { kind: "auth", status: 401, where: "headers" },
    ],
    [
      "cut in the first body",
      {
        create: ({ stream }) =>
          answering(
            `HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{"urls":{"stream":"${stream}/s"}}`,
          ),
      },
      { kind: "truncated" },
    ],
    ["told no address", { create: () => answering(json({ urls: {} })) }, { kind: "protocol", where: "headers" }],
    ["told what is no JSON", { create: () => answering(json("{oops")) }, { kind: "protocol", where: "headers" }],
    [
      "led to an address that is none",
      { create: () => answering(json({ urls: { stream: "not an address" } })) },
      { kind: "protocol" },
    ],
    [
      "led to a file",
      { create: () => answering(json({ urls: { stream: "file:///etc/hostname" } })) },
      { kind: "protocol" },
    ],
    [
      "led to where nobody listens",
      { create: () => answering(json({ urls: { stream: "http://127.0.0.1:9/s" } })) },
      { kind: "network", where: "connect" },
    ],
    ["reset before the second headers", { stream: RESET }, { kind: "network" }],
    [
      "refused in the second exchange, when the answer is being made and billed",
      { stream: answering(json({ detail: "slow down" }, "429 Slow")) },
      { kind: "rate-limited", status: 429, where: "stream" },
    ],
    [
      "answered with a page in the second",
      { stream: answering(streamHead([], "200 OK", "text/html"), "<p>") },
      { kind: "protocol", status: 200 },
    ],
    [
      "cut in its text",
      { stream: answering(streamHead(), STREAM.slice(0, 40)) },
      { kind: "truncated", where: "stream" },
    ],
    [
      "ended with an error",
      { stream: answering(streamHead(), 'event: error\ndata: {"detail":"CUDA"}\n\n') },
      { kind: "server-error", where: "stream" },
    ],
  ])("that is %s is a named failure", async (_what, of, due) => {
    const { home } = await replicate(of);
    const { outcome, failure: because, stamps } = await calling(home.origin, REPLICATE);
    expect([outcome, because]).toEqual(["failed", expect.objectContaining(due)]);
    expect(stamps.sent).not.toBeNull();
  });

  it("whose record is not written when its answer is over asks for it again", async () => {
    let asked = 0;
    const soon: Script = (socket, request) => {
      asked += 1;
      const record =
        asked < 3 ? { status: asked === 1 ? "starting" : "processing" } : { status: "succeeded", ...RECORD };
      return answering(json(record, "200 OK"))(socket, request);
    };
    const { home } = await replicate({ record: soon });
    const { outcome, usage, server } = await calling(home.origin, REPLICATE);
    expect([outcome, usage, server?.totalMs, asked]).toEqual([
      "completed",
      { input: 7, output: 2, cached: null },
      500,
      3,
    ]);
  });

  it.each<[string, string, number]>([
    ["whole", STREAM, 6],
    ["broken", STREAM.slice(0, 40), 1],
  ])("whose record is never written asks so often after a %s answer", async (_what, text, due) => {
    let asked = 0;
    const never: Script = (socket, request) => {
      asked += 1;
      return answering(json({ status: "processing", metrics: {} }, "200 OK"))(socket, request);
    };
    const { home } = await replicate({ record: never, stream: answering(streamHead(), text) });
    const { usage } = await calling(home.origin, REPLICATE);
    expect([usage, asked]).toEqual([null, due]);
  });

  it.each<[string, Script]>([
    ["reset", RESET],
    ["refused", answering(json({ detail: "no" }, "500 No"))],
    ["no JSON", answering(json("{oops", "200 OK"))],
  ])("whose record is %s is whole without it", async (_what, record) => {
    const { home } = await replicate({ record });
    const { outcome, usage, server } = await calling(home.origin, REPLICATE);
    expect([outcome, usage, server]).toEqual(["completed", null, null]);
  });

  it("keeps to a time limit that covers all its exchanges", async () => {
    const { home } = await replicate({
      create: ({ stream: to }) => after(250, answering(json({ urls: { stream: `${to}/s/1` } }))),
      stream: after(250, answering(streamHead(), STREAM)),
    });
    const limits = { firstContentMs: 400 };
    const { failure: because } = await calling(home.origin, REPLICATE, { limits });
    expect(because).toMatchObject({ kind: "timeout", where: "first-content" });
  });

  it("never leads from TLS to a connection without it", async () => {
    const certificate = makeCertificate(Date.now(), {});
    const stream = await serve(answering(streamHead(), STREAM));
    const home = await serve(answering(json({ urls: { stream: `${stream.origin}/s/1` } })), certificate);
    const route = { trust: trustBeside(certificate.ca) };
    const { failure: because } = await calling(home.origin, REPLICATE, { route });
    expect(because).toMatchObject({ kind: "protocol", detail: expect.stringContaining("safe") });
    expect([home.requests.length, stream.requests.length]).toEqual([1, 0]);
  });

  it("that cannot sign in to its next exchange has failed there", async () => {
    const home = await serve(answering("HTTP/1.1 202 Accepted\r\nnvcf-reqid: 1\r\ncontent-length: 0\r\n\r\n"));
    const because = failure("auth", { where: "sign-in", detail: "no token" });
    const { outcome, failure: seen } = await calling(home.origin, nvidiaChat(PLAIN, `${home.origin}/status`), {
      authorize: async () => ({ ok: false, failure: because }),
    });
    expect([outcome, seen]).toEqual(["failed", { ...because, status: 202 }]);
    expect(home.requests.length).toBe(1);
  });
});
