import { connect } from "node:net";
import { once } from "node:events";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FAULT_NAMES, faultAt, type Fault, type FaultName } from "../../src/simulator/fault.ts";
import { PROFILES, type Profile } from "../../src/simulator/profile.ts";
import { startSimulator, type Simulator } from "../../src/simulator/server.ts";
import { call, chatBody, chunksOf, INSTANT, payloads, textOf } from "../support/simulator-client.ts";

const PAUSE_MS = 80;

function always(name: FaultName): Fault {
  return name === "stall" || name === "slow-headers" ? { name, share: 1, ms: PAUSE_MS } : { name, share: 1 };
}

let simulator: Simulator;
beforeAll(async () => {
  const profiles: Record<string, Profile> = {};
  for (const name of FAULT_NAMES) profiles[name] = { ...INSTANT, faults: [always(name)] };
  simulator = await startSimulator({ seed: 405, profiles });
});
afterAll(() => simulator.close());

/** A stream of ten tokens with this fault, as its client saw it, and its ledger record. */
async function suffer(name: FaultName, stream = true) {
  const body = chatBody({ prompt: `suffer ${name}`, maxTokens: 10, stream, usage: true });
  const seen = await call(`${simulator.url}/${name}/v1/chat/completions`, { body });
  const record = simulator.ledger().at(-1)!;
  return {
    seen,
    record,
    words: seen.text.startsWith("data:") ? textOf(seen.text).trim().split(" ").filter(Boolean).length : 0,
  };
}

test.each(FAULT_NAMES.filter((name) => name !== "endless"))("the ledger names the fault %s", async (name) => {
  const { record } = await suffer(name);
  expect(record.fault).toBe(name);
  expect(record.closedByClient).toBe(false);
});

test.each([
  ["http-503", 503, "overloaded"],
  ["http-429", 429, "rate_limit_exceeded"],
  ["refuse-400", 400, "refused"],
] as const)("%s answers %i with an error body and serves nothing", async (name, status, code) => {
  const { seen, record } = await suffer(name);
  expect(seen.status).toBe(status);
  expect(JSON.parse(seen.text)).toMatchObject({ error: { code } });
  expect(record).toMatchObject({ status, tokens: 0, events: [], firstContent: null, queueMs: null });
  expect(seen.headers["retry-after"]).toBe(name === "http-429" ? "1" : undefined);
});

test("error-event: half of the text, an error in a stream of status 200, no terminator", async () => {
  const { seen, record, words } = await suffer("error-event");
  expect(seen).toMatchObject({ status: 200, error: null });
  expect(words).toBe(5);
  expect(record.tokens).toBe(5);
  expect(chunksOf(seen.text).at(-1)?.error?.code).toBe("internal_error");
  expect(seen.text).not.toContain("[DONE]");
  expect(seen.text).not.toContain('"length"');
});

test("cut: half of the text, then the connection is gone", async () => {
  const { seen, record, words } = await suffer("cut");
  expect(seen).toMatchObject({ status: 200, error: "ECONNRESET" });
  expect(words).toBe(5);
  expect(record).toMatchObject({ tokens: 5, status: 200 });
});

test("no-done: everything but the terminator, and a proper end", async () => {
  const { seen, words } = await suffer("no-done");
  expect(seen.error).toBeNull();
  expect(words).toBe(10);
  expect(seen.text).not.toContain("[DONE]");
  expect(chunksOf(seen.text).at(-1)?.usage?.completion_tokens).toBe(10);
});

test("empty: stops without any text", async () => {
  const { seen, record } = await suffer("empty");
  expect(textOf(seen.text)).toBe("");
  expect(chunksOf(seen.text).at(1)?.choices?.[0]?.finish_reason).toBe("stop");
  expect(payloads(seen.text).at(-1)).toBe("[DONE]");
  expect(record).toMatchObject({ tokens: 0, firstContent: null, lastContent: null });
});

test("stall: the configured silence after half of the text, then all of the rest", async () => {
  const { record, words } = await suffer("stall");
  expect(words).toBe(10);
  const gapsMs = record.events.slice(1).map((at, index) => (at - record.events[index]!) / 1e6);
  expect(gapsMs.indexOf(Math.max(...gapsMs))).toBe(4);
  // The event before may have been late; the one after is never early.
  expect(record.events[5]! / 1e6).toBeGreaterThanOrEqual(PAUSE_MS);
});

test("html-200: a web page with status 200", async () => {
  const { seen } = await suffer("html-200");
  expect(seen.status).toBe(200);
  expect(seen.headers["content-type"]).toBe("text/html; charset=utf-8");
  expect(seen.text).toMatch(/^<!doctype html>/);
});

test("reset: the connection is lost before any header", async () => {
  const { seen, record } = await suffer("reset");
  expect(seen).toMatchObject({ status: null, error: "ECONNRESET" });
  expect(record).toMatchObject({ status: null, headers: null, tokens: 0 });
});

test("slow-headers: headers and all text come later, and nothing is missing", async () => {
  const { seen, record, words } = await suffer("slow-headers");
  expect(words).toBe(10);
  expect(Number(seen.headersNs! - seen.sentNs) / 1e6).toBeGreaterThanOrEqual(PAUSE_MS);
  expect(record.headers! / 1e6).toBeGreaterThanOrEqual(PAUSE_MS);
});

