import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openaiChat, PLAIN } from "../../src/protocol/openai-chat.ts";
import { readResponse } from "../../src/run/response.ts";
import { PROFILES } from "../../src/simulator/profile.ts";
import { startSimulator, type Simulator } from "../../src/simulator/server.ts";
import { parseRecording } from "../../src/store/recording.ts";
import { herdbench } from "../support/herdbench.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { event, streamHead, wireServer } from "../support/wire-server.ts";

const KEY = "not-a-real-key-90bb1";

let simulator: Simulator;
beforeAll(async () => {
  const fast = {
    ...PROFILES["sim-fast"],
    ttft: { baseMs: 5, perInputTokenMs: 0, sigma: 0 },
    interEvent: { meanMs: 2, sigma: 0 },
  };
  simulator = await startSimulator({ seed: 1, profiles: { locked: { ...fast, apiKey: KEY } } });
});
afterAll(() => simulator.close());

async function record(baseUrl: string): Promise<{ code: number | null; stderr: string; cwd: string }> {
  const folder = temporaryFolder();
  const price = { kind: "tokens", inputUsdPerMtok: 1, outputUsdPerMtok: 1, asOf: "2026-11-01", source: "made up" };
  const models = { "llama-3.1-405b-instruct": { id: "big", price } };
  const file = { id: "shop", name: "Shop", baseUrl, signIn: { scheme: "bearer", env: ["SHOP_KEY"] }, models };
  writeFileSync(join(folder, "shop.json"), JSON.stringify(file));
  const cwd = temporaryFolder();
  const { code, stderr } = await herdbench(["record", "shop", "--providers-dir", folder, "--out", "shop.json"], {
    cwd,
    env: { SHOP_KEY: KEY },
  });
  return { code, stderr, cwd };
}

describe("herdbench record", () => {
  it("keeps bytes and moments of one exchange, which replay to the same answer, and no credential", async () => {
    const { code, cwd } = await record(`${simulator.url}/locked/v1`);
    expect(code).toBe(0);
    const text = readFileSync(join(cwd, "shop.json"), "utf8");
    expect(text).not.toContain(KEY);
    expect(text).not.toContain("authorization");
    const recording = parseRecording(text, "shop.json");
    expect(recording).toMatchObject({ provider: "shop", origin: "recorded", response: { status: 200 }, error: null });
    const times = recording.reads.map(({ atMs }) => atMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times[0]).toBeGreaterThanOrEqual(5);

    const reader = readResponse(openaiChat(PLAIN), { contentSeen: () => undefined, failed: () => undefined });
    reader.onHeaders(recording.response.status, recording.response.headers);
    for (const { atMs, base64 } of recording.reads) reader.onData(Buffer.from(base64, "base64"), atMs * 1000);
    reader.onEnd();
    expect(reader.response).toMatchObject({ finish: "length", done: true, usage: { output: 48 }, failure: null });
    // One event a token.
    expect(reader.response.contentUs).toHaveLength(48);
  });

  it("writes nothing when the answer repeats the key", async () => {
    const server = await wireServer((socket) => {
      socket.write(streamHead());
      socket.end(event({ choices: [{ index: 0, delta: { content: `your key is ${KEY}` }, finish_reason: "stop" }] }));
    });
    const { code, stderr, cwd } = await record(`${server.origin}/v1`);
    await server.close();
    expect({ code, files: readdirSync(cwd) }).toEqual({ code: 2, files: [] });
    expect(stderr).toContain("the answer repeats your key");
    expect(stderr).not.toContain(KEY);
  });
});
