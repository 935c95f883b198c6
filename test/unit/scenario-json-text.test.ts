import { describe, expect, it } from "vitest";
import { readJsonText } from "../../src/scenario/json-text.ts";

describe("JSON that a person wrote", () => {
  it.each([
    ["a trailing comma", '{\n  "a": [1,]\n}', "line 2, column 11: remove the comma before the closing bracket"],
    [
      "a comment",
      "{\n  // why\n}",
      'line 2, column 3: expected a key in double quotes or "}", found a comment: JSON has none',
    ],
    ["a missing comma", '{"a": 1\n "b": 2}', 'line 2, column 2: expected "," or "}", found "\\""'],
    ["a missing colon", '{"a" 1}', 'line 1, column 6: expected ":", found "1"'],
    ["single quotes", "{'a': 1}", `line 1, column 2: expected a key in double quotes or "}", found "'"`],
    ["a file cut short", '{"a": [1', 'line 1, column 9: the text ends where "," or "]" is expected'],
    ["an empty file", "", "line 1, column 1: the text ends where a value is expected"],
    ["something after the end", "{} {}", 'line 1, column 4: expected nothing more, found "{"'],
    ["the wrong closing bracket", '{"a": 1]', 'line 1, column 8: expected "," or "}", found "]"'],
    [
      "an open string",
      '{"a": "b\n}',
      "line 1, column 7: this string is not closed on its line, or holds a backslash sequence that JSON does not know",
    ],
  ])("is refused for %s, with line and column", (_, text, problem) => {
    expect(readJsonText(text)).toEqual({ ok: false, problems: [problem] });
  });

  it("names the first twenty keys that stand twice, of very many", () => {
    const text = `{${Array.from({ length: 100_000 }, () => '"a":1').join(",")}}`;
    const read = readJsonText(text);
    expect(read.ok ? [] : read.problems).toHaveLength(20);
  });

  it("may not state a key twice in one object, but in two", () => {
    expect(readJsonText('{"a": 1,\n "\\u0061": 2}')).toEqual({
      ok: false,
      problems: ['line 2, column 2: the key "\\u0061" stands twice in one object'],
    });
    expect(readJsonText('[{"a": 1}, {"a": {"a": 2}}]').ok).toBe(true);
  });

  it("is refused when it is nested too deep for any file of ours", () => {
    expect(readJsonText("[".repeat(64) + "]".repeat(64)).ok).toBe(true);
    expect(readJsonText("[".repeat(65) + "]".repeat(65)).ok).toBe(false);
  });

  it("is refused when it is larger than a file of ours can be", () => {
    expect(readJsonText(`"${"a".repeat(1024 * 1024)}"`).ok).toBe(false);
  });

  it("may begin with a byte order mark", () => {
    expect(readJsonText('\uFEFF{"a": 1}')).toEqual({ ok: true, value: { a: 1 } });
  });
});
