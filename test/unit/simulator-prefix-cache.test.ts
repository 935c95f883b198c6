import { afterEach, describe, expect, test } from "vitest";
import { parseChatRequest } from "../../src/simulator/chat-request.ts";
import { openPrefixCache } from "../../src/simulator/prefix-cache.ts";
import { PROFILES, type Profile } from "../../src/simulator/profile.ts";
import { parseProfiles } from "../../src/simulator/profiles-file.ts";
import { startSimulator, type Simulator } from "../../src/simulator/server.ts";
import { call, chatBody, INSTANT } from "../support/simulator-client.ts";

const letters = (text: string): string[] => text.split("");

describe("a prefix cache", () => {
  test("knows whole blocks that a prompt before it began with, and no block in another place", () => {
    const cache = openPrefixCache({ blockTokens: 4, blocksMax: 100 });
    expect(cache.read(letters("abcdefghij"))).toBe(0);
    expect(cache.read(letters("abcdefghXX"))).toBe(8);
    expect(cache.read(letters("abcXefghij"))).toBe(0);
    expect(cache.read(letters("Xbcdefghij"))).toBe(0);
    expect(cache.read(letters("efgh"))).toBe(0);
    expect(cache.read(letters("abcdefghij"))).toBe(8);
  });

  test("never has a whole prompt: its last token is computed", () => {
    const cache = openPrefixCache({ blockTokens: 4, blocksMax: 100 });
    expect([cache.read(letters("abcdefgh")), cache.read(letters("abcdefgh"))]).toEqual([0, 4]);
    expect([cache.read(letters("ab")), cache.read(letters("ab"))]).toEqual([0, 0]);
  });

  test("lets go of what was not used for longest", () => {
    const cache = openPrefixCache({ blockTokens: 2, blocksMax: 4 });
    cache.read(letters("aaaa."));
    cache.read(letters("bbbb."));
    expect(cache.read(letters("aaaa."))).toBe(4);
    cache.read(letters("cccc."));
    expect(cache.read(letters("aaaa."))).toBe(4);
    expect(cache.read(letters("bbbb."))).toBe(0);
  });
});

test("a prompt's tokens are as many as usage reports, and begin like those of the conversation that it goes on with", () => {
  const tokens = (messages: readonly object[]): readonly string[] => {
    const parsed = parseChatRequest(JSON.stringify({ model: "m", messages, max_tokens: 1 }));
    if (!parsed.ok) throw new Error(parsed.problems.join());
    expect(parsed.request.tokens()).toHaveLength(parsed.request.promptTokens);
    return parsed.request.tokens();
  };
  const first = [{ role: "user", content: "123456789012 hello there" }];
  const second = [...first, { role: "assistant", content: "well" }, { role: "user", content: "more" }];
  // With the header of the answer, which the history repeats.
  expect(tokens(second).slice(0, tokens(first).length)).toEqual(tokens(first));
});

describe("a simulator with a prefix cache", () => {
  let simulator: Simulator;
  afterEach(() => simulator.close());
  const CACHED: Profile = {
    ...INSTANT,
    ttft: { baseMs: 0, perInputTokenMs: 1, sigma: 0 },
    prefixCache: { blockTokens: 16, blocksMax: 1000 },
  };
  const words = (count: number, word: string): string => Array.from({ length: count }, () => word).join(" ");

  test("tells what it had, and takes time for the rest alone", async () => {
    simulator = await startSimulator({
      seed: 1,
      profiles: { cached: CACHED, plain: { ...CACHED, prefixCache: null } },
    });
    const ask = async (profile: string, prompt: string): Promise<unknown> => {
      const body = chatBody({ prompt, maxTokens: 1, stream: false });
      const { text } = await call(`${simulator.url}/${profile}/v1/chat/completions`, { body });
      return (JSON.parse(text) as { usage: unknown }).usage;
    };
    const prompt = `${words(100, "one")} ${words(20, "two")}`;
    const other = `${words(100, "one")} ${words(20, "three")}`;
    const usage = { prompt_tokens: 130, completion_tokens: 1, total_tokens: 131 };
    const told = (cached: number): object => ({ ...usage, prompt_tokens_details: { cached_tokens: cached } });
    // Five tokens of the template and 100 words begin alike: six blocks of 16.
    expect([await ask("cached", prompt), await ask("cached", other)]).toEqual([told(0), told(96)]);
    expect(await ask("cached", prompt)).toEqual(told(128));
    expect([await ask("plain", prompt), await ask("plain", prompt)]).toEqual([usage, usage]);

    const ledger = simulator.ledger();
    expect(ledger.map(({ cachedTokens }) => cachedTokens)).toEqual([0, 96, 128, null, null]);
    const dues = ledger.map(({ firstContent, latenessUsMax }) =>
      Math.round(firstContent! / 1e6 - latenessUsMax! / 1e3),
    );
    expect(dues).toEqual([130, 34, 2, 130, 130]);
  });

  test("has one for each replica", async () => {
    const profiles = { two: { ...CACHED, ttft: INSTANT.ttft, replicas: [1, 1] } };
    simulator = await startSimulator({ seed: 1, profiles });
    const body = chatBody({ prompt: words(40, "one"), maxTokens: 1 });
    // A connection of its own each, and so a replica in turn.
    for (let i = 0; i < 3; i += 1) await call(`${simulator.url}/two/v1/chat/completions`, { body });
    expect(simulator.ledger().map(({ replica, cachedTokens }) => [replica, cachedTokens])).toEqual([
      [0, 0],
      [1, 0],
      [0, 48],
    ]);
  });

  test("is stated in a file of profiles, and judged there", async () => {
    simulator = await startSimulator({ seed: 1 });
    const problems = (prefixCache: unknown): readonly string[] => {
      const parsed = parseProfiles({ own: { ...PROFILES["sim-fast"], prefixCache } });
      return parsed.ok ? [] : parsed.problems.map((problem) => problem.split(":")[0]!);
    };
    expect(problems({ blockTokens: 16, blocksMax: 100 })).toEqual([]);
    expect(problems({ blockTokens: 0, size: 5 })).toEqual([
      "own.prefixCache.blockTokens",
      "own.prefixCache.blocksMax",
      "own.prefixCache.size",
    ]);
  });
});
