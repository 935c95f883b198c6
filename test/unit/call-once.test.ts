import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import type { Observation } from "../../src/core/observation.ts";
import { EVENT_BYTES_MAX } from "../../src/protocol/limits.ts";
import { callServer } from "../support/call.ts";
import {
  event,
  GOOD_ANSWER,
  pause,
  streamHead,
  textEvent,
  wireServer,
  type Script,
  type WireServer,
} from "../support/wire-server.ts";

let server: WireServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

/** One call against a server that follows a script. */
async function against(script: Script, options: Parameters<typeof callServer>[1] = {}): Promise<Observation> {
  server = await wireServer(script);
  const [called] = await callServer(server.origin, options);
  return called!.observation;
}

/** The answer is these bytes, then the end of the connection. */
function answering(...pieces: readonly (string | Buffer)[]): Script {
  return (socket) => {
    for (const piece of pieces) socket.write(piece);
    socket.end();
  };
}

describe("one call that goes well", () => {
  it("is completed, with every stamp in order", async () => {
    const { outcome, failure, stamps, usage, events, finish, modelEchoed, flags, response } = await against(
      answering(streamHead(), GOOD_ANSWER),
    );
    expect({ outcome, failure, finish, modelEchoed, usage }).toEqual({
      outcome: "completed",
      failure: null,
      finish: "stop",
      modelEchoed: "m",
      usage: { input: 7, output: 2, cached: null },
    });
    expect(events).toEqual({ content: 2, total: 6, coalesced: 1 });
    expect(flags).toEqual(["coalesced"]);
    expect(response.chars).toBe(" one two".length);
    const order = [
      stamps.scheduled,
      stamps.released,
      stamps.sent,
      stamps.written,
      stamps.headers,
      stamps.firstByte,
      stamps.firstContent,
      stamps.lastContent,
      stamps.end,
    ];
    expect(order.every((stamp) => Number.isInteger(stamp))).toBe(true);
    expect(order).toEqual(order.toSorted((a, b) => a! - b!));
  });

  it("stamps content where it comes, not the role event before or the usage after it", async () => {
    const observation = await against(async (socket) => {
      socket.write(streamHead() + event({ choices: [{ index: 0, delta: { role: "assistant", content: "" } }] }));
      await pause(120);
      socket.write(textEvent(" a"));
      await pause(60);
      socket.write(textEvent(" b"));
      await pause(120);
      socket.write(
        event({
          choices: [{ index: 0, delta: {}, finish_reason: "stop" }],
          usage: { prompt_tokens: 1, completion_tokens: 2 },
        }),
      );
      socket.end(event("[DONE]"));
    });
    const { sent, headers, firstByte, firstContent, lastContent, end } = observation.stamps;
    expect(firstContent! - firstByte!).toBeGreaterThan(110_000);
    expect(lastContent! - firstContent!).toBeGreaterThan(50_000);
    expect(end! - lastContent!).toBeGreaterThan(110_000);
    expect(headers! - sent!).toBeLessThan(100_000);
    expect(observation.flags).toEqual([]);
  });

  it("asks for an unencoded body and keeps the connection for the next call", async () => {
    const body = GOOD_ANSWER;
    server = await wireServer((socket) => {
      socket.write(
        `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      );
    });
    const calls = await callServer(server.origin, { count: 2, pauseMs: 40 });
    const [first, second] = calls.map(({ observation }) => observation);
    expect(server.requests[0]).toMatch(/accept-encoding: identity/i);
    expect(first!.connection).toMatchObject({ id: 1, reused: false, dns: null, tls: null, protocol: "http/1.1" });
    expect(first!.connection!.tcp).toBeGreaterThan(0);
    expect(second!.connection).toMatchObject({ id: 1, reused: true, tcp: null });
  });

  it("uses a connection that was opened ahead at once, and counts it as reused", async () => {
    server = await wireServer(answering(streamHead(), GOOD_ANSWER));
    const [called] = await callServer(server.origin, { warm: 1 });
    const { stamps, connection } = called!.observation;
    expect(stamps.sent! - stamps.released!).toBeLessThan(1_000_000);
    expect(connection).toMatchObject({ id: 1, reused: true });
    expect(connection!.tcp).toBeGreaterThan(0);
  });

  it("opens a new connection when the one opened ahead was closed meanwhile", async () => {
    server = await wireServer(answering(streamHead(), GOOD_ANSWER));
    const [called] = await callServer(server.origin, { warm: 1, beforeCalls: () => server!.closeConnections() });
    expect(called!.observation).toMatchObject({ outcome: "completed", connection: { id: 2, reused: false } });
  });

  it("does not fall into the close of a server that ends each connection unannounced", async () => {
    const body = `${chunked(GOOD_ANSWER)}0\r\n\r\n`;
    server = await wireServer((socket) => {
      socket.end(`HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n${body}`);
    });
    const calls = await callServer(server.origin, { count: 10 });
    expect(calls.map(({ observation }) => observation.failure)).toEqual(Array.from({ length: 10 }, () => null));
  });

  it("is completed with a flag when the finish reason came and the terminator did not", async () => {
    const observation = await against(answering(streamHead(), textEvent(" a", "stop")));
    expect(observation).toMatchObject({ outcome: "completed", flags: ["no_terminator", "no_usage"] });
  });

  it("is completed with a flag when the terminator came and the finish reason did not", async () => {
    const observation = await against(answering(streamHead(), textEvent(" a"), event("[DONE]")));
    expect(observation).toMatchObject({ outcome: "completed", finish: null, flags: ["no_finish", "no_usage"] });
  });

  it("counts text behind the finish reason, and flags it", async () => {
    const observation = await against(async (socket) => {
      socket.write(streamHead() + textEvent(" a", "stop"));
      await pause(60);
      socket.end(textEvent(" late") + event("[DONE]"));
    });
    const { firstContent, lastContent } = observation.stamps;
    expect(lastContent! - firstContent!).toBeGreaterThan(50_000);
    expect(observation).toMatchObject({ outcome: "completed", flags: ["content_after_finish", "no_usage"] });
  });

  it("ends with the terminator: nothing behind it is part of the answer", async () => {
    const late = [textEvent(" late", "content_filter"), event({ error: { message: "late" } }), event("junk")];
    const observation = await against(answering(streamHead(), GOOD_ANSWER, ...late, "x".repeat(EVENT_BYTES_MAX + 10)));
    expect(observation).toMatchObject({
      outcome: "completed",
      events: { content: 2, total: 6 },
      response: { chars: 8 },
    });
    expect(observation.flags).toEqual(["coalesced"]);
  });

  it("has failed when an error follows the finish reason", async () => {
    const error = event({ error: { message: "boom" } });
    const observation = await against(answering(streamHead(), textEvent(" a", "stop"), error, event("[DONE]")));
    expect(observation).toMatchObject({ outcome: "failed", finish: "stop", failure: { kind: "server-error" } });
  });

  it("keeps a content filter's verdict when another finish reason follows", async () => {
    const observation = await against(
      answering(streamHead(), textEvent(" a", "content_filter"), textEvent("", "stop"), event("[DONE]")),
    );
    expect(observation).toMatchObject({ outcome: "failed", failure: { kind: "content-filter" } });
  });

  it("is completed and empty when the model stopped without text", async () => {
    const observation = await against(
      answering(streamHead(), event({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }), event("[DONE]")),
    );
    expect(observation).toMatchObject({ outcome: "completed", finish: "stop", stamps: { firstContent: null } });
    expect(observation.flags).toContain("empty");
  });

  it("is completed when the connection is reset after the terminator", async () => {
    const observation = await against(async (socket) => {
      socket.write(streamHead(["transfer-encoding: chunked"]) + chunked(GOOD_ANSWER));
      await pause(30);
      socket.resetAndDestroy();
    });
    expect(observation).toMatchObject({ outcome: "completed", failure: null });
  });

  it("keeps the running totals of usage that come in every chunk, and none when one is missing", async () => {
    const chunk = (content: string, total: number | null): string =>
      event({
        choices: [{ index: 0, delta: { content }, finish_reason: null }],
        usage: total === null ? null : { prompt_tokens: 5, completion_tokens: total },
      });
    const end = event({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] });
    const trace = async (...chunks: string[]): Promise<unknown> => {
      const other = await wireServer(answering(streamHead(), ...chunks, end));
      const [called] = await callServer(other.origin);
      await other.close();
      return called!.trace!.totals;
    };
    expect(await trace(chunk(" a b", 2), chunk(" c", 3), chunk(" d e f", 6))).toEqual([2, 3, 6]);
    expect(await trace(chunk(" a b", 2), chunk(" c", null), chunk(" d", 4))).toBeNull();
    expect(await trace(chunk(" a", null))).toBeNull();
    expect(await trace(chunk(" a", 0), chunk(" b", 0), chunk(" c", 3))).toBeNull();
    expect(await trace(chunk(" a", 3), chunk(" b", 2), chunk(" c", 4))).toBeNull();
  });

  it("names another model than the one asked for", async () => {
    const observation = await against(answering(streamHead(), GOOD_ANSWER.replace('"model":"m"', '"model":"tiny"')));
    expect(observation).toMatchObject({ modelEchoed: "tiny" });
    expect(observation.flags).toContain("model_differs");
  });
});

function chunked(body: string): string {
  return `${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n`;
}

describe("one call that fails", () => {
  it.each<[string, Script, object, Parameters<typeof callServer>[1]]>([
    [
      "an error event after 200",
      answering(streamHead(), textEvent(" a"), event({ error: { message: "boom", code: 500 } })),
      { kind: "server-error", where: "stream", status: 500 },
      {},
    ],
    ["a stream that just ends", answering(streamHead(), textEvent(" a")), { kind: "truncated", status: 200 }, {}],
    [
      "a stream cut inside an event",
      answering(streamHead(), textEvent(" a"), 'data: {"choi'),
      { kind: "truncated", status: 200 },
      {},
    ],
    [
      "a chunked body without its end",
      answering(streamHead(["transfer-encoding: chunked"]), chunked(textEvent(" a"))),
      { kind: "truncated", status: 200 },
      {},
    ],
    [
      "a body shorter than its length",
      answering(streamHead(["content-length: 999"]), textEvent(" a")),
      { kind: "truncated", status: 200 },
      {},
    ],
    [
      "a page with 200",
      answering(streamHead([], "200 OK", "text/html"), "<html>"),
      { kind: "protocol", where: "headers", status: 200 },
      {},
    ],
    [
      "JSON instead of a stream",
      answering(streamHead([], "200 OK", "application/json"), "{}"),
      { kind: "protocol", status: 200 },
      {},
    ],
    [
      "gzip although identity was asked for",
      answering(streamHead(["content-encoding: gzip"]), gzipSync(GOOD_ANSWER)),
      { kind: "protocol", status: 200 },
      {},
    ],
    ["an event that is not JSON", answering(streamHead(), event("{oops")), { kind: "protocol", where: "stream" }, {}],
    [
      "an event over the limit",
      answering(streamHead(), `data: ${"x".repeat(EVENT_BYTES_MAX + 10)}`),
      { kind: "too-large", where: "stream" },
      {},
    ],
    [
      "bytes that are not HTTP",
      answering("SSH-2.0-OpenSSH_9.9\r\n"),
      { kind: "protocol", where: "headers", status: null },
      {},
    ],
    [
      "a filtered answer",
      answering(streamHead(), textEvent(" a", "content_filter"), event("[DONE]")),
      { kind: "content-filter", status: 200 },
      {},
    ],
    [
      "a refusal with a body",
      answering(streamHead([], "429 Too Many Requests", "application/json"), '{"error":{"message":"slow down"}}'),
      { kind: "rate-limited", status: 429, detail: "slow down" },
      {},
    ],
    [
      "a redirect",
      answering(streamHead(["location: http://127.0.0.1:1/"], "307 Temporary Redirect")),
      { kind: "redirect", status: 307 },
      {},
    ],
    ["a reset before headers", (socket) => void socket.resetAndDestroy(), { kind: "network", where: "headers" }, {}],
    ["an end before headers", (socket) => void socket.end(), { kind: "network", where: "headers" }, {}],
    [
      "silence before headers",
      () => undefined,
      { kind: "timeout", where: "first-content", status: null },
      { limits: { firstContentMs: 80 } },
    ],
    [
      "comments for ever, no content",
      async (socket) => comments(socket),
      { kind: "timeout", where: "first-content", status: 200 },
      { limits: { firstContentMs: 100 } },
    ],
    [
      "silence after the first content",
      (socket) => void socket.write(streamHead() + textEvent(" a")),
      { kind: "timeout", where: "idle", status: 200 },
      { limits: { idleMs: 80 } },
    ],
    [
      "content for ever",
      async (socket) => endless(socket),
      { kind: "timeout", where: "total", status: 200 },
      { limits: { totalMs: 200 } },
    ],
  ])("%s", async (_name, script, expected, options) => {
    const observation = await against(script, options);
    expect(observation).toMatchObject({ outcome: "failed", failure: expected, reason: null });
  });

  it("by a reset in mid-stream", async () => {
    const observation = await against(async (socket) => {
      socket.write(
        `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n${chunked(textEvent(" a"))}`,
      );
      await pause(50);
      socket.resetAndDestroy();
    });
    expect(observation).toMatchObject({
      outcome: "failed",
      failure: { kind: "network", where: "stream", code: "ECONNRESET", status: 200 },
    });
  });

  it("by a refused connection", async () => {
    const closed = await wireServer(() => undefined);
    await closed.close();
    const [called] = await callServer(closed.origin);
    expect(called!.observation).toMatchObject({
      outcome: "failed",
      failure: { kind: "network", where: "connect", code: "ECONNREFUSED" },
      stamps: { sent: null },
    });
  });

  it("by a name that does not resolve", async () => {
    const [called] = await callServer("http://no-such-host.invalid");
    expect(called!.observation).toMatchObject({ outcome: "failed", failure: { kind: "network", where: "connect" } });
  });

  it("keeps Retry-After", async () => {
    const observation = await against(answering(streamHead(["retry-after: 7"], "429 Too Many Requests")));
    expect(observation.rateLimit).toMatchObject({ retryAfterMs: 7000 });
  });
});

describe("one call that is interrupted", () => {
  it("is cancelled, not failed", async () => {
    const controller = new AbortController();
    const observation = await against(
      async (socket) => {
        socket.write(streamHead() + textEvent(" a"));
        await pause(300);
        controller.abort();
      },
      { signal: controller.signal },
    );
    expect(observation).toMatchObject({ outcome: "cancelled", reason: "interrupt", failure: null });
    expect(observation.events.content).toBe(1);
  });
});

async function comments(socket: Parameters<Script>[0]): Promise<void> {
  socket.write(streamHead());
  for (let i = 0; i < 100 && socket.writable; i += 1) {
    socket.write(": ping\n\n");
    await pause(10);
  }
}

async function endless(socket: Parameters<Script>[0]): Promise<void> {
  socket.write(streamHead());
  for (let i = 0; i < 100 && socket.writable; i += 1) {
    socket.write(textEvent(" x"));
    await pause(10);
  }
}
