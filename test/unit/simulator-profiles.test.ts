import tokenizer from "llama3-tokenizer-js";
import { describe, expect, test } from "vitest";
import { SIMULATED_IDS } from "../../src/cli/simulated-targets.ts";
import { answerOf } from "../../src/simulator/answer.ts";
import { PROFILES, type Profile } from "../../src/simulator/profile.ts";
import { parseProfiles } from "../../src/simulator/profiles-file.ts";
import { tokensOfWords, WORDS, wordsOf } from "../../src/simulator/words.ts";

const FAST: Profile = PROFILES["sim-fast"];

function problemsOf(value: unknown): readonly string[] {
  const parsed = parseProfiles(value);
  return parsed.ok ? [] : parsed.problems;
}

test("the built-in profiles are valid, also after a round trip through JSON", () => {
  expect(parseProfiles(JSON.parse(JSON.stringify(PROFILES)))).toEqual({ ok: true, profiles: PROFILES });
});

test("the canary's events are due every 50 ms from 50 ms on, whatever the prompt", () => {
  for (const promptHash of ["a", "b"]) {
    const { service, fault } = answerOf({
      seed: 405,
      profileName: "canary",
      profile: PROFILES.canary,
      request: {
        model: "m",
        stream: true,
        includeUsage: false,
        maxTokens: 4,
        promptWords: 1,
        promptTokens: 999,
        tokens: () => [],
        promptHash,
      },
      slowness: 1,
      cachedTokens: null,
      asked: 0,
      turn: 1,
    });
    const contents = [...service!].filter((step) => step.act === "content");
    expect(contents.map(({ atMs, tokens }) => [atMs, tokens])).toEqual([
      [50, 1],
      [100, 1],
      [150, 1],
      [200, 1],
    ]);
    expect(fault).toBeNull();
  }
  expect(SIMULATED_IDS).not.toContain("canary");
});

describe("a profiles file with mistakes", () => {
  test("gets one sentence per mistake, with its path", () => {
    const bad = {
      ...FAST,
      ttft: { baseMs: -1, perInputTokenMs: 0 },
      tokensPerEvent: 1.5,
      replicas: [],
      usage: "sometimes",
      colour: "red",
      faults: [
        { name: "explode", share: 2 },
        { name: "stall", share: 0.1 },
        { name: "cut", share: 0.1, ms: 5 },
        { name: "reset", every: 0, from: 2 },
        { name: "reset", every: 3, share: 0.1 },
      ],
      apiKey: "",
    };
    expect(problemsOf({ own: bad }).map((problem) => problem.split(":")[0])).toEqual([
      "own.ttft.baseMs",
      "own.ttft.sigma",
      "own.tokensPerEvent",
      "own.replicas",
      "own.usage",
      "own.faults[0].name",
      "own.faults[0].share",
      "own.faults[1].ms",
      "own.faults[2].ms",
      "own.faults[3].every",
      "own.faults[4].from",
      "own.faults[4].share",
      "own.apiKey",
      "own.colour",
      "own.faults",
    ]);
  });

  test("is refused when fault shares exceed the whole, and accepted at the whole", () => {
    const shared = (share: number) => ({
      own: {
        ...FAST,
        faults: [
          { name: "cut", share },
          { name: "empty", share: 0.4 },
        ],
      },
    });
    expect(problemsOf(shared(0.7))).toEqual(["own.faults: shares add up to 1.1, more than 1"]);
    expect(problemsOf(shared(0.6))).toEqual([]);
  });

  test.each(["stats", "A", "a/b", "", "__proto__x"])("is refused for the name %j", (name) => {
    expect(problemsOf({ [name]: FAST })).toHaveLength(1);
  });

  test.each([null, [], "x", 1])("is refused when it is %j", (value) => {
    expect(problemsOf(value)).toHaveLength(1);
  });

  test("is refused for numbers that are not numbers", () => {
    expect(problemsOf({ own: { ...FAST, roundTripMs: NaN } })).toHaveLength(1);
    expect(problemsOf({ own: { ...FAST, capacity: "8" } })).toHaveLength(1);
  });
});

describe("the words of an answer", () => {
  test("are one token each behind a space, alone and next to each other", () => {
    const tokensOf = (text: string): number => tokenizer.encode(text, { bos: false, eos: false }).length;
    for (const word of WORDS) expect({ word, tokens: tokensOf(` ${word}`) }).toEqual({ word, tokens: 1 });
    const text = [...WORDS, ...WORDS.toReversed()].map((word) => ` ${word}`).join("");
    expect(tokensOf(text)).toBe(2 * WORDS.length);
    expect(new Set(WORDS).size).toBe(WORDS.length);
  });

  test("of a prompt are counted as the tokenizer counts plain words and a nonce", () => {
    const prompt = "123456789012 write about the world and 1234 people";
    expect(tokensOfWords(wordsOf(" a\n\tb  c "))).toBe(3);
    expect(tokensOfWords(wordsOf("  "))).toBe(0);
    expect(tokensOfWords(wordsOf("123456789012"))).toBe(
      tokenizer.encode("123456789012", { bos: false, eos: false }).length,
    );
    // The space before digits is a token of its own, which a prompt that begins with its nonce does not have.
    expect(tokensOfWords(wordsOf(prompt)) + 1).toBe(tokenizer.encode(prompt, { bos: false, eos: false }).length);
  });
});
