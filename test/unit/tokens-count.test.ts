import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { countTokens } from "../../src/tokens/count.ts";

interface Vector {
  readonly name: string;
  readonly text: string;
  readonly count: number;
}

const fixture = new URL("../fixtures/tokenizer/llama31-vectors.json", import.meta.url);
const { vectors } = JSON.parse(await readFile(fixture, "utf8")) as { readonly vectors: readonly Vector[] };

describe("the pinned tokenizer", () => {
  it("has all 23 vectors to agree with", () => {
    expect(vectors.length).toBe(23);
  });

  it.each(vectors)("counts $name as Meta's own does", async ({ text, count }) => {
    expect(await countTokens(text)).toBe(count);
  });

  it("cuts a run of one kind at 25,000 characters, as Meta's own does, and counts the rest as it is", async () => {
    const run = await countTokens("a".repeat(25_000));
    expect(await countTokens("a".repeat(50_000))).toBe(2 * run);
    expect(await countTokens("a".repeat(50_001))).toBe(2 * run + 1);
    const spaced = "a".repeat(24_999);
    expect(await countTokens(`${spaced} ${spaced}`)).toBe(
      (await countTokens(spaced)) + (await countTokens(` ${spaced}`)),
    );
  });
});
