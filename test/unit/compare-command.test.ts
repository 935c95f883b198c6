import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { verdictSchema } from "../../src/report/verdict-schema.ts";
import { GOLDEN_RUN } from "../support/golden-files.ts";
import { parseCsv } from "../support/csv-parser.ts";
import { herdbench } from "../support/herdbench.ts";
import { temporaryFolder } from "../support/temporary.ts";

/** A results folder with copies of the frozen run that began at these times. */
function runsAt(startedAt: Readonly<Record<string, string>>): string {
  const cwd = temporaryFolder();
  for (const [name, at] of Object.entries(startedAt)) {
    const folder = join(cwd, "results", name);
    cpSync(GOLDEN_RUN, folder, { recursive: true });
    const path = join(folder, "manifest.json");
    const manifest = JSON.parse(readFileSync(path, "utf8")) as object;
    writeFileSync(path, JSON.stringify({ ...manifest, runId: name, startedAt: at }));
  }
  return cwd;
}

/** Gives each attempt a connection of its own: few of them can show nothing. */
function aloneEach(folder: string): void {
  const path = join(folder, "observations.ndjson.gz");
  const lines = gunzipSync(readFileSync(path)).toString().trim().split("\n");
  const alone = lines.map((line, id) => {
    const observation = JSON.parse(line) as { connection: object | null };
    const connection = observation.connection === null ? null : { ...observation.connection, id };
    return `${JSON.stringify({ ...observation, connection })}\n`;
  });
  writeFileSync(path, gzipSync(alone.join("")));
}

const AT = "2026-11-23T18:49:38.000Z";

describe("herdbench compare", () => {
  it("compares two targets of a run, and says how far that goes", async () => {
    const { code, stdout, stderr } = await herdbench(["compare", "sim-fast", "sim-flaky", "--run", "one"], {
      cwd: runsAt({ one: AT }),
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("compare one  SIMULATED");
    expect(stdout).toContain("in this window: what holds for these minutes");
    expect(stdout).toMatch(/^golden-chat +ttft p50 ms +sim-fast +sim-flaky +none shown +[\d.]+ +[\d.]+-[\d.]+ +80 /m);
    expect(stdout).toMatch(/\d of \d+ show a difference at p < 0.05 after Holm's correction over \d+/);
  });

  it("prints the same as JSON by the published schema, and as CSV", async () => {
    const cwd = runsAt({ one: AT });
    const [json, csv] = await Promise.all(
      ["--json", "--csv"].map(async (form) => (await herdbench(["compare", "one", form], { cwd })).stdout),
    );
    const { verdicts, scope, refused } = JSON.parse(json!) as { verdicts: object[]; scope: string; refused: null };
    expect({ scope, refused }).toEqual({ scope: "window", refused: null });
    for (const verdict of verdicts) expect(verdictSchema.safeParse(verdict).error).toBeUndefined();
    const [header, ...rows] = parseCsv(csv!);
    expect(rows).toHaveLength(verdicts.length);
    expect(header!.slice(0, 6)).toEqual(["schema_version", "runs", "simulated", "scope", "scenario", "metric"]);
  });

  it("finds no difference between a run and itself, and fails on none", async () => {
    const cwd = runsAt({ one: AT, two: AT });
    const { code, stdout } = await herdbench(["compare", "one", "two", "--fail-on-regression"], { cwd });
    expect(code).toBe(0);
    expect(stdout).toContain("between two windows: what differs can be the target or the time");
    expect(stdout).toContain("one sim-fast");
    expect(stdout).toContain("0 of ");
  });

  it("fails on a second run that is worse, and only then", async () => {
    const cwd = runsAt({ one: AT, two: AT });
    for (const name of ["one", "two"]) aloneEach(join(cwd, "results", name));
    const path = join(cwd, "results", "two", "manifest.json");
    const manifest = JSON.parse(readFileSync(path, "utf8")) as { targets: { price: object }[] };
    const dearer = manifest.targets.map((target) => ({ ...target, price: { ...target.price, outputUsdPerMtok: 70 } }));
    writeFileSync(path, JSON.stringify({ ...manifest, targets: dearer }));
    const worse = await herdbench(["compare", "one", "two", "--fail-on-regression"], { cwd });
    expect(worse.code).toBe(1);
    expect(worse.stderr).toContain(
      "--fail-on-regression cost_per_1k_good value of golden-chat: two sim-fast is worse than one sim-fast",
    );
    expect((await herdbench(["compare", "one", "two"], { cwd })).code).toBe(0);
    expect((await herdbench(["compare", "two", "one", "--fail-on-regression"], { cwd })).code).toBe(0);
  });

  it("refuses a verdict to buy on below 7 days x 8 slots, and says what is missing", async () => {
    const { code, stdout } = await herdbench(["compare", "one", "two", "--buy"], {
      cwd: runsAt({ one: AT, two: "2026-11-24T00:10:00.000Z" }),
    });
    expect(code).toBe(0);
    expect(stdout).toContain("no verdict to buy on: it takes 7 days x 8 slots, these runs have 2 slots on 2 days");
    expect(stdout).toContain("missing: 00-03 UTC on 6 more days, 03-06 UTC on 7 more days");
  });

  it.for([
    [["a", "b"], 'no run and no target "a"; the targets there are sim-fast, sim-flaky'],
    [["sim-fast"], "compare: name runs, or two targets of one run; no run is called sim-fast in results"],
    [["one", "nope"], "not a run folder"],
    [["one", "--targets", "sim-fast,other"], 'no run and no target "other"'],
    [["one", "--scenario", "other"], '--scenario: "other" is not in there; golden-chat, golden-batch are'],
    [["one", "--fail-on-regression"], "--fail-on-regression: needs two runs"],
    [["one", "--fail-on", "speed p50 > 1"], '--fail-on "speed p50 > 1": no metric "speed"'],
  ] as const)("names the mend of %s", async ([args, message]) => {
    const { code, stderr } = await herdbench(["compare", ...args, ...(args[0] === "one" ? [] : ["--run", "one"])], {
      cwd: runsAt({ one: AT }),
    });
    expect({ code, said: stderr.includes(message) ? message : stderr }).toEqual({ code: 2, said: message });
  });
});
