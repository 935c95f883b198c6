import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { csvRecords } from "../../src/store/csv-records.ts";
import { herdbench } from "../support/herdbench.ts";
import { writePastRun } from "../support/past-runs.ts";
import { suiteFolder } from "../support/temporary.ts";

const cwd = suiteFolder();
const results = join(cwd, "results");

beforeAll(async () => {
  for (let day = 1; day <= 16; day += 1) {
    const at = `2026-11-${String(day).padStart(2, "0")}T02:00:00Z`;
    // A little from night to night, and half as much again from the tenth on.
    await writePastRun(results, { at, slower: (1 + (day % 3) / 100) * (day < 10 ? 1 : 1.5) });
  }
});

describe("herdbench history", () => {
  it("shows each figure run by run, and since when it is another one", async () => {
    const { code, stdout, stderr } = await herdbench(["history", "--metric", "ttft", "--scenario", "golden-chat"], {
      cwd,
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "herdbench: indexed 16 new or changed runs\n" });
    expect(stdout).toMatch(/^ttft p50_all, ms {2}golden-chat {2}poisson 4\/s {2}from laptop-fra$/m);
    expect(stdout).toMatch(
      /^ {2}sim-fast +[▁▂]{9}[▆▇█]{7} {2}last 3\d\d .*of 16 runs, night to night ±.* %, SIMULATED$/m,
    );
    expect(stdout).toMatch(/^ +since 2026-11-10T02:00Z 3\d\d, before 2\d\d \(\+\d+(\.\d)? %\)$/m);
  });

  it("has the same as JSON, for some days, with the hours of the week", async () => {
    const args = ["history", "--metric", "ttft.p95_all", "success_share", "--since", "2026-11-05", "--json"];
    const { stdout } = await herdbench([...args, "--target", "sim-fast"], { cwd });
    const { series } = JSON.parse(stdout) as {
      series: { metric: string; points: unknown[]; hoursOfWeek: unknown[] }[];
    };
    expect(series.map(({ metric }) => metric)).toEqual(["ttft", "success_share", "ttft", "success_share"]);
    expect(series.map(({ points }) => points.length)).toEqual([12, 12, 12, 12]);
    expect(series[2]!.hoursOfWeek).toHaveLength(7);
    const screen = await herdbench(["history", "--metric", "ttft", "--hour-of-week"], { cwd });
    expect(screen.stdout).toMatch(/^ +Mon ··[▁▂▃▄▅▆▇█]·{21}$/m);
  });

  it("answers SQL as a table, as CSV and as JSON", async () => {
    const sql =
      "SELECT scenario, max(value) AS worst, NULL AS none FROM summary WHERE metric = 'e2e' AND stat = 'max_all' GROUP BY 1 ORDER BY 1";
    const table = await herdbench(["history", "query", sql], { cwd });
    expect(table.stdout).toMatch(/^scenario +worst +none\ngolden-batch +inf\ngolden-chat +inf\n$/);
    const csv = await herdbench(["history", "query", sql, "--csv"], { cwd });
    expect(csv.stdout).toBe("scenario,worst,none\ngolden-batch,inf,\ngolden-chat,inf,\n");
    const json = await herdbench(["history", "query", sql, "--json"], { cwd });
    expect(JSON.parse(json.stdout)).toEqual([
      { scenario: "golden-batch", worst: "inf", none: null },
      { scenario: "golden-chat", worst: "inf", none: null },
    ]);
  });

  it("says what is wrong with a statement, a figure or a day, with code 2", async () => {
    for (const [args, text] of [
      [["query", "SELECT nothing FROM runs"], 'Referenced column "nothing" not found'],
      [["query", "DROP VIEW runs"], "the index can only be read"],
      [["--metric", "speed"], '--metric: no figure "speed"; one of ttft, '],
      [["--metric", "success_share.p50"], '--metric: no figure "success_share.p50"'],
      [["--since", "yesterday"], "must be a day such as"],
    ] as const) {
      const { code, stdout, stderr } = await herdbench(["history", ...args], { cwd });
      expect({ code, stdout, stderr }).toEqual({
        code: 2,
        stdout: "",
        stderr: expect.stringContaining(text) as string,
      });
    }
  });

  it("exports each table as CSV and as Parquet", async () => {
    const { code, stdout } = await herdbench(["history", "export", "--format", "csv", "--out", "out"], { cwd });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "out/runs.csv\nout/observations.csv\nout/summary.csv\n" });
    expect(csvRecords(readFileSync(join(cwd, "out", "runs.csv"), "utf8"))).toHaveLength(17);
    await herdbench(["history", "export", "--out", "out"], { cwd });
    expect(
      readFileSync(join(cwd, "out", "summary.parquet"))
        .subarray(0, 4)
        .toString(),
    ).toBe("PAR1");
  });

  it("makes the reports of a run that died before it had any", async () => {
    const at = "2026-11-17T02:00:00Z";
    const run = await writePastRun(results, { at, reports: false });
    const { stderr } = await herdbench(["history"], { cwd });
    expect(stderr).toContain(`herdbench: ${run}: summary.csv was missing, and was made again from the raw records\n`);
    expect(readFileSync(join(results, run, "report.html"), "utf8")).toContain("<html");
    rmSync(join(results, run), { recursive: true });
  });

  it("leaves what was measured again beside its night out of every series, and says so in its table", async () => {
    const study = { kind: "nightly", night: "2026-11-17", slot: 1, slots: 1, rerun: "the key had expired" } as const;
    const run = await writePastRun(results, { at: "2026-11-17T02:00:00Z", manifest: { study } });
    const { stdout } = await herdbench(["history", "--metric", "ttft", "--target", "sim-fast"], { cwd });
    expect(stdout).toContain("of 16 runs");
    const { stdout: told } = await herdbench(["history", "query", "SELECT rerun FROM runs WHERE rerun IS NOT NULL"], {
      cwd,
    });
    expect(told).toBe("rerun\nthe key had expired\n");
    rmSync(join(results, run), { recursive: true });
  });

  it("says so when there is nothing", async () => {
    const { code, stdout, stderr } = await herdbench(["history", "--result-dir", "empty"], { cwd });
    expect(existsSync(join(cwd, "empty"))).toBe(false);
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: "",
      stderr: "herdbench: no run in empty has such a figure\n",
    });
  });
});
