import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { verdictJsonSchema, verdictSchema } from "../../src/report/verdict-schema.ts";
import { goldenReports } from "../support/golden-files.ts";

test("the published schema of a verdict is made from the code", () => {
  const text = readFileSync(new URL("../../src/report/verdict.schema.json", import.meta.url), "utf8");
  expect(text, "regenerate with: node test/support/write-schemas.ts").toBe(verdictJsonSchema());
});

test("every verdict of report.json keeps to it, with all members", async () => {
  const { verdicts } = JSON.parse((await goldenReports())["report.json"]!) as { verdicts: unknown[] };
  expect(verdicts.length).toBeGreaterThan(5);
  for (const verdict of verdicts) expect(verdictSchema.safeParse(verdict).error).toBeUndefined();
});
