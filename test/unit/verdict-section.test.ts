import { expect, test } from "vitest";
import { verdictSection } from "../../src/report/verdicts.ts";
import { VERDICT } from "../support/analysis.ts";
import { times } from "../support/measured.ts";

test("a family too long to read shows its leaders first, and says how many more there are", () => {
  const shy = { ...VERDICT, leader: null };
  const { table, text } = verdictSection("Verdicts", [...times(120, () => shy), VERDICT]);
  expect(table.rows).toHaveLength(100);
  expect(table.rows[0]).toContain("sim-fast");
  expect(table.rows[1]).toContain("none shown");
  expect(text).toContain("Of 121 comparisons the leader is sim-fast in 1; no difference shown in 120.");
  expect(text).toContain("21 more verdicts: see report.json.");
  expect(verdictSection("Verdicts", [shy, VERDICT]).table.rows.map((row) => row[3])).toEqual([
    "none shown",
    "sim-fast",
  ]);
});
