import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { LedgerRecord } from "../../src/simulator/ledger.ts";
import { call, chatBody, INSTANT, payloads, textOf } from "../support/simulator-client.ts";

const MAIN = fileURLToPath(new URL("../../src/simulator/main.ts", import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "simulator-"));
});
afterAll(() => rm(folder, { recursive: true }));

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

/** Starts the program; both outputs are collected until it ends. */
function run(args: readonly string[]) {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ["pipe", "pipe", "pipe"] });
  children.push(child);
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (data: Buffer) => (output.stdout += data.toString("utf8")));
  child.stderr.on("data", (data: Buffer) => (output.stderr += data.toString("utf8")));
  const ended = once(child, "close").then(([code, signal]: unknown[]) => ({ code, signal, ...output }));
  return { child, ended, output };
}

async function listening(args: readonly string[]) {
  const program = run(args);
  await expect.poll(() => program.output.stdout, { timeout: 10_000 }).toContain("\n");
  const line = JSON.parse(program.output.stdout) as {
    listening: { host: string; port: number };
    pid: number;
    seed: number;
    tls?: true;
    ca?: string;
  };
  return { ...program, line, url: `http://${line.listening.host}:${line.listening.port}` };
}

test("says where it listens in one line and ends with code 0 on SIGTERM, its ledger flushed", async () => {
  const ledger = join(folder, "ledger.ndjson");
  const { child, ended, line, url } = await listening(["--port", "0", "--seed", "405", "--ledger", ledger]);
  expect(line).toEqual({ listening: { host: "127.0.0.1", port: expect.any(Number) }, pid: child.pid, seed: 405 });
  const seen = await call(`${url}/sim-fast/v1/chat/completions`, { body: chatBody({ prompt: "Hi", maxTokens: 4 }) });
  expect(payloads(seen.text).at(-1)).toBe("[DONE]");
  child.kill("SIGTERM");
  const { code, signal, stdout, stderr } = await ended;
  expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: "" });
  expect(stdout.split("\n").length).toBe(2);
  const [record, ...others] = readFileSync(ledger, "utf8").trimEnd().split("\n");
  expect(others).toEqual([]);
  expect(JSON.parse(record!)).toMatchObject({ seq: 1, profile: "sim-fast", tokens: 4, status: 200 });
});

test("ends cleanly on SIGINT with a stream in flight", async () => {
  const { child, ended, url } = await listening(["--seed", "1"]);
  const stream = call(`${url}/sim-cheap/v1/chat/completions`, { body: chatBody({ prompt: "long", maxTokens: 5000 }) });
  await expect.poll(async () => (await call(`${url}/stats`, { method: "GET" })).text).toContain('"inFlight":1');
  child.kill("SIGINT");
  expect(await ended).toMatchObject({ code: 0, signal: null, stderr: "" });
  expect((await stream).error).toBe("ECONNRESET");
});

test("does not outlive its parent: it ends when its standard input closes", async () => {
  const { child, ended } = await listening(["--seed", "1"]);
  child.stdin.end();
  expect(await ended).toMatchObject({ code: 0, signal: null });
});

test("serves profiles from a file, and another process gives the same prompt the same bytes", async () => {
  const profiles = join(folder, "profiles.json");
  await writeFile(profiles, JSON.stringify({ own: INSTANT }));
  const body = chatBody({ prompt: "the same", maxTokens: 20 });
  const texts: string[] = [];
  for (const seed of ["405", "405", "406"]) {
    const { child, ended, url } = await listening(["--seed", seed, "--profiles", profiles]);
    texts.push((await call(`${url}/own/v1/chat/completions`, { body })).text);
    child.kill("SIGTERM");
    await ended;
  }
  expect(texts[1]).toBe(texts[0]);
  expect(texts[2]).not.toBe(texts[0]);
});

test("says with --tls what a client has to trust", async () => {
  const { line } = await listening(["--seed", "405", "--tls"]);
  expect(line).toMatchObject({ tls: true, ca: expect.stringMatching(/^-----BEGIN CERTIFICATE-----\n/) });
  // The authority's certificate alone: neither the server's nor a key.
  expect(line.ca!.split("-----BEGIN ")).toHaveLength(2);
  const url = `https://127.0.0.1:${line.listening.port}/sim-fast/v1/chat/completions`;
  const body = chatBody({ prompt: "Hi", maxTokens: 4 });
  expect(await call(url, { body, ca: line.ca! })).toMatchObject({ status: 200, error: null });
});

test("stopped by a signal it writes and reads nothing, and the ledger says when it went on", async () => {
  const profiles = join(folder, "paced.json");
  await writeFile(profiles, JSON.stringify({ own: { ...INSTANT, interEvent: { meanMs: 10, sigma: 0 } } }));
  const { child, url } = await listening(["--seed", "405", "--profiles", profiles]);
  const ask = (prompt: string) =>
    call(`${url}/own/v1/chat/completions`, { body: chatBody({ prompt, maxTokens: 200 }) });
  const before = ask("before");
  await expect.poll(async () => (await call(`${url}/stats`, { method: "GET" })).text).toContain('"inFlight":1');
  child.kill("SIGSTOP");
  const stoppedNs = process.hrtime.bigint();
  const during = ask("during");
  await new Promise((resolve) => setTimeout(resolve, 500));
  const continuedNs = process.hrtime.bigint();
  child.kill("SIGCONT");
  for (const seen of [await before, await during]) expect(textOf(seen.text).trim().split(" ")).toHaveLength(200);
  const [first, second] = (await call(`${url}/ledger`, { method: "GET" })).text
    .trimEnd()
    .split("\n")
    .map((each) => JSON.parse(each) as LedgerRecord)
    .toSorted((a, b) => a.seq - b.seq);
  const writtenNs = first!.events.map((atNs) => BigInt(first!.received) + BigInt(atNs));
  // The signal may take a moment to arrive.
  expect(writtenNs.filter((atNs) => atNs > stoppedNs + 50_000_000n && atNs < continuedNs)).toEqual([]);
  expect(first!.latenessUsMax).toBeGreaterThan(200_000);
  expect(BigInt(second!.received)).toBeGreaterThan(continuedNs);
});

test("refuses a bad command line with code 2 and every problem at once", async () => {
  const profiles = join(folder, "bad.json");
  await writeFile(profiles, JSON.stringify({ own: { ...INSTANT, capacity: 0, colour: "red" } }));
  const { code, stdout, stderr } = await run(["--seed", "x", "--port", "65536", "--profiles", profiles]).ended;
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  for (const part of ["--seed", "--port", "own.capacity", "own.colour", "usage:"]) expect(stderr).toContain(part);
});

test.each([
  [["--seed", "1", "--colour", "red"]],
  [["--seed", "1", "extra"]],
  [[]],
  [["--seed", "1", "--ledger", "/no/such/folder/x"]],
])("refuses %j with code 2 and a reason", async (args) => {
  const { code, stdout, stderr } = await run(args).ended;
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).not.toBe("");
  expect(stderr).not.toContain("    at ");
});
