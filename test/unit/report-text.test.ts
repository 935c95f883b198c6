import fc from "fast-check";
import { expect, test } from "vitest";
import { columnsOf, cut, wrap } from "../../src/report/columns.ts";
import { decimal, interval, milliseconds, percent, plain, short, tally, usd } from "../../src/report/text.ts";

test("numbers for machines are plain, stable and never exponents", () => {
  const cases: [number | null, string][] = [
    [null, ""],
    [0, "0"],
    [-0, "0"],
    [120, "120"],
    [61.25, "61.25"],
    [1 / 3, "0.333333"],
    [0.1 + 0.2, "0.3"],
    [0.00000123456789, "0.00000123457"],
    [1e-12, "0.000000000001"],
    [1234567.1234567, "1234567.123457"],
    [1e21, "1000000000000000000000"],
    [-1.5, "-1.5"],
    [-1e-200, "0"],
    [Infinity, "inf"],
    [-Infinity, "-inf"],
    [Number.NaN, ""],
  ];
  for (const [value, text] of cases) expect(decimal(value), String(value)).toBe(text);
});

test("any number is read back within six digits, without an exponent", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }), (value) => {
      const text = decimal(value);
      expect(text).toMatch(/^-?\d+(\.\d*[1-9])?$/);
      if (Math.abs(value) > 1e-90) expect(Math.abs(Number(text) - value)).toBeLessThanOrEqual(Math.abs(value) * 5.1e-6);
    }),
  );
});

test("milliseconds always have three decimals, and Infinity is inf", () => {
  expect([212, 0.0004, -0.0001, 1.23456, Infinity, null].map(milliseconds)).toEqual([
    "212.000",
    "0.000",
    "0.000",
    "1.235",
    "inf",
    "",
  ]);
});

test("numbers for people have three digits", () => {
  expect([1234.5, 212.345, 61.23, 3.408, 0.8, 0.00042, 0, Infinity, null].map(short)).toEqual([
    "1235",
    "212",
    "61.2",
    "3.41",
    "0.8",
    "0.00042",
    "0",
    "inf",
    "-",
  ]);
});

test("a share just under one is never shown as 100 %, nor one just over none as 0 %", () => {
  expect([1, 0.9999, 0.8833, 0.0001, 0, null].map(percent)).toEqual(["100", "99.9", "88.3", "0.1", "0", "-"]);
});

test("intervals with a negative end are joined by a word, not by a second dash", () => {
  expect(interval(205, 220)).toBe("205-220");
  expect(interval(-5, 12)).toBe("-5 to 12");
  expect(interval(205, Infinity)).toBe("205-inf");
  expect(interval(null, 3)).toBe("");
});

test("money has cents, and more digits below ten of them", () => {
  expect([0, 1, 0.61, 12.3, 0.00423, Infinity].map(usd)).toEqual(["$0", "$1", "$0.61", "$12.30", "$0.0042", "$inf"]);
});

test("a tally puts the largest first and leaves out zeros", () => {
  expect(tally({ overloaded: 5, truncated: 9, network: 0, auth: 5 })).toBe("9 truncated, 5 auth, 5 overloaded");
});

test("plain text cannot move a cursor, turn the direction or hide", () => {
  expect(plain("a\u001b[31mred\u001b[0m\r\nb\u202Eevil\u2066\u200B\u{E0041}\u009bc\ud800")).toBe(
    "a [31mred [0m b evil c",
  );
});

test("cutting and wrapping keep to the columns, counting wide characters twice", () => {
  expect(cut("sim-very-long-name", 8)).toBe("sim-ver…");
  expect(columnsOf(cut("模型模型模型", 6))).toBeLessThanOrEqual(6);
  expect(wrap("one two three", 7)).toEqual(["one two", "three"]);
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 4, max: 80 }), (text, columns) => {
      for (const line of wrap(text, columns)) expect(columnsOf(line)).toBeLessThanOrEqual(columns);
    }),
  );
});
