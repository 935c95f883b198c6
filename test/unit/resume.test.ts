import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunRecord } from "../../src/core/run.ts";
import { analyse } from "../../src/measure/analyse.ts";
import { identityProblems } from "../../src/measure/counts.ts";
import { PROFILES } from "../../src/simulator/profile.ts";
import { startSimulator, type Simulator } from "../../src/simulator/server.ts";
import { readRun } from "../../src/store/read.ts";
import { herdbench, orInvalid, startHerdbench, type Ended } from "../support/herdbench.ts";
import { temporaryFolder } from "../support/temporary.ts";

const KEY = "not-a-real-key-4f3a9";
const FAST = {
  ...PROFILES["sim-fast"],
  ttft: { baseMs: 5, perInputTokenMs: 0, sigma: 0 },
  interEvent: { meanMs: 1, sigma: 0 },
};

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({
    seed: 1,
    profiles: {
      fast: FAST,
      slow: { ...FAST, ttft: { baseMs: 300, perInputTokenMs: 0, sigma: 0 } },
      locked: { ...FAST, ttft: { baseMs: 300, perInputTokenMs: 0, sigma: 0 }, apiKey: KEY },
    },
  });
});
afterAll(() => simulator.close());

const LOAD = ["--num-prompts", "12", "--max-concurrency", "2", "--input-len", "40", "--output-len", "12"];

function runArgs(profile: string, ...more: readonly string[]): string[] {
  return ["run", "--base-url", `${simulator.url}/${profile}/v1`, ...LOAD, ...more];
}

async function onlyRun(cwd: string): Promise<RunRecord> {
  const [name] = await readdir(join(cwd, "results"));
  return readRun(join(cwd, "results", name!));
}

/** How often each prompt of a run reached the server. */
function receivedOf({ observations }: RunRecord): readonly number[] {
  const hashes = observations.flatMap(({ request }) => request.promptHash ?? []);
  return hashes.map((hash) => simulator.ledger().filter(({ promptHash }) => promptHash === hash).length);
}

/** Starts a run, lets it send for a while, ends it by a signal. */
async function endedBy(
  signal: NodeJS.Signals,
  args: readonly string[],
  options: { cwd: string; env?: NodeJS.ProcessEnv },
): Promise<Ended> {
  const running = startHerdbench(args, options);
  await running.sees("requests to each of");
  await new Promise((resolve) => setTimeout(resolve, 800));
  running.child.kill(signal);
  return running.ended;
}

describe("a run that was stopped at its cap", () => {
  it("goes on under another one, which counts what was spent before", async () => {
    const cwd = temporaryFolder();
    // (40 + 4 + 64) x $10 + 12 x $10 per million are $0.0012 at most.
    const stopped = await herdbench(runArgs("fast", "--price", "10,10", "--max-cost", "0.003"), { cwd });
    const before = await onlyRun(cwd);
    expect(stopped.code).toBe(5);
    expect(before.manifest.end!.capsReached).toHaveLength(1);
    const { billed, kept, inFlight, next, limit } = before.manifest.end!.capsReached[0]!;
    expect({ kept, next, limit }).toEqual({ kept: 0, next: 0.0012, limit: 0.003 });
    expect(billed + inFlight + next).toBeGreaterThan(0.003);
    expect(stopped.stdout.replace(/\s+/g, " ")).toContain("the run stopped at its cap of $0.003: $");
    expect(stopped.stdout.replace(/\s+/g, " ")).toMatch(/\+ \$0\.0012 for the next call = \$0\.0\d+ /);
    expect(stopped.stdout).toContain("--max-cost USD");

    const same = await herdbench(["resume", "LAST", "--quiet", "--max-cost", "0.002"], { cwd });
    expect(same.code).toBe(5);
    expect((await onlyRun(cwd)).observations.filter(({ stamps }) => stamps.sent !== null)).toEqual(
      before.observations.filter(({ stamps }) => stamps.sent !== null),
    );

    const more = await herdbench(["resume", "LAST", "--max-cost", "0.01"], { cwd });
    const after = await onlyRun(cwd);
    expect(more.code).toEqual(orInvalid(0));
    expect(more.stdout).toContain("in 3 parts");
    expect(more.stdout).toContain("of $0.01 cap");
    expect(after.manifest).toMatchObject({ maxCostUsd: 0.01, end: { reason: "complete", capsReached: [] } });
    expect(after.observations).toHaveLength(12);
    expect(receivedOf(after)).toEqual(Array.from({ length: 12 }, () => 1));
    // Part by part: what a later process sent lies after its start, and that after everything before it.
    const sentUs = after.observations.map(({ stamps }) => stamps.sent!);
    const startsUs = after.manifest.resumed.map(({ startUs }) => startUs);
    expect(sentUs.filter((at) => at < startsUs[0]!)).toEqual(
      before.observations.flatMap(({ stamps }) => stamps.sent ?? []),
    );
    expect(sentUs.filter((at) => at > startsUs[0]! && at < startsUs[1]!)).toEqual([]);

    const again = await herdbench(["resume", "LAST"], { cwd });
    expect({ code: again.code, stderr: again.stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(/is complete, nothing is missing: .*herdbench report/) as string,
    });
  });
});

