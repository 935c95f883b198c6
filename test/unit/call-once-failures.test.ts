import { gzipSync } from "node:zlib";
import { expect, describe, it } from "vitest";
import type { Observation } from "../../src/core/observation.ts";
import { EVENT_BYTES_MAX } from "../../src/protocol/limits.ts";
import { callServer } from "../support/call.ts";
import {
  answering,
  chunked,
  event,
  GOOD_ANSWER,
  pause,
  streamHead,
  textEvent,
  wireServer,
  type Script,
} from "../support/wire-server.ts";

/** One call against a server that follows a script, and the requests that it saw. */
async function against(
  script: Script,
  options: Parameters<typeof callServer>[1] = {},
): Promise<{ observation: Observation; requests: readonly string[] }> {
  const server = await wireServer(script);
  const [called] = await callServer(server.origin, options);
  await server.close();
  return { observation: called!.observation, requests: server.requests };
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
      "an upgrade that nobody asked for",
      answering("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n"),
      { kind: "protocol", where: "headers" },
      {},
    ],
    [
      "a length and chunks at once",
      answering(streamHead(["content-length: 5", "transfer-encoding: chunked"]), "0\r\n\r\n"),
      { kind: "protocol", where: "headers" },
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
    const { observation, requests } = await against(script, options);
    expect(observation).toMatchObject({ outcome: "failed", failure: expected, reason: null });
    // Nothing below the runner tries again.
    expect(requests).toHaveLength(1);
  });

  it("by a reset in mid-stream", async () => {
    const { observation } = await against(async (socket) => {
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
    const { observation } = await against(answering(streamHead(["retry-after: 7"], "429 Too Many Requests")));
    expect(observation.rateLimit).toMatchObject({ retryAfterMs: 7000 });
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
