import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startSimulator, type Simulator } from "../../src/simulator/server.ts";
import { readRun } from "../../src/store/read.ts";
import { parseCsv } from "../support/csv-parser.ts";
import { herdbench, orInvalid } from "../support/herdbench.ts";
import { INSTANT } from "../support/simulator-client.ts";
import { temporaryFolder } from "../support/temporary.ts";

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({
    seed: 1,
    profiles: { alive: INSTANT, locked: { ...INSTANT, apiKey: "planted" } },
  });
});
afterAll(() => simulator.close());

it("a run says what it cannot blame on a target before it sends, and stops a target that lets nobody in", async () => {
  const cwd = temporaryFolder();
  const target = (id: string, more: object) => ({
    id,
    provider: "openai-compatible",
    model: "llama-3.1-405b-instruct",
    baseUrl: `${simulator.url}/${id}/v1`,
    ...more,
  });
  const targets = [target("alive", { limits: { requestsPerMinute: 10 } }), target("locked", {})];
  await writeFile(join(cwd, "herdbench.json"), JSON.stringify({ targets, maxCostUsd: "none" }));
  const load = [
    "--num-prompts",
    "12",
    "--max-concurrency",
    "1",
    "--num-warmups",
    "1",
    "--input-len",
    "40",
    "--output-len",
    "4",
  ];
  const { code, stdout, stderr } = await herdbench(["run", ...load], { cwd });
  expect(code).toEqual(orInvalid(3));
  expect(stderr).toContain("alive: its account may take 10 requests a minute (by its limits in the config)");
  expect(stderr).toContain("locked stopped after 5 failures in a row, the last one auth (invalid_api_key)");
  const screen = stdout.replace(/\s+/g, " ");
  expect(screen).toContain("inf 12 of 12 locked requests failed: 8 held back, 4 auth");
  expect(screen).toContain("quota alive: its account may take 10 requests a minute");
  expect(screen).toContain(
    "stopped locked after 5 failures in a row, the last one auth (invalid_api_key); 8 not started",
  );

  const folder = join(cwd, "results", (await readdir(join(cwd, "results")))[0]!);
  const { manifest } = await readRun(folder);
  expect(manifest.quotas).toMatchObject([{ target: "alive", limit: 10, need: 12, source: "config" }]);
  expect(manifest.end!.stops).toMatchObject([{ target: "locked", failures: 5, kind: "auth", resumedUs: null }]);
  const [header, ...rows] = parseCsv(await readFile(join(folder, "comparison.csv"), "utf8"));
  const cells = (name: string) => rows.map((row) => row[header!.indexOf(name)]);
  expect(cells("target")).toEqual(["alive", "locked"]);
  expect(cells("failed")).toEqual(["0", "12"]);
  expect(cells("success_pct")).toEqual(["100", "0"]);
  expect(cells("flags").map((flags) => flags!.split(";").includes("quota_limited"))).toEqual([true, false]);
  expect(cells("flags").map((flags) => flags!.split(";").includes("breaker"))).toEqual([false, true]);
});
