import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { publishSite } from "../../src/report/site/publish.ts";
import { writePastRun } from "../support/past-runs.ts";
import { temporaryFolder } from "../support/temporary.ts";

async function firstPage(resultsDir: string): Promise<string> {
  const outDir = join(resultsDir, "..", "site");
  await publishSite({ resultsDir, outDir, policy: { terms: new Map(), included: [] }, siteUrl: null });
  return readFileSync(join(outDir, "index.html"), "utf8");
}

it("the ranking says what n, lengths and limits its figures have, and has no column that is empty in every row", async () => {
  const results = join(temporaryFolder(), "results");
  const path = join(results, await writePastRun(results, { at: "2026-11-01T02:00:00Z" }), "comparison.csv");
  const [header = "", ...lines] = readFileSync(path, "utf8").split("\n");
  const region = header.split(",").indexOf("region");
  const nowhere = lines.map((line) => (line === "" ? "" : line.split(",").with(region, "").join(",")));
  writeFileSync(path, [header, ...nowhere].join("\n"));
  const page = await firstPage(results);
  expect(page).toMatch(/<p>\S+ tok.* \(input&gt;output\); (?:good within|no limit).*No difference is shown between/);
  expect(page).toMatch(/<th scope="col" class="n">rank<\/th><th scope="col" class="n">n<\/th>/);
  expect(page).not.toContain(">region</th>");
});

it("a target that is gone has the day of its last answer", async () => {
  const results = join(temporaryFolder(), "results");
  await writePastRun(results, { at: "2026-11-02T02:00:00Z" });
  const gone = await writePastRun(results, { at: "2026-11-03T02:00:00Z" });
  for (const file of ["comparison.csv", "summary.csv"]) {
    const path = join(results, gone, file);
    const left = readFileSync(path, "utf8").split("\n");
    writeFileSync(path, left.filter((line) => !line.includes(",sim-flaky,")).join("\n"));
  }
  const page = await firstPage(results);
  expect(page).toContain('<a href="targets/sim-flaky.html">sim-flaky</a> last answered on 2026-11-02</li>');
  expect(page).toContain('<a href="targets/sim-fast.html">sim-fast</a></li>');
});
