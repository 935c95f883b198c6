import { describe, expect, it } from "vitest";
import { judgeSoak, type SoakSample } from "./judge.ts";
import { soak } from "./soak.ts";

/** Ten minutes at 20 requests per second. */
function samples(change: (atS: number) => Partial<SoakSample>): SoakSample[] {
  return Array.from({ length: 100 }, (_, i) => ({
    atS: i * 6,
    rssBytes: 150e6,
    heapBytes: 40e6 + (i % 7) * 1e5,
    handles: 20 + (i % 5),
    descriptors: 40 + (i % 5),
    ...change(i * 6),
  }));
}

describe("a soak", () => {
  it("is clean when memory wavers, and when each request leaves its few hundred bytes", () => {
    expect(
      judgeSoak(
        samples(() => ({})),
        12_000,
      ).problems,
    ).toEqual([]);
    expect(
      judgeSoak(
        samples((atS) => ({ heapBytes: 40e6 + atS * 20 * 500 })),
        12_000,
      ).problems,
    ).toEqual([]);
  });

  it("finds a heap, handles and descriptors that grow", () => {
    const leak = samples((atS) => ({ heapBytes: 40e6 + atS * 20 * 5000, handles: 20 + atS, descriptors: 40 + atS }));
    expect(judgeSoak(leak, 12_000).problems).toEqual([
      expect.stringMatching(/^the heap grows by 49\d\d bytes per request, limit 2048$/),
      expect.stringMatching(/^handles grow by \d+, limit 16$/),
      expect.stringMatching(/^descriptors grow by \d+, limit 16$/),
    ]);
  });

  it("says when there is too little to judge by", () => {
    expect(judgeSoak(samples(() => ({})).slice(0, 4), 10).problems).toEqual(["only 3 samples: soak for longer"]);
  });

  it("of the program itself keeps no handle and no descriptor", async () => {
    const { lines, problems } = await soak(15);
    expect(problems).toEqual([]);
    expect(lines[0]).toMatch(/^\d+ samples over \d+ s, [23]\d\d requests$/);
  });
});
