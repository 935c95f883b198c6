import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Analysis } from "../../src/measure/analysis.ts";
import { PROFILES } from "../../src/simulator/profile.ts";
import { startSimulator, type Simulator } from "../../src/simulator/server.ts";
import { readRun } from "../../src/store/read.ts";
import { geometric, levelOf } from "../../src/study/levels.ts";
import type { Load } from "../../src/core/load.ts";
import { loadScenario } from "../../src/registry.ts";
import { NO_FLAGS } from "../support/load-flags.ts";
import { herdbench, orInvalid } from "../support/herdbench.ts";
import { temporaryFolder } from "../support/temporary.ts";

/** Three at once, each in some 85 ms. */
const NARROW = {
  ...PROFILES["sim-fast"],
  ttft: { baseMs: 30, perInputTokenMs: 0, sigma: 0 },
  interEvent: { meanMs: 5, sigma: 0 },
  capacity: 3,
};

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ seed: 1, profiles: { narrow: NARROW } });
});
afterAll(() => simulator.close());

const SHAPE = ["--input-len", "40", "--output-len", "12"];

function sweep(args: readonly string[], cwd: string): ReturnType<typeof herdbench> {
  return herdbench(["sweep", "--base-url", `${simulator.url}/narrow/v1`, ...SHAPE, ...args], { cwd });
}

describe("herdbench sweep", () => {
  it("is one run whose scenarios are the levels, with their sweep in every report", async () => {
    const cwd = temporaryFolder();
    const { code, stdout } = await sweep(["--max-concurrency", "1,3,9", "--num-prompts", "60"], cwd);
    expect(code).toEqual(orInvalid(0));
    expect(stdout).toContain("sweep of custom  3 levels x 1 target");
    const [name] = await readdir(join(cwd, "results"));
    expect(name).toMatch(/-sweep$/);
    const folder = join(cwd, "results", name!);
    expect(await readdir(folder)).toContain("sweep.csv");
    const { manifest, observations } = await readRun(folder);
    expect(manifest.study).toEqual({ kind: "sweep", scenario: "custom", by: "concurrency" });
    expect(
      manifest.scenarios.map(({ scenario: { id, load } }) => [id, load.kind === "closed" ? load.maxConcurrency : null]),
    ).toEqual([1, 3, 9].map((load) => [`custom@${load}`, load]));
    expect(observations).toHaveLength(180);
    // Built again from disk, byte for byte.
    const again = await herdbench(["report", name!, "--json"], { cwd });
    const { sweep: found } = JSON.parse(again.stdout) as Pick<Analysis, "sweep">;
    expect(found!.targets[0]!.levels.map(({ load }) => load)).toEqual([1, 3, 9]);
    expect(found!.targets[0]!.knee).toMatchObject({ load: expect.any(Number), loadLow: expect.any(Number) });
  });
  it("holds one budget over all levels", async () => {
    const cwd = temporaryFolder();
    const { code } = await sweep(["--max-concurrency", "1,2", "--num-prompts", "20", "--max-requests", "25"], cwd);
    expect(code).toBe(5);
    const [name] = await readdir(join(cwd, "results"));
    const { observations } = await readRun(join(cwd, "results", name!));
    expect(observations.filter(({ outcome }) => outcome === "completed")).toHaveLength(25);
  });
  it("says what all levels can cost together, and sends nothing", async () => {
    const args = ["--request-rate", "1..4", "--duration", "10", "--price", "1,1", "--dry-run", "--json"];
    const { code, stdout } = await sweep(args, temporaryFolder());
    const { rows, total } = JSON.parse(stdout) as {
      readonly rows: readonly { readonly scenario: string; readonly requests: number }[];
      readonly total: { readonly requests: number };
    };
    expect(code).toBe(0);
    expect(rows.map(({ scenario }) => scenario)).toEqual(["custom@1/s", "custom@2/s", "custom@4/s"]);
    expect(total.requests).toBe(rows.reduce((sum, { requests }) => sum + requests, 0));
    expect(simulator.stats().inFlight).toBe(0);
  });
  it("searches for the highest rate that meets the objective, and cannot be resumed", async () => {
    const cwd = temporaryFolder();
    // 35 answers a second at most.
    const args = ["--search", "slo", "--request-rate", "10..80", "--goodput", "e2e:250", "--num-prompts", "60"];
    const { code, stdout } = await sweep([...args, "--levels", "4", "--precision", "30%"], cwd);
    expect(code).toEqual(orInvalid(0));
    expect(stdout).toMatch(/search of custom {2}\d levels x 1 target/);
    const [name] = await readdir(join(cwd, "results"));
    const { manifest } = await readRun(join(cwd, "results", name!));
    expect(manifest.study).toMatchObject({ kind: "search", scenario: "custom", startPerSecond: 28.3 });
    const again = await herdbench(["report", name!, "--json"], { cwd });
    const { sweep: found } = JSON.parse(again.stdout) as Pick<Analysis, "sweep">;
    const [target] = found!.found!;
    expect(target!.probes.map(({ scenario }) => scenario)).toEqual(
      manifest.scenarios.map(({ scenario }) => scenario.id),
    );
    expect(target!.probes.every(({ verdict }) => verdict !== "undecided")).toBe(true);
    const resumed = await herdbench(["resume", name!], { cwd });
    expect({ code: resumed.code, stderr: resumed.stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining("is a search, which goes by what it has just seen: start it again"),
    });
  });
  it("says what a search can cost at the most", async () => {
    const args = ["--search", "slo", "--request-rate", "1..4", "--preset", "mlperf-interactive", "--dry-run", "--json"];
    const { stdout } = await sweep(args, temporaryFolder());
    const { rows } = JSON.parse(stdout) as {
      readonly rows: readonly { readonly scenario: string; readonly requests: number }[];
    };
    // p99 with up to two misses takes 838 requests.
    expect(rows[0]!.scenario).toBe("custom@2/s");
    expect(new Set(rows.map(({ requests }) => requests))).toEqual(new Set([838]));
  });
  it.for([
    [["--search", "slo", "--num-prompts", "43"], "--num-prompts: no level of under 44 requests shows p90"],
    [["--search", "slo", "--request-rate", "1,2"], "--request-rate: a search takes a range such as 1..64"],
    [["--search", "slo", "--precision", "0"], "--precision: must be above 0"],
    [["--precision", "5%"], "--precision: needs --search slo"],
    [["--request-rate", "4,2"], "must be loads above 0, each above the one before"],
    [["--request-rate", "1,2", "--max-concurrency", "1,2"], "--max-concurrency: one number beside --request-rate"],
    [["--request-rate", "1,2", "--levels", "3"], "--levels: needs a range such as 1..16, not a list"],
    [["--max-concurrency", "1.5,2"], "--max-concurrency: must be a whole number"],
    [["--max-concurrency", "1,2", "--arrival", "constant"], "--arrival: needs --request-rate"],
    [["--preset", "mlperf-server", "--goodput", "ttft:1"], "--preset: sets the limits, and so does --goodput"],
  ] as const)("names the mend of %s", async ([args, message]) => {
    const { code, stderr } = await sweep(args, temporaryFolder());
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) });
  });
});