describe("a run that was interrupted", () => {
  it("sends what had not left, and not again what was cancelled", async () => {
    const cwd = temporaryFolder();
    const env = { MY_KEY: KEY };
    const args = runArgs("locked", "--api-key-env", "MY_KEY");
    const first = await endedBy("SIGINT", args, { cwd, env });
    expect({ code: first.code, stdout: first.stdout }).toEqual({
      code: 130,
      stdout: expect.stringContaining("sends what is missing") as string,
    });
    const before = await onlyRun(cwd);
    const keyless = await herdbench(["resume", "LAST"], { cwd, env: { MY_KEY: "" } });
    expect({ code: keyless.code, stderr: keyless.stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining("MY_KEY") as string,
    });
    const second = await herdbench(["resume", "LAST"], { cwd, env });
    expect(second.code).toEqual(orInvalid(0));
    const after = await onlyRun(cwd);
    const outcomes = (record: RunRecord, outcome: string): number =>
      record.observations.filter((one) => one.outcome === outcome).length;
    expect(outcomes(before, "not-started")).toBeGreaterThan(0);
    expect(outcomes(after, "not-started")).toBe(0);
    expect(outcomes(after, "cancelled")).toBe(outcomes(before, "cancelled"));
    expect(outcomes(after, "completed")).toBe(12 - outcomes(after, "cancelled"));
    expect(after.warnings).toEqual([]);
    expect(Math.max(...receivedOf(after))).toBe(1);
    const connections = after.observations.map(({ connection }) => connection!.id);
    expect(Math.max(...connections)).toBeGreaterThan(
      Math.max(...before.observations.flatMap(({ connection }) => connection?.id ?? [])),
    );
    expect(JSON.stringify(after).includes(KEY)).toBe(false);
  });
});

