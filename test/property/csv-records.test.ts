import { stringify } from "csv-stringify/sync";
import fc from "fast-check";
import { expect, test } from "vitest";
import { csvRecords } from "../../src/store/csv-records.ts";

const cell = fc.string({ unit: fc.constantFrom("a", "1", " ", ",", '"', "\n", "\r\n", "é", "'") });

test("whatever a CSV writer writes is read back", () => {
  const table = fc
    .integer({ min: 2, max: 5 })
    .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { maxLength: 6 }));
  fc.assert(
    fc.property(table, fc.boolean(), (rows, ended) => {
      const text = stringify(rows, { record_delimiter: "\n" });
      expect(csvRecords(ended ? text : text.replace(/\n$/, ""))).toEqual(rows);
    }),
  );
});

test("a lone cell, an empty text, and lines that end as on Windows", () => {
  expect(csvRecords("")).toEqual([]);
  expect(csvRecords("a,b\r\n1,\r\n")).toEqual([
    ["a", "b"],
    ["1", ""],
  ]);
  expect(csvRecords('"a"\n')).toEqual([["a"]]);
  expect(csvRecords('a,"x\ny"\n')).toEqual([["a", "x\ny"]]);
});
