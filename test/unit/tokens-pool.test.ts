import { describe, expect, it } from "vitest";
import { countTokens } from "../../src/tokens/count.ts";
import { countInWorker, TEXT_CHARS_MAX, type CountItem } from "../../src/tokens/pool.ts";

function item(id: string, text: string): CountItem {
  return { id, first: text.slice(0, 5), text };
}

describe("counting in a worker thread", () => {
  it("gives what counting here gives, in the order of the items, over several batches", async () => {
    const items = Array.from({ length: 600 }, (_, i) => item(`x:${i}`, `answer number ${i} ${"again ".repeat(i % 7)}`));
    const counts = await countInWorker(items);
    expect(counts.map(({ id }) => id)).toEqual(items.map(({ id }) => id));
    for (const i of [0, 255, 256, 599]) {
      const { text, first } = items[i]!;
      expect(counts[i]).toEqual({
        v: 1,
        id: `x:${i}`,
        output: await countTokens(text),
        first: await countTokens(first),
      });
    }
  });

  it("has no count for a text that is too long, and goes on", async () => {
    const long = { id: "long", first: "a", text: "a ".repeat(TEXT_CHARS_MAX / 2 + 1) };
    expect(await countInWorker([item("a", "one"), long, item("b", "two")])).toMatchObject([{ id: "a" }, { id: "b" }]);
  });

  it("counts an empty text as no tokens", async () => {
    expect(await countInWorker([item("e", "")])).toEqual([{ v: 1, id: "e", output: 0, first: 0 }]);
  });

  it("needs nothing for no items", async () => {
    expect(await countInWorker([])).toEqual([]);
  });

  it("rejects when the worker fails, and does not hang", async () => {
    const broken = { id: "x", first: "", text: { length: 1 } as unknown as string };
    await expect(countInWorker([broken])).rejects.toThrow();
  });

  it("rejects with the error of the items themselves", async () => {
    function* items(): Generator<CountItem> {
      for (let i = 0; i < 300; i += 1) yield item(String(i), "text");
      throw new Error("the file broke off");
    }
    await expect(countInWorker(items())).rejects.toThrow("the file broke off");
  });
});
