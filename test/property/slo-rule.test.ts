import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { random } from "../../src/core/random.ts";
import { missesAllowed, requestsToPass } from "../../src/measure/sweep/slo-rule.ts";

describe("the rule of a search", () => {
  it("is one rule from both sides: so many misses pass with so many requests and with no fewer", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), fc.constantFrom(0.5, 0.9, 0.95, 0.99), (misses, percentile) => {
        const n = requestsToPass(misses, percentile);
        expect(missesAllowed(n, percentile)).toBe(misses);
        expect(missesAllowed(n - 1, percentile) ?? -1).toBe(misses - 1);
      }),
      { numRuns: 60 },
    );
  });
  it("passes a target that truly misses the objective in about one level of a hundred", () => {
    const draw = random(405, "slo-rule");
    const [levels, n, percentile] = [4000, 165, 0.95];
    const allowed = missesAllowed(n, percentile)!;
    let passed = 0;
    for (let level = 0; level < levels; level += 1) {
      let misses = 0;
      for (let i = 0; i < n; i += 1) if (draw.next() >= percentile) misses += 1;
      if (misses <= allowed) passed += 1;
    }
    expect(passed / levels).toBeLessThan(0.015);
    expect(passed / levels).toBeGreaterThan(0.003);
  });
});