test("other-model: every chunk echoes another model", async () => {
  const { seen, words } = await suffer("other-model");
  expect(words).toBe(10);
  expect(new Set(chunksOf(seen.text).map((each) => each.model))).toEqual(new Set(["llama-3.1-8b-instruct"]));
});

test("no-usage: asked for and not given", async () => {
  const { seen } = await suffer("no-usage");
  expect(seen.text).not.toContain("usage");
  expect(payloads(seen.text).at(-1)).toBe("[DONE]");
});

test("endless: writes past the limit until the client goes, which the ledger notes", async () => {
  const body = chatBody({ prompt: "for ever", maxTokens: 10 });
  const socket = connect(simulator.port, "127.0.0.1");
  socket.write(
    `POST /endless/v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  let text = "";
  while (text.split('"content":" ').length <= 40) text += String((await once(socket, "data"))[0]);
  socket.destroy();
  await expect.poll(() => simulator.ledger().at(-1)).toMatchObject({ fault: "endless", closedByClient: true });
  expect(simulator.ledger().at(-1)!.tokens).toBeGreaterThanOrEqual(40);
  expect(simulator.stats().inFlight).toBe(0);
});

test("an endless answer to a client that does not read is cut before memory fills", async () => {
  const body = chatBody({ prompt: "unread", maxTokens: 10 });
  const socket = connect(simulator.port, "127.0.0.1");
  socket.pause();
  socket.write(
    `POST /endless/v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  await expect
    .poll(() => simulator.ledger().at(-1), { timeout: 15_000 })
    .toMatchObject({ fault: "endless", closedByClient: false });
  socket.destroy();
}, 20_000);

test("an answer in one piece suffers in its own way", async () => {
  expect((await suffer("error-event", false)).seen).toMatchObject({ status: 200, error: null });
  expect(JSON.parse((await suffer("error-event", false)).seen.text)).toHaveProperty("error");
  const cut = (await suffer("cut", false)).seen;
  expect(cut.error).toBe("ECONNRESET");
  expect(() => JSON.parse(cut.text) as unknown).toThrow();
  expect((await suffer("empty", false)).seen.text).toContain('"content":""');
  // Without meaning here: answered in order, and the ledger claims no fault.
  expect((await suffer("no-done", false)).record).toMatchObject({ fault: null, tokens: 10, status: 200 });
});

test("shares are intervals of one draw", () => {
  const faults: readonly Fault[] = [
    { name: "cut", share: 0.25 },
    { name: "empty", share: 0.5 },
  ];
  expect([0, 0.2499, 0.25, 0.7499, 0.75, 0.9999].map((draw) => faultAt(faults, draw, 1)?.name ?? null)).toEqual([
    "cut",
    "cut",
    "empty",
    "empty",
    null,
    null,
  ]);
});

test("turns come before draws, each at its own", () => {
  const faults: readonly Fault[] = [
    { name: "cut", share: 1 },
    { name: "empty", every: 5, from: 2 },
    { name: "reset", every: 10, from: 4 },
  ];
  const names = Array.from({ length: 14 }, (_, i) => faultAt(faults, 0, i + 1)!.name);
  expect(names.flatMap((name, i) => (name === "empty" ? [i + 1] : []))).toEqual([2, 7, 12]);
  expect(names.flatMap((name, i) => (name === "reset" ? [i + 1] : []))).toEqual([4, 14]);
});

test("a prompt that comes again may fare otherwise, and the same in every run", async () => {
  const run = async (): Promise<(FaultName | null)[]> => {
    const own = await startSimulator({
      seed: 7,
      profiles: { half: { ...INSTANT, faults: [{ name: "cut", share: 0.5 }] } },
    });
    for (let i = 0; i < 20; i += 1) {
      await call(`${own.url}/half/v1/chat/completions`, { body: chatBody({ prompt: "again", maxTokens: 2 }) });
    }
    const faults = own.ledger().map(({ fault }) => fault);
    await own.close();
    return faults;
  };
  const [first, second] = [await run(), await run()];
  expect(new Set(first)).toEqual(new Set(["cut", null]));
  expect(second).toEqual(first);
});

test("sim-flaky fails about one request in ten, of several kinds, and always the same ones", async () => {
  const { answerOf } = await import("../../src/simulator/answer.ts");
  const faultOf = (promptHash: string): FaultName | null =>
    answerOf({
      seed: 405,
      profileName: "sim-flaky",
      profile: PROFILES["sim-flaky"],
      request: {
        model: "m",
        stream: true,
        includeUsage: false,
        maxTokens: 1,
        promptWords: 1,
        promptTokens: 11,
        tokens: () => [],
        promptHash,
      },
      slowness: 1,
      cachedTokens: null,
      asked: 0,
      turn: 1,
    }).fault;
  const prompts = Array.from({ length: 4000 }, (_, index) => `prompt ${index}`);
  const faults = prompts.map(faultOf).filter((name) => name !== null);
  // Binomial: 400 ± 4 standard deviations of 19.
  expect(faults.length).toBeGreaterThan(324);
  expect(faults.length).toBeLessThan(476);
  expect(new Set(faults)).toEqual(new Set(["error-event", "cut", "http-503", "http-429"]));
  expect(prompts.map(faultOf).filter((name) => name !== null)).toEqual(faults);
});
