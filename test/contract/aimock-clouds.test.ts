import { LLMock } from "@copilotkit/aimock";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { Observation } from "../../src/core/observation.ts";
import { readRun } from "../../src/store/read.ts";
import { herdbench, orInvalid } from "../support/herdbench.ts";
import { temporaryFolder } from "../support/temporary.ts";

/* Wires of the clouds against a server that others wrote: its event stream, its NDJSON and its deployments share no code with us. */

const WORDS = 30;
const TEXT = " word".repeat(WORDS);
/** Azure's models of this kind refuse to be asked for usage, and this server's Ollama counts nothing. */
const COUNTS = { bedrock: [61, 30], azure: [undefined, undefined], ollama: [0, 0] };
const IDS = ["bedrock", "azure", "ollama"] as const;
const USAGE = { prompt_tokens: 61, completion_tokens: 30, total_tokens: 91 };

let mock: LLMock | null = null;
afterEach(async () => {
  await mock?.stop();
  mock = null;
});

/** One paired run of three clouds, signed in to with made-up keys that the server does not check. */
async function measured(
  setUp: (server: LLMock) => void,
): Promise<{ code: number | null; of: (id: string) => Observation[] }> {
  mock = new LLMock({ port: 0, chunkSize: 5 });
  setUp(mock);
  await mock.start();
  const cwd = temporaryFolder();
  const price = { inputUsdPerMtok: 1, outputUsdPerMtok: 1, asOf: "2026-11-23", source: "test" };
  const common = { model: "llama-3.1-405b-instruct", price };
  const targets = [
    { ...common, id: "bedrock", provider: "bedrock", baseUrl: mock.url },
    { ...common, id: "azure", provider: "azure-ai", baseUrl: `${mock.url}/openai/deployments/bench` },
    { ...common, id: "ollama", provider: "ollama", baseUrl: mock.url },
  ];
  await writeFile(join(cwd, "herdbench.json"), JSON.stringify({ targets }));
  const load = ["--num-prompts", "10", "--max-concurrency", "2", "--input-len", "50", "--output-len", "40"];
  const { code, stderr } = await herdbench(["run", "--max-cost", "none", "--quiet", ...load], {
    cwd,
    env: { AWS_ACCESS_KEY_ID: "made-up-id", AWS_SECRET_ACCESS_KEY: "made-up", AZURE_AI_API_KEY: "made-up-key" },
  });
  expect(stderr).not.toContain("herdbench:");
  const [name] = await readdir(join(cwd, "results"));
  const { observations } = await readRun(join(cwd, "results", name!));
  return { code, of: (id) => observations.filter(({ target }) => target === id) };
}

function kinds(observations: readonly Observation[]): string[] {
  return [...new Set(observations.map(({ outcome, failure }) => failure?.kind ?? outcome))].toSorted();
}

describe("clouds as others play them (aimock)", () => {
  it("are measured: content, usage, finish and timing", async () => {
    const { code, of } = await measured((server) =>
      server.onMessage(/./, { content: TEXT, usage: USAGE }, { streamingProfile: { ttft: 100, tps: 100, jitter: 0 } }),
    );
    expect(code).toEqual(orInvalid(0));
    for (const id of IDS) {
      const observations = of(id);
      expect([id, observations.length, kinds(observations)]).toEqual([id, 10, ["completed"]]);
      for (const { usage, events, finish, stamps, response } of observations) {
        expect({ finish, content: events.content, chars: response.chars }, id).toEqual({
          finish: "stop",
          content: WORDS,
          chars: TEXT.length,
        });
        expect([usage?.input, usage?.output], id).toEqual(COUNTS[id]);
        expect((stamps.firstContent! - stamps.sent!) / 1000, id).toBeGreaterThan(98);
        expect((stamps.lastContent! - stamps.firstContent!) / 1000, id).toBeGreaterThan(0.9 * 10 * (WORDS - 1));
      }
    }
  });

  it.each([
    ["limits the rate", { rateLimitRate: 1 }, ["rate-limited"]],
    ["drops requests", { dropRate: 1 }, ["server-error"]],
    ["sends what is no answer", { malformedRate: 1 }, ["protocol"]],
    ["hangs up", { disconnectRate: 1 }, ["network"]],
  ] as const)("fail by name when it %s", async (_what, chaos, due) => {
    const { of } = await measured((server) => {
      server.onMessage(/./, { content: TEXT, usage: USAGE });
      server.setChaos(chaos);
    });
    for (const id of IDS) expect([id, kinds(of(id))]).toEqual([id, due]);
  });
});
