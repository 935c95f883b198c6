import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { RunRecord } from "../../src/core/run.ts";
import { reportJson } from "../../src/report/json.ts";
import { reportJsonSchema, reportSchema } from "../../src/report/report-schema.ts";
import { goldenReports } from "../support/golden-files.ts";
import { analysisOf } from "../support/measured.ts";
import { pageRecord } from "../support/page-record.ts";
import { sweepRecord } from "../support/queue-record.ts";

test("the published schema of report.json is made from the code", () => {
  const text = readFileSync(new URL("../../src/report/report.schema.json", import.meta.url), "utf8");
  expect(text, "regenerate with: node test/support/write-schemas.ts").toBe(reportJsonSchema());
});

function swept(): RunRecord {
  const record = sweepRecord({
    server: { places: 4, serviceMs: 400 },
    by: "rate",
    loads: [2, 6],
    requests: 60,
    seed: 1,
  });
  return { ...record, manifest: { ...record.manifest, study: { kind: "sweep", scenario: "open", by: "rate" } } };
}

test.each([
  ["the frozen run", async () => (await goldenReports())["report.json"]!],
  [
    "a run with carbon estimates, verdicts and failures",
    () => reportJson(analysisOf(pageRecord({ targets: 3, scenarios: 1, requests: 40, names: [] }))),
  ],
  ["a sweep", () => reportJson(analysisOf(swept()))],
])("report.json of %s keeps to it, with all members", async (_, made) => {
  const report: unknown = JSON.parse(await made());
  expect(reportSchema.safeParse(report).error).toBeUndefined();
  expect(reportSchema.safeParse({ ...(report as object), groups: [{}] }).success).toBe(false);
  expect(reportSchema.safeParse({ ...(report as object), unknown: 1 }).success).toBe(false);
});
