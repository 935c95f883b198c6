import { afterEach, describe, expect, it } from "vitest";
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
  type WireServer,
} from "../support/wire-server.ts";

let server: WireServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

/** One call against a server that follows a script. */
async function against(script: Script, options: Parameters<typeof callServer>[1] = {}): Promise<Observation> {
  const [called] = await callServer(await origin(script), options);
  return called!.observation;
}

/** Where a server listens that follows a script. */
async function origin(script: Script): Promise<string> {
  server = await wireServer(script);
  return server.origin;
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
    // Content carries the stamp of the read that brought it, not of the parsing after it.
    expect(stamps.firstContent).toBe(stamps.firstByte);
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

  it("takes no comment before the text for its beginning", async () => {
    const { stamps } = await against(async (socket) => {
      socket.write(`${streamHead()}: PROCESSING\n\n`);
      await pause(120);
      socket.end(GOOD_ANSWER);
    });
    expect(stamps.firstContent! - stamps.firstByte!).toBeGreaterThan(110_000);
  });

  it("sends a prompt of 1 MB whole, and stamps an event of 1 MB when it is whole", async () => {
    const mega = "x".repeat(1_000_000);
    const [called] = await callServer(
      await origin(async (socket) => {
        const whole = textEvent(mega, "stop");
        socket.write(streamHead() + whole.slice(0, 500_000));
        await pause(500);
        socket.end(whole.slice(500_000) + event("[DONE]"));
      }),
      { prompt: mega },
    );
    const { stamps, response, outcome } = called!.observation;
    expect(server!.requests[0]).toContain(mega);
    expect({ outcome, chars: response.chars }).toEqual({ outcome: "completed", chars: mega.length });
    expect(stamps.firstContent! - stamps.firstByte!).toBeGreaterThan(100_000);
    expect([stamps.sent! <= stamps.written!, stamps.written! <= stamps.headers!]).toEqual([true, true]);
  });

  it("has a connection of its own, however many go at once: none waits for another", async () => {
    const count = 150;
    let arrived = 0;
    const all = Promise.withResolvers<void>();
    // Were one of them queued behind another, none would ever be answered.
    const calls = await callServer(
      await origin(async (socket) => {
        arrived += 1;
        if (arrived === count) all.resolve();
        await all.promise;
        socket.end(streamHead() + GOOD_ANSWER);
      }),
      { count, atOnce: true, limits: { firstContentMs: 20_000, totalMs: 20_000 } },
    );
    expect(calls.map(({ observation }) => observation.outcome)).toEqual(
      Array.from({ length: count }, () => "completed"),
    );
    expect(new Set(calls.map(({ observation }) => observation.connection!.id)).size).toBe(count);
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

  it("names another model that takes over within the answer", async () => {
    const another = event({ model: "tiny", choices: [{ index: 0, delta: { content: " a" } }] });
    const observation = await against(answering(streamHead(), GOOD_ANSWER.replace(textEvent(" two"), another)));
    expect(observation).toMatchObject({ outcome: "completed", modelEchoed: "tiny" });
    expect(observation.flags).toContain("model_differs");
  });

  it.each([
    ['{"error":{"message":"quota exceeded","code":429}}', "rate-limited", "quota exceeded"],
    ['{"base_resp":{"status_code":1002,"status_msg":"rate limit"}}', "rate-limited", "rate limit"],
    ['{"message":"boom"}', "protocol", "content-type application/json, not a stream: boom"],
  ])("reads the reason of a 200 that is no stream: %s", async (body, kind, detail) => {
    const observation = await against(answering(streamHead([], "200 OK", "application/json"), body));
    expect(observation).toMatchObject({ outcome: "failed", failure: { kind, detail, status: 200 } });
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
