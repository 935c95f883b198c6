import fc from "fast-check";
import { expect, it } from "vitest";
import { readJsonText } from "../../src/scenario/json-text.ts";

function accepted(text: string): { readonly value: unknown } | null {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return null;
  }
}

it("reads every JSON text as JSON.parse does", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), fc.constantFrom(undefined, 1, "\t"), (json, indent) => {
      const text = JSON.stringify(JSON.parse(json), null, indent);
      expect(readJsonText(text)).toEqual({ ok: true, value: JSON.parse(text) });
    }),
  );
});

it("refuses what JSON.parse refuses, and beyond that only keys that stand twice", () => {
  const damaged = fc
    .tuple(
      fc.json({ maxDepth: 3 }),
      fc.nat(),
      fc.nat({ max: 2 }),
      fc.constantFrom("", ",", '"', "}", "]", ":", "0", "-", "\\", "e", " ", "\n", "/"),
    )
    .map(([json, at, cut, insert]) => {
      const from = at % (json.length + 1);
      return json.slice(0, from) + insert + json.slice(from + cut);
    });
  fc.assert(
    fc.property(damaged, (text) => {
      const ours = readJsonText(text);
      const parsed = accepted(text);
      if (ours.ok) expect(parsed).toEqual({ value: ours.value });
      else if (parsed !== null) for (const problem of ours.problems) expect(problem).toContain("stands twice");
      else expect(ours.problems.at(-1)).toMatch(/^line \d+, column \d+: /);
    }),
    { numRuns: 1000 },
  );
});