describe("the levels of a sweep", () => {
  it("of a range lie a factor apart, doubling unless told otherwise", () => {
    expect(geometric(1, 16, null, "rate")).toEqual([1, 2, 4, 8, 16]);
    expect(geometric(1, 100, 3, "rate")).toEqual([1, 10, 100]);
    expect(geometric(1, 10, 4, "rate")).toEqual([1, 2.15, 4.64, 10]);
    expect(geometric(1, 4, 8, "concurrency")).toEqual([1, 2, 3, 4]);
  });
  it("keep everything of their scenario but load, length and name", async () => {
    const { scenario } = await loadScenario("quick-chat");
    const rate = levelOf(scenario, "rate", 2, NO_FLAGS);
    const inFlight = levelOf(scenario, "concurrency", 20, NO_FLAGS);
    expect(rate).toMatchObject({
      ok: true,
      scenario: {
        id: "quick-chat@2/s",
        load: { kind: "open", arrival: "poisson", ratePerSecond: 2, maxInFlight: 64 },
        stop: { requests: null, durationMs: 60_000 },
        prompt: scenario.prompt,
        slo: scenario.slo,
        warmups: 2,
      },
    });
    expect(inFlight).toMatchObject({
      ok: true,
      scenario: {
        id: "quick-chat@20",
        load: { kind: "closed", maxConcurrency: 20, rampUpMs: 0, thinkTime: null },
        stop: { requests: 200, durationMs: null },
      },
    });
  });
  it("are of one rate each: a scenario whose rate changes says how to get one", async () => {
    const { scenario } = await loadScenario("quick-chat");
    const load: Load = {
      kind: "open",
      arrival: "steps",
      ratePerSecond: 1,
      factors: [1, 4],
      burstiness: 0.5,
      maxInFlight: 9,
    };
    const burst = { ...scenario, load };
    expect(levelOf(burst, "rate", 2, NO_FLAGS)).toEqual({
      ok: false,
      problems: ["quick-chat: its rate changes (steps), and a level has one: add --arrival poisson, constant or gamma"],
    });
    expect(levelOf(burst, "rate", 2, { ...NO_FLAGS, arrival: "gamma", burstiness: 0.5 })).toMatchObject({
      ok: true,
      scenario: { load: { kind: "open", arrival: "gamma", ratePerSecond: 2, burstiness: 0.5, maxInFlight: 9 } },
    });
    expect(levelOf(burst, "concurrency", 2, NO_FLAGS)).toMatchObject({ ok: true });
  });
});