describe("a run whose process was killed", () => {
  it("of simulated targets goes on at a new simulator, and says what is lost", async () => {
    const cwd = temporaryFolder();
    await writeFile(
      join(cwd, "two.json"),
      JSON.stringify({
        id: "two",
        title: "t",
        source: "s",
        prompt: { inputTokens: 40, outputTokens: 12, content: "prose", cache: "cold" },
        load: { kind: "open", arrival: "constant", ratePerSecond: 10, maxInFlight: 50 },
        stop: { requests: 30 },
        warmups: 1,
        slo: { ttftMs: 500, percentile: 0.95 },
        arrangement: "paired",
        seed: 405,
      }),
    );
    const killed = await endedBy("SIGKILL", ["run", "--target", "sim-fast", "sim-far", "--scenario", "two.json"], {
      cwd,
    });
    expect(killed.code).toBeNull();
    const wreck = await onlyRun(cwd);
    expect(wreck.manifest.end).toBeNull();
    const report = await herdbench(["report", "LAST"], { cwd });
    expect(report.stdout).toContain("never closed");
    expect(report.stdout.replace(/\s+/g, " ")).toContain(
      `herdbench resume ${wreck.manifest.runId} sends what is missing`,
    );

    const resumed = await herdbench(["resume", "LAST"], { cwd });
    expect(resumed.code).toEqual(orInvalid(0));
    expect(resumed.stdout.replace(/\s+/g, " ")).toContain(
      "part 1 of the run ended without closing: what was in flight",
    );
    const { manifest, observations, lost } = await onlyRun(cwd);
    expect(manifest.end!.reason).toBe("complete");
    expect(manifest.targets[0]!.baseUrl).not.toBe(wreck.manifest.targets[0]!.baseUrl);
    expect(new Set([...observations, ...lost].map(({ id }) => id)).size).toBe(2 * 31);
    expect(lost.map(({ id }) => id)).toEqual(wreck.lost.map(({ id }) => id));
  });

  it("in the middle of conversations begins the others, and accounts for every turn", async () => {
    const cwd = temporaryFolder();
    const talk = ["--num-prompts", "24", "--max-concurrency", "3", "--turns", "4", "--turn-len", "20"];
    await endedBy("SIGKILL", runArgs("slow", ...talk, "--output-len", "8"), { cwd });
    const wreck = await onlyRun(cwd);
    expect((await herdbench(["resume", "LAST"], { cwd })).code).toEqual(orInvalid(0));
    const record = await onlyRun(cwd);
    const [group] = analyse(record, new Map([["custom", { warmups: 0, arrivals: 24 }]])).groups;
    expect(identityProblems(group!.counts)).toEqual([]);
    expect(group!.counts).toMatchObject({ planned: 24, lost: wreck.lost.length, dropped: 0 });
    const { observations, lost } = record;
    expect(lost.map(({ id }) => id)).toEqual(wreck.lost.map(({ id }) => id));
    expect(new Set([...observations, ...lost].map(({ id }) => id)).size).toBe(24);
    // Of each conversation: answers, then what was in flight, then what depends on it; and no prompt twice.
    const fates = new Map(observations.map(({ pair, outcome, reason }) => [pair, reason ?? outcome]));
    const told = Array.from({ length: 6 }, (_, i) =>
      [0, 1, 2, 3].map((turn) => fates.get(4 * i + turn) ?? "lost").join(" "),
    );
    for (const of of told) expect(of).toMatch(/^(completed ?)*(lost ?)?(dependency ?)*$/);
    expect(told.filter((of) => of.includes("dependency")).length).toBeGreaterThan(0);
    expect(told.filter((of) => of === "completed completed completed completed").length).toBeGreaterThanOrEqual(3);
    expect(Math.max(...receivedOf(record))).toBe(1);
  });

  it("is not resumed by a second process while one is at it", async () => {
    const cwd = temporaryFolder();
    const running = startHerdbench(runArgs("slow", "--num-prompts", "100"), { cwd });
    await running.sees("requests to each of");
    const second = await herdbench(["resume", "LAST"], { cwd });
    running.child.kill("SIGINT");
    await running.ended;
    expect({ code: second.code, stderr: second.stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining(`process ${running.child.pid} is still writing`) as string,
    });
  });

  it("is not resumed by another version, whose plan might differ", async () => {
    const cwd = temporaryFolder();
    await herdbench(runArgs("fast", "--quiet", "--max-requests", "3"), { cwd });
    const [name] = await readdir(join(cwd, "results"));
    const path = join(cwd, "results", name!, "manifest.json");
    const manifest = JSON.parse(await readFile(path, "utf8")) as object;
    await writeFile(path, JSON.stringify({ ...manifest, toolVersion: "0.0.9" }));
    const { code, stderr } = await herdbench(["resume", "LAST"], { cwd });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining("begun by herdbench 0.0.9") as string,
    });
  });
});
