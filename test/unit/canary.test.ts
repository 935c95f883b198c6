import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, it } from "vitest";
import { openaiChat, PLAIN } from "../../src/protocol/openai-chat.ts";
import { startCanary, type Canary } from "../../src/run/canary.ts";
import { sha256 } from "../../src/run/response.ts";
import { realTime } from "../../src/time/time.ts";
import { textEvent } from "../support/wire-server.ts";

/** What the canary's server does, and what it then says of it. */
interface Behaviour {
  /** Of the streams so far, this one the last. */
  readonly stream: (response: ServerResponse, streams: number) => void;
  readonly ledger: (response: ServerResponse, promptHashes: readonly string[]) => void;
}

interface CanaryServer {
  readonly origin: string;
  /** sha256 of each prompt that was asked with, in order. */
  readonly promptHashes: readonly string[];
  /** Resolves when so many streams have been asked for. */
  streams(count: number): Promise<void>;
}

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function canaryServer({ stream, ledger }: Behaviour): Promise<CanaryServer> {
  const promptHashes: string[] = [];
  const waiting = new Map<number, () => void>();
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await text(request);
    if (request.url === "/stats") return void response.end('{"lateness":{"p99Us":1250}}');
    if (request.url!.startsWith("/ledger")) return ledger(response, promptHashes);
    const { messages } = JSON.parse(body) as { messages: readonly { content: string }[] };
    promptHashes.push(sha256(messages.at(-1)!.content));
    response.writeHead(200, { "content-type": "text/event-stream" });
    stream(response, promptHashes.length);
    waiting.get(promptHashes.length)?.();
  };
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    promptHashes,
    streams: (count) =>
      promptHashes.length >= count ? Promise.resolve() : new Promise((resolve) => waiting.set(count, resolve)),
  };
}

const time = realTime();
const start = ({ origin }: CanaryServer): Canary => startCanary(origin, "test", openaiChat(PLAIN), time);

const empty = (response: ServerResponse): void => void response.end();
/** Writes events and then leaves the stream open. */
const events =
  (count: number) =>
  (response: ServerResponse): void =>
    void response.write(textEvent(" one").repeat(count));
/** A record of streams whose events were written at once, one millisecond after the client's clock began. */
const record = (promptHash: string, changes: object = {}): string =>
  JSON.stringify({ promptHash, received: String(time.originNs), events: [1e6, 1e6], ...changes });
const truthful: Behaviour["ledger"] = (response, hashes) =>
  void response.end(hashes.map((hash) => record(hash)).join("\n"));

/** Waits long enough for a write on the loopback to be read. */
const read = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 200));

describe("the canary", () => {
  it("goes on after answers without content, but not before a second has passed", async () => {
    const server = await canaryServer({
      stream: (response, streams) => (streams < 3 ? empty : events(2))(response),
      ledger: truthful,
    });
    const startedMs = performance.now();
    const canary = start(server);
    await server.streams(3);
    const tookMs = performance.now() - startedMs;
    await read();
    const { errorsMs } = await canary.stop();
    expect(tookMs).toBeGreaterThan(1990);
    expect(errorsMs).toHaveLength(2);
  });

  it("goes on after its server was not there at all", async () => {
    const server = await canaryServer({
      stream: (response, streams) => void (streams < 2 ? response.destroy() : events(2)(response)),
      ledger: truthful,
    });
    const canary = start(server);
    await server.streams(2);
    await read();
    expect((await canary.stop()).errorsMs).toHaveLength(2);
  });

  it("says how much later than written each event was read, and how late its server was", async () => {
    const server = await canaryServer({ stream: events(2), ledger: truthful });
    const canary = start(server);
    await server.streams(1);
    await read();
    const { errorsMs, serverLatenessMsP99 } = await canary.stop();
    expect(errorsMs).toHaveLength(2);
    expect(Math.min(...errorsMs)).toBeGreaterThan(0);
    expect(serverLatenessMsP99).toBe(1.25);
  });

  it("ends by a limit of its own when its server has stopped answering", async () => {
    const server = await canaryServer({ stream: events(2), ledger: () => undefined });
    const canary = start(server);
    await server.streams(1);
    await read();
    const startedMs = performance.now();
    expect(await canary.stop()).toEqual({ errorsMs: [], serverLatenessMsP99: 1.25 });
    // Its bound is 2 s; a busy machine may take several times as long, but not the minute that an answer may take.
    expect(performance.now() - startedMs).toBeLessThan(20_000);
  });

  it("ends when the ledger never has all of its streams", async () => {
    const server = await canaryServer({ stream: events(2), ledger: (response) => void response.end() });
    const canary = start(server);
    await server.streams(1);
    await read();
    expect((await canary.stop()).errorsMs).toEqual([]);
  });

  it("passes over what a ledger should not say, and reads the rest", async () => {
    const nonsense: readonly object[] = [
      { received: "12.5" },
      { received: "1e9" },
      { received: "" },
      { received: "-1" },
      { received: 12.5 },
      { received: null },
      { promptHash: 5 },
      { promptHash: "of another" },
      { events: { length: 1 } },
      { events: ["1", null, {}] },
      { events: undefined },
    ];
    const server = await canaryServer({
      stream: events(2),
      ledger: (response, [hash]) => {
        const lines = nonsense.map((changes) => record(hash!, changes));
        response.end([...lines, "no JSON", "[]", "null", record(hash!, { events: ["x", 1e6, 1e6] })].join("\n"));
      },
    });
    const canary = start(server);
    await server.streams(1);
    await read();
    // Of the last line's three events the first is no number, and the third was never read.
    expect((await canary.stop()).errorsMs).toHaveLength(1);
  });
});
