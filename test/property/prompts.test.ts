import fc from "fast-check";
import { expect, it } from "vitest";
import { promptOf } from "../../src/scenario/prompts.ts";
import { loadTokenizer } from "../../src/tokens/count.ts";

const count = await loadTokenizer();

it("has exactly the wanted tokens and three words fewer, for any shape, seed, run, target and pair", () => {
  const request = fc.record({
    runId: fc.string(),
    target: fc.string(),
    scenario: fc.string(),
    pair: fc.nat(),
    phase: fc.constantFrom("warmup" as const, "measured" as const),
    seed: fc.maxSafeNat(),
    shape: fc.record({
      // Short prompts often, since the instruction is nearly all of them.
      inputTokens: fc.oneof(fc.integer({ min: 16, max: 40 }), fc.integer({ min: 16, max: 20_000 })),
      outputTokens: fc.oneof(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 1, max: 131_072 })),
      content: fc.constantFrom("prose" as const, "code" as const, "json" as const),
      cache: fc.constant("cold" as const),
    }),
  });
  fc.assert(
    fc.property(request, (of) => {
      const { text } = promptOf(of);
      expect(count(text)).toBe(of.shape.inputTokens);
      expect(text.split(" ").length).toBe(of.shape.inputTokens - 3);
      expect(text).toMatch(/^\d{12}(?: [A-Za-z]+)+$/);
    }),
    { numRuns: 100 },
  );
});
