import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { Agent, request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import type { Profile } from "../../src/simulator/profile.ts";
import { startSimulator, type Simulator, type SimulatorOptions } from "../../src/simulator/server.ts";
import { call, chatBody, chunksOf, INSTANT, textOf } from "../support/simulator-client.ts";

const open: Simulator[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

async function start(profile: Partial<Profile>, more: Partial<SimulatorOptions> = {}): Promise<Simulator> {
  const simulator = await startSimulator({ seed: 405, profiles: { own: { ...INSTANT, ...profile } }, ...more });
  open.push(simulator);
  return simulator;
}

const chatUrl = (simulator: Simulator): string => `${simulator.url}/own/v1/chat/completions`;

test("the ledger has every content event of a stream, each before the client read it and none before it was due", async () => {
  const gapMs = 15;
  const simulator = await start({
    ttft: { baseMs: 40, perInputTokenMs: 0, sigma: 0 },
    interEvent: { meanMs: gapMs, sigma: 0 },
    tokensPerEvent: 2,
  });
  const seen = await call(chatUrl(simulator), { body: chatBody({ prompt: "one two three", maxTokens: 9 }) });
  const [record] = simulator.ledger();
  const received = BigInt(record!.received);

  expect(record).toMatchObject({
    seq: 1,
    profile: "own",
    path: "/own/v1/chat/completions",
    connection: 1,
    replica: 0,
    promptWords: 3,
    promptTokens: 13,
    maxTokens: 9,
    promptHash: createHash("sha256").update("one two three").digest("hex"),
    status: 200,
    fault: null,
    queueMs: 0,
    tokens: 9,
    tokensPerEvent: 2,
    closedByClient: false,
  });
  expect(record!.tokens).toBe(textOf(seen.text).trim().split(" ").length);
  expect(record!.events.length).toBe(chunksOf(seen.text).filter((each) => each.choices?.[0]?.delta.content).length);
  expect([record!.firstContent, record!.lastContent]).toEqual([record!.events[0], record!.events.at(-1)]);
  expect(BigInt(record!.firstByteReceived)).toBeGreaterThanOrEqual(seen.sentNs);
  expect(received).toBeGreaterThanOrEqual(BigInt(record!.firstByteReceived));

  let read = "";
  const readNs: bigint[] = [];
  for (const each of seen.reads) {
    read += each.text;
    const contents = read.split('"content":" ').length - 1;
    while (readNs.length < contents) readNs.push(each.atNs);
  }
  expect(readNs.length).toBe(5);
  let latenessNsMax = 0;
  record!.events.forEach((atNs, index) => {
    const dueNs = (40 + index * gapMs) * 1e6;
    expect(atNs).toBeGreaterThanOrEqual(dueNs);
    expect(readNs[index]!).toBeGreaterThanOrEqual(received + BigInt(atNs));
    latenessNsMax = Math.max(latenessNsMax, atNs - dueNs);
  });
  expect(record!.latenessUsMax).toBeCloseTo(latenessNsMax / 1000, 3);
  expect(seen.headersNs!).toBeGreaterThanOrEqual(received + BigInt(record!.headers!));
  expect(record!.end).toBeGreaterThanOrEqual(record!.lastContent!);
});

test("what a careless client mistakes for text comes at its own moments", async () => {
  const simulator = await start({
    ttft: { baseMs: 60, perInputTokenMs: 0, sigma: 0 },
    interEvent: { meanMs: 10, sigma: 0 },
    tokensPerEvent: 8,
    prologue: { roleMs: 5, emptyDeltaMs: 20 },
    epilogue: { usageMs: 30, doneMs: 20 },
  });
  const seen = await call(chatUrl(simulator), { body: chatBody({ prompt: "decoy", maxTokens: 16, usage: true }) });
  const [record] = simulator.ledger();
  const received = BigInt(record!.received);
  const readAfterMs = (part: string): number => {
    const read = seen.reads.find((each) => each.text.includes(part));
    return Number(read!.atNs - received) / 1e6;
  };
  expect(chunksOf(seen.text)[1]?.choices?.[0]).toEqual({ index: 0, delta: { content: "" }, finish_reason: null });
  expect(record!.headers! / 1e6).toBeGreaterThanOrEqual(5);
  expect(readAfterMs('"delta":{"content":""}')).toBeGreaterThanOrEqual(20);
  expect(record!.firstContent! / 1e6).toBeGreaterThanOrEqual(60);
  expect(readAfterMs("prompt_tokens")).toBeGreaterThanOrEqual(60 + 10 + 30);
  expect(readAfterMs("[DONE]")).toBeGreaterThanOrEqual(60 + 10 + 30 + 20);
  expect(record!.headers!).toBeLessThan(record!.firstContent!);
});

test("text never comes before the role, however short its draw", async () => {
  const simulator = await start({ prologue: { roleMs: 10, emptyDeltaMs: 25 } });
  const seen = await call(chatUrl(simulator), { body: chatBody({ prompt: "quick", maxTokens: 1 }) });
  expect(chunksOf(seen.text).map((each) => each.choices?.[0]?.delta.content?.length)).toEqual([
    0,
    0,
    expect.any(Number),
    undefined,
  ]);
  expect(simulator.ledger()[0]!.firstContent! / 1e6).toBeGreaterThanOrEqual(25);
});

test("a longer prompt has a later first text, by its tokens", async () => {
  const simulator = await start({ ttft: { baseMs: 10, perInputTokenMs: 2, sigma: 0 } });
  await call(chatUrl(simulator), { body: chatBody({ prompt: "word ".repeat(20), maxTokens: 1 }) });
  expect(simulator.ledger()[0]!.firstContent! / 1e6).toBeGreaterThanOrEqual(10 + 2 * 30);
});

test("the round trip delays everything, errors too", async () => {
  const simulator = await start({ roundTripMs: 50, ttft: { baseMs: 20, perInputTokenMs: 0, sigma: 0 } });
  await call(chatUrl(simulator), { body: "{}" });
  await call(chatUrl(simulator), { body: chatBody({ prompt: "far", maxTokens: 1 }) });
  const [refused, served] = simulator.ledger();
  expect(refused).toMatchObject({ status: 400, promptHash: null, maxTokens: null, tokens: 0 });
  expect(refused!.end / 1e6).toBeGreaterThanOrEqual(50);
  expect(served!.headers! / 1e6).toBeGreaterThanOrEqual(50);
  expect(served!.firstContent! / 1e6).toBeGreaterThanOrEqual(70);
});

test("beyond its capacity a server queues first come, first served, and beyond that turns away", async () => {
  const simulator = await start({ capacity: 1, queueMax: 2, interEvent: { meanMs: 150, sigma: 0 } });
  const ask = (prompt: string) => call(chatUrl(simulator), { body: chatBody({ prompt, maxTokens: 5 }) });
  const prompts = ["a", "b", "c", "d"];
  const asked: ReturnType<typeof ask>[] = [];
  for (const prompt of prompts) {
    asked.push(ask(prompt));
    await expect.poll(() => simulator.stats().requests, { interval: 1 }).toBe(asked.length);
  }
  const seen = await Promise.all(asked);
  expect(seen.map((each) => each.status)).toEqual([200, 200, 200, 503]);
  const records = simulator.ledger().toSorted((x, y) => x.seq - y.seq);
  const [a, b, c, d] = records;
  expect(a!.queueMs).toBe(0);
  expect(d).toMatchObject({ status: 503, fault: null, queueMs: null });
  const at = (record: typeof a, ns: number): bigint => BigInt(record!.received) + BigInt(ns);
  expect(at(b, b!.firstContent!)).toBeGreaterThan(at(a, a!.lastContent!));
  expect(at(c, c!.firstContent!)).toBeGreaterThan(at(b, b!.lastContent!));
  // Headers do not wait: only the text tells of the queue.
  expect(at(c, c!.headers!)).toBeLessThan(at(a, a!.end));
  expect(c!.queueMs!).toBeGreaterThan(b!.queueMs!);
  // Granted after the end before it, and before its own text.
  expect(at(b, b!.queueMs! * 1e6)).toBeGreaterThanOrEqual(at(a, a!.end));
  expect(b!.queueMs! * 1e6).toBeLessThanOrEqual(b!.firstContent!);
  expect(simulator.stats()).toMatchObject({ requests: 4, inFlight: 0, waiting: 0 });
});

test("who gives up in the queue leaves it, and who gives up in service frees the place", async () => {
  const simulator = await start({ capacity: 1, interEvent: { meanMs: 3_600_000, sigma: 0 } });
  const begin = () => {
    const outgoing = request(chatUrl(simulator), { method: "POST", agent: false });
    outgoing.on("error", () => undefined).end(chatBody({ prompt: "wait", maxTokens: 2 }));
    return outgoing;
  };
  const first = begin();
  await expect.poll(() => simulator.stats().inFlight).toBe(1);
  const second = begin();
  await expect.poll(() => simulator.stats().waiting).toBe(1);
  second.destroy();
  await expect.poll(() => simulator.stats().waiting).toBe(0);
  first.destroy();
  await expect.poll(() => simulator.stats().inFlight).toBe(0);
  const third = await call(chatUrl(simulator), { body: chatBody({ prompt: "now", maxTokens: 1 }) });
  expect(third.status).toBe(200);
  expect(simulator.ledger().map((each) => [each.closedByClient, each.queueMs])).toEqual([
    [true, null],
    [true, 0],
    [false, 0],
  ]);
});

test("a client that leaves at any moment leaves nothing in flight, and others are served", async () => {
  const simulator = await start({ roundTripMs: 30, interEvent: { meanMs: 5, sigma: 0 } });
  const body = chatBody({ prompt: "leave", maxTokens: 20 });
  const head = `host: x\r\ncontent-length: ${body.length}\r\n\r\n`;
  const leave = (sent: string, afterMs: number): Promise<void> =>
    new Promise((resolve) => {
      const socket = connect(simulator.port, "127.0.0.1", () => socket.write(sent));
      setTimeout(() => socket.resetAndDestroy(), afterMs);
      socket.on("close", () => resolve());
    });
  const upload = `POST /own/v1/chat/completions HTTP/1.1\r\n${head}${body}`;
  await Promise.all([
    ...[5, 15, 29, 31, 40, 60, 90].map((afterMs) => leave(upload, afterMs)),
    leave(upload.slice(0, -10), 10),
    leave("GET /own/v1/models HTTP/1.1\r\nhost: x\r\n\r\n", 10),
    leave("not HTTP at all\r\n\r\n", 50),
  ]);
  const seen = await call(chatUrl(simulator), { body });
  expect(seen).toMatchObject({ status: 200, error: null });
  await expect.poll(() => simulator.stats()).toMatchObject({ inFlight: 0, waiting: 0 });
  const stayed = simulator.ledger().filter((each) => !each.closedByClient);
  expect(stayed.map((each) => each.tokens)).toEqual([20]);
});

test("a connection sticks to its replica, and a slow replica is slow by its factor", async () => {
  const simulator = await start({ ttft: { baseMs: 20, perInputTokenMs: 0, sigma: 0 }, replicas: [1, 3] });
  const agents = [1, 2].map(() => new Agent({ keepAlive: true, maxSockets: 1 }));
  for (const agent of [...agents, ...agents]) {
    await call(chatUrl(simulator), { body: chatBody({ prompt: "same", maxTokens: 1 }), agent });
  }
  for (const agent of agents) agent.destroy();
  const records = simulator.ledger();
  expect(records.map((each) => [each.connection, each.replica, each.slowness])).toEqual([
    [1, 0, 1],
    [2, 1, 3],
    [1, 0, 1],
    [2, 1, 3],
  ]);
  expect(records[1]!.firstContent! / 1e6).toBeGreaterThanOrEqual(60);
});

test("drift changes the slowness over time and stays within its amplitude", async () => {
  const simulator = await start({ drift: { amplitude: 0.5, periodMs: 40 } });
  for (let count = 0; count < 12; count += 1) {
    await call(chatUrl(simulator), { body: chatBody({ prompt: "drift", maxTokens: 1 }) });
  }
  const slowness = simulator.ledger().map((each) => each.slowness);
  expect(new Set(slowness).size).toBeGreaterThan(1);
  expect(Math.min(...slowness)).toBeGreaterThanOrEqual(0.5);
  expect(Math.max(...slowness)).toBeLessThanOrEqual(1.5);
});

test("the file has a line per request, in flight ones cut by the close included", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ledger-"));
  try {
    const file = join(folder, "ledger.ndjson");
    const simulator = await start({ interEvent: { meanMs: 3_600_000, sigma: 0 } }, { ledger: file });
    await call(chatUrl(simulator), { body: chatBody({ prompt: "done", maxTokens: 1 }) });
    const cut = call(chatUrl(simulator), { body: chatBody({ prompt: "cut", maxTokens: 2 }) });
    await expect.poll(() => simulator.stats().inFlight).toBe(1);
    await simulator.close();
    expect((await cut).error).toBe("ECONNRESET");
    const lines = readFileSync(file, "utf8").trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(simulator.ledger());
    expect(simulator.ledger().map((each) => [each.tokens, each.closedByClient])).toEqual([
      [1, false],
      [expect.any(Number), false],
    ]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("a ledger that cannot be opened and a port that is taken fail the start", async () => {
  await expect(startSimulator({ seed: 1, ledger: join(tmpdir(), "no-such-folder", "x") })).rejects.toThrow("ENOENT");
  const simulator = await start({});
  await expect(startSimulator({ seed: 1, port: simulator.port })).rejects.toThrow("EADDRINUSE");
});
