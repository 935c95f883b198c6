import { LLMock } from "@copilotkit/aimock";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { Observation } from "../../src/core/observation.ts";
import { readRun } from "../../src/store/read.ts";
import { herdbench, orInvalid } from "../support/herdbench.ts";
import { temporaryFolder } from "../support/temporary.ts";

/** Thirty words, a chunk each where the chunk size is five: " word" is one of them. */
const WORDS = 30;
const TEXT = " word".repeat(WORDS);

let mock: LLMock | null = null;
afterEach(async () => {
  await mock?.stop();
  mock = null;
});

/** Runs the program against a server that is not ours. */
async function measured(
  setUp: (server: LLMock) => void,
  requests = 20,
): Promise<{ code: number | null; observations: readonly Observation[] }> {
  mock = new LLMock({ port: 0, chunkSize: 5 });
  setUp(mock);
  await mock.start();
  const cwd = temporaryFolder();
  const load = ["--num-prompts", String(requests), "--max-concurrency", "5", "--input-len", "50", "--output-len", "40"];
  const { code } = await herdbench(["run", "--base-url", `${mock.url}/v1`, "--model", "gpt-4o", "--quiet", ...load], {
    cwd,
  });
  const [name] = await readdir(join(cwd, "results"));
  return { code, observations: (await readRun(join(cwd, "results", name!))).observations };
}

function kinds(observations: readonly Observation[]): string[] {
  return [...new Set(observations.map(({ outcome, failure }) => failure?.kind ?? outcome))].toSorted();
}

describe("an OpenAI-compatible server written by others (aimock)", () => {
  it("is measured: content, usage, finish and timing", async () => {
    const { code, observations } = await measured((server) =>
      server.onMessage(
        /./,
        { content: TEXT, usage: { prompt_tokens: 61, completion_tokens: 30, total_tokens: 91 } },
        { streamingProfile: { ttft: 100, tps: 100, jitter: 0 } },
      ),
    );
    expect({ code, kinds: kinds(observations), n: observations.length }).toEqual({
      code: orInvalid(0),
      kinds: ["completed"],
      n: 20,
    });
    for (const { usage, events, finish, stamps, response, flags } of observations) {
      expect({ usage, finish, content: events.content, chars: response.chars, flags }).toEqual({
        usage: { input: 61, output: 30, cached: null },
        finish: "stop",
        content: WORDS,
        chars: TEXT.length,
        flags: [],
      });
      // Its own timers: 100 ms before the first chunk, 10 ms before each further one; it may be late, never early.
      expect((stamps.firstContent! - stamps.sent!) / 1000).toBeGreaterThan(98);
      expect((stamps.lastContent! - stamps.firstContent!) / 1000).toBeGreaterThan(0.9 * 10 * (WORDS - 1));
    }
  });

  it("that limits the rate gives rate-limited with Retry-After", async () => {
    const { code, observations } = await measured((server) => {
      server.onMessage(/./, { content: TEXT });
      server.setChaos({ rateLimitRate: 1 });
    });
    expect({ code, kinds: kinds(observations) }).toEqual({ code: orInvalid(3), kinds: ["rate-limited"] });
    expect(
      observations.every(({ failure, rateLimit }) => failure!.status === 429 && rateLimit!.retryAfterMs! > 0),
    ).toBe(true);
  });

  it("that drops requests gives server errors", async () => {
    const { code, observations } = await measured((server) => {
      server.onMessage(/./, { content: TEXT });
      server.setChaos({ dropRate: 1 });
    });
    expect({ code, kinds: kinds(observations) }).toEqual({ code: orInvalid(3), kinds: ["server-error"] });
  });

  it("that cuts connections or sends broken JSON never counts as a success", async () => {
    for (const chaos of [{ disconnectRate: 1 }, { malformedRate: 1 }]) {
      const { code, observations } = await measured((server) => {
        server.onMessage(/./, { content: TEXT });
        server.setChaos(chaos);
      }, 5);
      expect(code).toEqual(orInvalid(3));
      expect(observations.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 5 }, () => "failed"));
      await mock!.stop();
      mock = null;
    }
  });

  it("that does not know the model or message gives not-found", async () => {
    const { code, observations } = await measured(() => undefined, 5);
    expect({ code, kinds: kinds(observations) }).toEqual({ code: orInvalid(3), kinds: ["not-found"] });
  });
});
