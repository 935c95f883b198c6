import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunRecord } from "../../src/core/run.ts";
import { identityProblems } from "../../src/measure/counts.ts";
import { PROFILES } from "../../src/simulator/profile.ts";
import { startSimulator, type Simulator } from "../../src/simulator/server.ts";
import { readRun } from "../../src/store/read.ts";
import { herdbench, type Ended } from "../support/herdbench.ts";
import { analysisOf } from "../support/measured.ts";
import { temporaryFolder } from "../support/temporary.ts";

const FAST = {
  ...PROFILES["sim-fast"],
  ttft: { baseMs: 5, perInputTokenMs: 0, sigma: 0 },
  interEvent: { meanMs: 1, sigma: 0 },
};

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({
    seed: 1,
    profiles: { a: FAST, b: FAST, endless: { ...FAST, faults: [{ name: "endless", share: 1 }] } },
  });
});
afterAll(() => simulator.close());

const LOAD = ["--num-prompts", "10", "--max-concurrency", "1", "--input-len", "40", "--output-len", "12"];
const SOURCE = { asOf: "2026-11-01", source: "test" };
const TOKENS = { inputUsdPerMtok: 10, outputUsdPerMtok: 10, ...SOURCE };
const HOUR = { usdPerReplicaHour: 36, replicas: 2, ...SOURCE };

function target(id: string, more: object): object {
  const base = { provider: "openai-compatible", model: "m", baseUrl: `${simulator.url}/${id}/v1` };
  return { id, ...base, ...more };
}

/** Runs under a config file of these targets. */
async function runWith(config: object, args: readonly string[]): Promise<Ended & { cwd: string }> {
  const cwd = temporaryFolder();
  await writeFile(join(cwd, "herdbench.json"), JSON.stringify(config));
  return { ...(await herdbench(["run", ...LOAD, ...args], { cwd })), cwd };
}

async function recordIn(cwd: string): Promise<RunRecord> {
  const [name] = await readdir(join(cwd, "results"));
  return readRun(join(cwd, "results", name!));
}

function released(record: RunRecord): Record<string, number> {
  const groups = analysisOf(record).groups;
  for (const { counts } of groups) expect(identityProblems(counts)).toEqual([]);
  return Object.fromEntries(groups.map(({ target: { id }, counts }) => [id, counts.released]));
}

describe("caps", () => {
  it("of one target stop that one alone, and the run ends with 5", async () => {
    const targets = [target("a", { price: TOKENS, maxRequests: 4 }), target("b", { price: TOKENS })];
    const { code, stdout, cwd } = await runWith({ targets }, []);
    const record = await recordIn(cwd);
    expect({ code, released: released(record) }).toEqual({ code: 5, released: { a: 4, b: 10 } });
    expect(record.manifest).toMatchObject({
      maxCostUsd: 1,
      targetCaps: { a: { usd: null, tokens: null, requests: 4 } },
      end: { reason: "budget", capsReached: [{ target: "a", unit: "requests", limit: 4, billed: 4, next: 1 }] },
    });
    expect(stdout.replace(/\s+/g, " ")).toContain(
      "a stopped at its own cap of 4 requests: 4 requests billed + 1 request for the next call = 5 requests",
    );
  });

  it("in tokens count what was billed, input and output, on all targets together", async () => {
    const targets = [target("a", { price: TOKENS }), target("b", { price: TOKENS })];
    const { code, cwd } = await runWith({ targets }, ["--max-total-tokens", "700"]);
    const { manifest, observations } = await recordIn(cwd);
    const tokens = observations.reduce((sum, { usage }) => sum + (usage?.input ?? 0) + (usage?.output ?? 0), 0);
    expect({ code, unit: manifest.end!.capsReached[0]!.unit }).toEqual({ code: 5, unit: "tokens" });
    expect(tokens).toBeGreaterThan(300);
    expect(tokens).toBeLessThanOrEqual(700);
  });

  it("end an answer that goes past its reservation, and the overshoot is named everywhere", async () => {
    const { code, stdout, cwd } = await runWith({ targets: [target("endless", { price: TOKENS })] }, []);
    const record = await recordIn(cwd);
    expect(new Set(record.observations.map(({ outcome, reason }) => `${outcome} ${reason}`))).toEqual(
      new Set(["cancelled overshoot"]),
    );
    const past = record.observations.reduce((sum, { cost }) => sum + cost.usd! - cost.reservedUsd!, 0);
    expect(past).toBeGreaterThan(0);
    expect(record.manifest.end!.overshootUsd).toBeCloseTo(past, 9);
    expect(analysisOf(record).overshootUsd).toBeCloseTo(past, 9);
    expect(stdout).toMatch(/spend {4}overshoot \$0\.\d+/);
    // Every call failed, which outranks nothing but a valid run.
    expect([3, 4]).toContain(code);
  });

  it("in money cannot hold a price per hour: that is said, and shown", async () => {
    const targets = [target("a", { price: TOKENS }), target("b", { price: HOUR })];
    const { stdout, cwd } = await runWith({ targets }, []);
    expect(released(await recordIn(cwd))).toEqual({ a: 10, b: 10 });
    expect(stdout.replace(/\s+/g, " ")).toMatch(
      /b bills \$72 an hour, used or not, and no cap holds that: \d+ seconds? of this run are \$0\.\d+/,
    );
    const refused = await runWith({ targets: [target("b", { price: HOUR, maxCostUsd: 2 })] }, []);
    expect({ code: refused.code, stderr: refused.stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(
        /^herdbench: b: maxCostUsd cannot hold: a price per hour is billed whether .* maxTotalTokens/,
      ) as string,
    });
  });

  it("in money on one target need its price before the first byte", async () => {
    const targets = [target("a", { maxCostUsd: 2 }), target("b", { price: TOKENS })];
    const { code, stderr, cwd } = await runWith({ targets }, ["--max-cost", "none"]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining("a: maxCostUsd cannot hold: its price is unknown") as string,
    });
    expect(await readdir(cwd)).toEqual(["herdbench.json"]);
  });

  it("are shown by a dry run, and flags come before the config", async () => {
    const targets = [target("a", { price: TOKENS, maxCostUsd: 0.5, maxRequests: 7 }), target("b", { price: HOUR })];
    const config = { targets, maxCostUsd: 3, maxTotalTokens: 9000, maxRequests: 90 };
    const { code, stdout } = await runWith(config, ["--dry-run", "--max-requests", "50"]);
    expect(code).toBe(0);
    expect(stdout).toContain("the run stops before $3 are spent, before 9,000 tokens are used, after 50 requests");
    expect(stdout).toContain("a stops before $0.5 are spent, after 7 requests");
    expect(stdout).toContain("b bills $72 an hour, used or not: no cap holds that");
  });
});
