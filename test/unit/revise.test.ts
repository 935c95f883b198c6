import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parsePrices } from "../../src/scenario/price.ts";
import { parseCsv } from "../support/csv-parser.ts";
import { GOLDEN_RUN } from "../support/golden-files.ts";
import { herdbench } from "../support/herdbench.ts";
import { temporaryFolder } from "../support/temporary.ts";

const PRICES = { "sim-fast": { inputUsdPerMtok: 7, outputUsdPerMtok: 7, asOf: "2026-11-20", source: "new list" } };

/** A copy of the frozen run with its reports, and prices beside it. */
async function goldenCopy(prices: object): Promise<string> {
  const cwd = temporaryFolder();
  cpSync(GOLDEN_RUN, join(cwd, "run"), { recursive: true });
  writeFileSync(join(cwd, "prices.json"), JSON.stringify(prices));
  expect((await herdbench(["report", "run", "--quiet"], { cwd })).code).toBe(0);
  return cwd;
}

/** Every file below a folder, with its bytes. */
const contents = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => [join(entry.parentPath, entry.name), readFileSync(join(entry.parentPath, entry.name), "base64")]),
  );

test("a revision is a folder beside the old files, the same on each call, and changes none of them", async () => {
  const cwd = await goldenCopy(PRICES);
  const run = join(cwd, "run");
  const before = contents(run);
  const args = ["report", "run", "--revise", "--prices", "prices.json"];
  const first = await herdbench(args, { cwd });
  expect(first).toMatchObject({ code: 0, stderr: "" });
  expect(first.stdout).toMatch(/^herdbench 0\.1 {2}SIMULATED .*VALID {2}REVISED$/m);
  expect(first.stdout).toMatch(/at revised prices$/m);
  const after = contents(run);
  for (const [path, bytes] of Object.entries(before)) expect(after[path], path).toBe(bytes);
  const [name, ...more] = readdirSync(run).filter((entry) => entry.startsWith("revised-"));
  expect(more).toEqual([]);
  expect(readdirSync(join(run, name!)).toSorted()).toEqual(
    ["comparison.csv", "report.html", "report.json", "report.md", "revision.json", "summary.csv"].toSorted(),
  );
  await herdbench([...args, "--quiet"], { cwd });
  expect(contents(run)).toEqual(after);

  const cells = (file: string): Record<string, string>[] => {
    const [head, ...rows] = parseCsv(readFileSync(file, "utf8"));
    return rows
      .filter(({ length }) => length > 1)
      .map((row) => Object.fromEntries(head!.map((column, i) => [column, row[i]!])));
  };
  const [was, is] = [cells(join(run, "comparison.csv")), cells(join(run, name!, "comparison.csv"))];
  expect(Number(is[0]!["usd_per_m_tokens"])).toBeCloseTo(2 * Number(was[0]!["usd_per_m_tokens"]), 5);
  expect(is[1]!["usd_per_m_tokens"]).toBe(was[1]!["usd_per_m_tokens"]);
  // The frozen run names no carbon model; a revision estimates by today's.
  expect([was[0]!["gco2e_per_1k_output"], is[0]!["gco2e_per_1k_output"]]).toEqual(["", expect.stringMatching(/^\d/)]);
  expect(is[0]!["flags"]!.split(";")).toContain("revised");
  for (const column of ["ttft_ms_p95", "goodput_pct", "token_ratio"]) expect(is[0]![column]).toBe(was[0]![column]);
  expect(readFileSync(join(run, name!, "report.md"), "utf8")).toMatch(
    /revised [0-9a-f]{12}: other prices for sim-fast, carbon-model 1\.0 \(the run names none\)/,
  );
});

test("a file of prices is refused with every reason", async () => {
  const wrong = { "sim-fast": { inputUsdPerMtok: -1, outputUsdPerMtok: 7, asOf: "2026-11-20" } };
  const cwd = await goldenCopy(wrong);
  const refused = await herdbench(["report", "run", "--revise", "--prices", "prices.json"], { cwd });
  expect(refused).toMatchObject({
    code: 2,
    stderr: "herdbench: prices.json: sim-fast.inputUsdPerMtok: must be at least 0, is -1\n",
  });
  expect(readdirSync(join(cwd, "run")).filter((name) => name.startsWith("revised-"))).toEqual([]);
  const alone = await herdbench(["report", "run", "--prices", "prices.json"], { cwd });
  expect(alone).toMatchObject({ code: 2, stderr: expect.stringContaining("needs --revise") as string });
  const gone = await herdbench(["report", "run", "--revise", "--prices", "none.json"], { cwd });
  expect(gone).toMatchObject({ code: 2, stderr: "herdbench: none.json: no such file\n" });
});

test("a price for a target that the run has not got is a mistake, and nobody's price is changed", () => {
  const stranger = { stranger: { usdPerReplicaHour: 40, replicas: 1, asOf: "2026-11-20" } };
  expect(parsePrices(JSON.stringify({ ...PRICES, ...stranger }), ["sim-fast", "sim-flaky"])).toEqual({
    ok: false,
    problems: ["stranger: is no target here; the targets are sim-fast, sim-flaky"],
  });
});
