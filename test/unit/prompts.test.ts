import { describe, expect, it } from "vitest";
import { promptOf, type PromptRequest } from "../../src/scenario/prompts.ts";
import { VOCABULARY } from "../../src/scenario/words.ts";
import { loadTokenizer } from "../../src/tokens/count.ts";

const count = await loadTokenizer();

const REQUEST: PromptRequest = {
  runId: "20261123T000000Z-test",
  target: "sim-fast",
  scenario: "quick-chat",
  pair: 0,
  phase: "measured",
  shape: { inputTokens: 100, outputTokens: 64, content: "prose", cache: "cold" },
  seed: 405,
};

function bodyOf(request: PromptRequest): string {
  return promptOf(request).text.slice("000000000000 ".length);
}

describe("every word of the vocabulary", () => {
  const words = Object.values(VOCABULARY).flatMap((vocabulary) => Object.values(vocabulary).flat() as string[]);

  it("is one token together with the space before it", () => {
    expect(words.filter((word) => count(` ${word}`) !== 1)).toEqual([]);
  });

  it("is plain lower-case letters, and there are enough of them", () => {
    expect(words.filter((word) => !/^[a-z]+$/.test(word))).toEqual([]);
    expect(new Set(words).size).toBeGreaterThan(1000);
  });

  it("stands once in its list", () => {
    for (const vocabulary of Object.values(VOCABULARY)) {
      for (const list of Object.values(vocabulary) as string[][]) expect(list.length).toBe(new Set(list).size);
    }
  });
});

describe("a warm prompt", () => {
  it("is the same for every arrival of a target, and another on each target and in each run", () => {
    const warm = { ...REQUEST, shape: { ...REQUEST.shape, cache: "warm" as const } };
    const { text } = promptOf(warm);
    expect(promptOf({ ...warm, pair: 7 }).text).toBe(text);
    expect(promptOf({ ...warm, pair: 1, phase: "warmup" }).text).toBe(text);
    expect(promptOf({ ...warm, target: "sim-far" }).text).not.toBe(text);
    expect(promptOf({ ...warm, runId: "20261124T000000Z-test" }).text).not.toBe(text);
  });
});

describe("a prompt", () => {
  it("has exactly the tokens asked for, and three words fewer", () => {
    for (const inputTokens of [16, 17, 100, 300, 1000, 2048, 8192]) {
      for (const content of ["prose", "code", "json"] as const) {
        const prompt = promptOf({ ...REQUEST, shape: { ...REQUEST.shape, inputTokens, content } });
        expect(prompt.inputTokens).toBe(inputTokens);
        expect(count(prompt.text)).toBe(inputTokens);
        expect(prompt.text.split(/\s+/).length).toBe(inputTokens - 3);
      }
    }
  });

  it("is exact at 100,000 tokens too", () => {
    const { text } = promptOf({ ...REQUEST, shape: { ...REQUEST.shape, inputTokens: 100_000 } });
    expect(count(text)).toBe(100_000);
  });

  it("begins with twelve digits, which are always four tokens, zeros in front included", () => {
    const nonces = Array.from({ length: 2000 }, (_, pair) => promptOf({ ...REQUEST, pair }).text.split(" ")[0]!);
    for (const nonce of nonces) expect(nonce).toMatch(/^\d{12}$/);
    expect(nonces.some((nonce) => nonce.startsWith("0"))).toBe(true);
    expect(nonces.filter((nonce) => count(nonce) !== 4)).toEqual([]);
    expect(new Set(nonces).size).toBe(2000);
  });

  it("is the same on every target and in every run, but for the nonce", () => {
    for (const change of [{ target: "sim-far" }, { runId: "another" }]) {
      expect(bodyOf({ ...REQUEST, ...change })).toBe(bodyOf(REQUEST));
      expect(promptOf({ ...REQUEST, ...change }).text).not.toBe(promptOf(REQUEST).text);
    }
    expect(promptOf(REQUEST)).toEqual(promptOf({ ...REQUEST }));
  });

  it("is another one for another pair, phase, scenario or seed", () => {
    const changes = [{ pair: 1 }, { phase: "warmup" as const }, { scenario: "other" }, { seed: 1 }];
    const bodies = [{}, ...changes].map((change) => bodyOf({ ...REQUEST, ...change }));
    expect(new Set(bodies).size).toBe(5);
  });

  it.each([
    ["prose", 1, "Write more than one hundred words of prose in which"],
    ["prose", 64, "Write more than two hundred words of prose in which"],
    ["prose", 300, "Write more than six hundred words of prose in which"],
    ["prose", 1000, "Write more than two thousand words of prose in which"],
    ["prose", 131072, "Write more than three hundred thousand words of prose in which"],
    ["code", 2000, "Write more than one thousand lines of code in which"],
    ["json", 100_000, "Write more than fifty thousand fields of JSON in which"],
  ] as const)("asks in %s for more than %i tokens", (content, outputTokens, instruction) => {
    expect(bodyOf({ ...REQUEST, shape: { ...REQUEST.shape, content, outputTokens } })).toMatch(
      new RegExp(`^${instruction} `),
    );
  });

  it.each([15, 0, 16.5, Number.NaN, 1_000_001])("of %d tokens is refused", (inputTokens) => {
    expect(() => promptOf({ ...REQUEST, shape: { ...REQUEST.shape, inputTokens } })).toThrow(RangeError);
  });

  it("does not change from version to version: prompts of old runs can be made again", () => {
    const shape = { ...REQUEST.shape, inputTokens: 30 };
    expect(promptOf({ ...REQUEST, shape }).text).toMatchInlineSnapshot(
      `"311951081764 Write more than two hundred words of prose in which his rare butcher upon each dog saved each soldier after our large branch shaped their cake"`,
    );
  });
});
