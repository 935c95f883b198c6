import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PROFILES } from "../../src/simulator/profile.ts";
import { startSimulator, type Simulator } from "../../src/simulator/server.ts";
import { readRun } from "../../src/store/read.ts";
import { herdbench, orInvalid, startHerdbench } from "../support/herdbench.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { event, streamHead, wireServer } from "../support/wire-server.ts";

const FAST = {
  ...PROFILES["sim-fast"],
  ttft: { baseMs: 5, perInputTokenMs: 0, sigma: 0 },
  interEvent: { meanMs: 1, sigma: 0 },
};
const KEY = "not-a-real-key-4f3a9";

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({
    seed: 1,
    profiles: {
      fast: FAST,
      slow: { ...FAST, ttft: { baseMs: 400, perInputTokenMs: 0, sigma: 0 } },
      locked: { ...FAST, apiKey: KEY },
    },
  });
});
afterAll(() => simulator.close());

const LOAD = ["--num-prompts", "8", "--max-concurrency", "2", "--input-len", "40", "--output-len", "12"];
const REPORTS = ["comparison.csv", "report.html", "report.json", "report.md", "summary.csv"];

async function runFolder(cwd: string): Promise<string> {
  const [name] = await readdir(join(cwd, "results"));
  return join(cwd, "results", name!);
}

describe("herdbench run --base-url", () => {
  it("measures any OpenAI-compatible server and writes a whole run folder", async () => {
    const cwd = temporaryFolder();
    const { code, stdout, stderr } = await herdbench(
      ["run", "--base-url", `${simulator.url}/fast/v1`, "--model", "tiny", ...LOAD],
      { cwd },
    );
    expect({ code, stderr: stderr.includes("custom  closed 2: 8 requests") }).toEqual({
      code: orInvalid(0),
      stderr: true,
    });
    expect(stdout).toContain("no cap");
    const folder = await runFolder(cwd);
    // A busy machine may also have blocked our event loop, which is on record.
    expect((await readdir(folder)).filter((name) => name !== "stalls.ndjson.gz").toSorted()).toEqual(
      [
        ...REPORTS,
        "events.ndjson.gz",
        "intents.ndjson.gz",
        "manifest.json",
        "observations.ndjson.gz",
        "tokens.ndjson.gz",
      ].toSorted(),
    );
    const { manifest, observations, tokens, events } = await readRun(folder);
    expect(manifest.end!.reason).toBe("complete");
    // The canary: our own error in this very run, later than the write and not by much.
    expect(manifest.end!.clientErrorMsP99).toBeGreaterThan(0);
    expect(manifest.end!.clientErrorMsP99).toBeLessThan(1000);
    expect(manifest.end!.simulatorLatenessMsP99).toBeGreaterThanOrEqual(0);
    expect(observations).toHaveLength(8);
    expect(
      observations.every(
        ({ outcome, usage, events: { content } }) => outcome === "completed" && usage!.output === 12 && content === 12,
      ),
    ).toBe(true);
    expect([...tokens.values()].map(({ output }) => output)).toEqual(Array.from({ length: 8 }, () => 12));
    expect([...events.values()].every(({ deltasUs }) => deltasUs.length === 11)).toBe(true);
  });

  it("writes both CSV headers exactly", async () => {
    const cwd = temporaryFolder();
    await herdbench(["run", "--base-url", `${simulator.url}/fast/v1`, "--quiet", ...LOAD], { cwd });
    const folder = await runFolder(cwd);
    const header = async (file: string): Promise<string> =>
      (await readFile(join(folder, file), "utf8")).split("\n", 1)[0]!;
    expect(await header("summary.csv")).toBe(
      "schema_version,run_id,started_at,simulated,provider,model,region,scenario,metric,unit,stat,value,n,low,high,flags,target,vantage,load,slice,tool_version,definitions_version",
    );
    expect(await header("comparison.csv")).toBe(
      "schema_version,run_id,started_at,ended_at,simulated,validity,vantage,target,provider,region,model,model_echoed,precision,scenario,load,cache,planned,ok,failed,rate_limited,dropped,success_pct,success_pct_low,success_pct_high,rtt_ms_p50,ttft_ms_p50,ttft_ms_p50_low,ttft_ms_p50_high,ttft_ms_p95,ttft_ms_p99,tpot_ms_p50,tpot_ms_p95,stall_ms_p95,t100_ms_p50,e2e_ms_p50,e2e_ms_p95,output_tokens_p50,length_ratio,tokens_per_event,user_tok_s_p50,system_tok_s,goodput_pct,goodput_rps,price_kind,price_as_of,usd_per_m_tokens,usd_per_m_output,usd_per_1k_good,usd_per_1k_good_low,usd_per_1k_good_high,token_ratio,gco2e_per_1k_output_low,gco2e_per_1k_output,gco2e_per_1k_output_high,accuracy_pct,accuracy_n,fidelity,client_error_ms_p99,flags",
    );
  });

  it("reports an unreachable server by kind and ends with 3", async () => {
    const cwd = temporaryFolder();
    const gone = await wireServer(() => undefined);
    await gone.close();
    const { code, stdout } = await herdbench(["run", "--base-url", `${gone.origin}/v1`, "--model", "m", ...LOAD], {
      cwd,
    });
    expect(code).toEqual(orInvalid(3));
    expect(stdout).toContain("8 of 8 ");
    expect(stdout.replace(/\s+/g, " ")).toMatch(
      /stopped \S+ after 5 failures in a row, the last one network \(ECONNREFUSED\); [1-3] not started/,
    );
    const { observations } = await readRun(await runFolder(cwd));
    const refused = observations.filter(({ outcome }) => outcome === "failed");
    expect(refused.length).toBeGreaterThanOrEqual(5);
    expect(new Set(refused.map(({ failure }) => failure!.code))).toEqual(new Set(["ECONNREFUSED"]));
    expect(observations).toHaveLength(8);
  });

  it("takes a server that answers without text for a failing one", async () => {
    const cwd = temporaryFolder();
    const server = await wireServer((socket) => {
      socket.end(streamHead() + event({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }) + event("[DONE]"));
    });
    const { code, stdout } = await herdbench(["run", "--base-url", server.origin, ...LOAD], { cwd });
    await server.close();
    expect({ code, stdout }).toEqual({
      code: orInvalid(3),
      stdout: expect.stringContaining("8 without an answer") as string,
    });
  });

  it("stops before the cap is passed, and ends with 5", async () => {
    const cwd = temporaryFolder();
    const args = ["run", "--base-url", `${simulator.url}/fast/v1`, ...LOAD, "--price", "10,10", "--max-cost", "0.003"];
    const { code, stdout } = await herdbench(args, { cwd });
    expect(code).toBe(5);
    expect(stdout).toContain("of $0.003 cap");
    const { observations } = await readRun(await runFolder(cwd));
    const spent = observations.reduce((sum, { cost }) => sum + (cost.usd ?? 0), 0);
    expect(spent).toBeGreaterThan(0);
    expect(spent).toBeLessThanOrEqual(0.003);
    expect(observations.filter(({ reason }) => reason === "budget").length).toBeGreaterThan(0);
    expect(observations).toHaveLength(8);
  });
});

describe("credentials", () => {
  it("come from the variable that is named, and are in no file and on no screen", async () => {
    const cwd = temporaryFolder();
    const args = ["run", "--base-url", `${simulator.url}/locked/v1`, ...LOAD, "--api-key-env", "MY_KEY"];
    const { code, stdout, stderr } = await herdbench(args, { cwd, env: { MY_KEY: KEY } });
    expect(code).toEqual(orInvalid(0));
    const folder = await runFolder(cwd);
    const texts = await Promise.all(
      REPORTS.concat("manifest.json").map((file) => readFile(join(folder, file), "utf8")),
    );
    const record = JSON.stringify((await readRun(folder)).observations);
    expect([stdout, stderr, record, ...texts].some((text) => text.includes(KEY))).toBe(false);
  });
  it("name their variable when it is missing", async () => {
    const cwd = temporaryFolder();
    const { code, stderr } = await herdbench(
      ["run", "--base-url", `${simulator.url}/locked/v1`, "--api-key-env", "MY_KEY"],
      { cwd, env: { MY_KEY: "" } },
    );
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/MY_KEY/) as string });
    expect(await readdir(cwd)).toEqual([]);
  });
  it("are in no file when a server echoes them, whole or in part", async () => {
    const cwd = temporaryFolder();
    const server = await wireServer((socket, request) => {
      const [, key] = /authorization: (?:Bearer )(\S+)/i.exec(request) ?? [];
      const body = JSON.stringify({
        error: { message: `bad key ${key}, as in Bearer ${key}; ${key!.slice(0, 9)}...`, code: key },
      });
      socket.end(`HTTP/1.1 401 Unauthorized\r\ncontent-type: application/json\r\nx-key: ${key}\r\n\r\n${body}`);
    });
    const args = ["run", "--base-url", server.origin, ...LOAD, "--api-key-env", "MY_KEY"];
    const { stdout, stderr } = await herdbench(args, { cwd, env: { MY_KEY: KEY } });
    await server.close();
    const folder = await runFolder(cwd);
    const record = await readRun(folder);
    const texts = await Promise.all(
      REPORTS.concat("manifest.json").map((file) => readFile(join(folder, file), "utf8")),
    );
    expect(record.observations[0]!.failure!.detail).toBe("bad key [redacted], as in Bearer [redacted]; [redacted]...");
    expect(
      [stdout, stderr, JSON.stringify(record.observations), ...texts].filter((text) => text.includes(KEY.slice(0, 9))),
    ).toEqual([]);
  });
  it("fail as auth when they are wrong", async () => {
    const cwd = temporaryFolder();
    const { code, stdout } = await herdbench(
      ["run", "--base-url", `${simulator.url}/locked/v1`, ...LOAD, "--api-key-env", "MY_KEY"],
      { cwd, env: { MY_KEY: "wrong" } },
    );
    const isTold = stdout.replace(/\s+/g, " ").includes("the last one auth (invalid_api_key)");
    expect({ code, isTold }).toEqual({ code: orInvalid(3), isTold: true });
  });
  it.each([
    ["--header", `authorization: Bearer ${KEY}`],
    ["--header", `x-auth-token: ${KEY}`],
    ["--header", `x-token: ${KEY}`],
    ["--header", `authorization ${KEY}`],
    ["--header", "x-a: sk-1234567890"],
    ["--extra-body", `{"deep": [{"api_key": "${KEY}"}]}`],
    ["--extra-body", `{"client_secret": "${KEY}"}`],
    ["--extra-body", `{"client_secret": "${KEY}`],
    ["--metadata", "token=sk-1234567890"],
    ["--metadata", KEY],
    ["--api-key-env", KEY],
    ["--base-url", `http://me:${KEY}@127.0.0.1:1/v1`],
    ["--label", "sk-1234567890"],
    ["--model=sk-1234567890", "--quiet"],
    ["--unknown=sk-1234567890", "--quiet"],
  ])("are refused on the command line and not repeated: %s %s", async (flag, value) => {
    const { code, stdout, stderr } = await herdbench(["run", flag, value], { cwd: temporaryFolder() });
    expect(code).toBe(2);
    expect(stdout + stderr).not.toMatch(new RegExp(`${KEY}|sk-1234567890`));
    expect(stderr).toMatch(/^herdbench: (?:argument \d+|--[a-z-]+): .*(?:--api-key-env|must be)/);
  });
});

describe("an option that would hold a key", () => {
  it.each(["--api-key", "--token", "--key", "--bearer-token"])(
    "%s is refused with its mend and without its value",
    async (flag) => {
      for (const args of [[flag, "opaque-value-7c1"], [`${flag}=opaque-value-7c1`]]) {
        const { code, stdout, stderr } = await herdbench(["run", ...args], { cwd: temporaryFolder() });
        expect({ code, stdout, stderr }).toEqual({
          code: 2,
          stdout: "",
          stderr: `herdbench: ${flag}: would put a key on the command line: set a variable and name it with --api-key-env\n`,
        });
      }
    },
  );
});

describe("a reader that goes away", () => {
  it("ends a list quietly", async () => {
    const listing = startHerdbench(["providers", "list", "--all"], { cwd: temporaryFolder() });
    listing.child.stdout!.destroy();
    expect(await listing.ended).toEqual({ code: 0, stdout: "", stderr: "" });
  });
  it("costs a run its screen and nothing else", async () => {
    const cwd = temporaryFolder();
    const running = startHerdbench(["run", "--base-url", `${simulator.url}/fast/v1`, ...LOAD], { cwd });
    running.child.stdout!.destroy();
    running.child.stderr!.destroy();
    expect((await running.ended).code).toEqual(orInvalid(0));
    const folder = await runFolder(cwd);
    expect(await readdir(folder)).toEqual(expect.arrayContaining(REPORTS));
    expect(await readdir(folder)).not.toContain("lock.json");
    expect((await readRun(folder)).manifest.end!.reason).toBe("complete");
  });
});

describe("herdbench report", () => {
  it("gives identical bytes each time, and restores what was deleted", async () => {
    const cwd = temporaryFolder();
    await herdbench(["run", "--base-url", `${simulator.url}/fast/v1`, "--quiet", ...LOAD], { cwd });
    const folder = await runFolder(cwd);
    const bytes = async (): Promise<string[]> =>
      Promise.all(REPORTS.map((file) => readFile(join(folder, file), "utf8")));
    const written = await bytes();
    expect((await herdbench(["report", "LAST", "--quiet"], { cwd })).code).toBe(0);
    expect(await bytes()).toEqual(written);
    await Promise.all(REPORTS.map((file) => rm(join(folder, file))));
    expect((await herdbench(["report", folder, "--quiet"], { cwd })).code).toBe(0);
    expect(await bytes()).toEqual(written);
  });
  it("names the mend when there is no such run", async () => {
    const { code, stderr } = await herdbench(["report", "nothing"], { cwd: temporaryFolder() });
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining("not a run folder") as string });
  });
});

describe("interrupts", () => {
  it.each(["SIGINT", "SIGTERM"] as const)(
    "%s leaves a whole partial run that report accepts, and ends with 130",
    async (signal) => {
      const cwd = temporaryFolder();
      const args = ["run", "--base-url", `${simulator.url}/slow/v1`, ...LOAD, "--num-prompts", "60"];
      const running = startHerdbench(args, { cwd });
      await running.sees("custom  closed 2");
      await new Promise((resolve) => setTimeout(resolve, 1000));
      running.child.kill(signal);
      const { code } = await running.ended;
      expect(code).toBe(130);
      const { manifest, observations } = await readRun(await runFolder(cwd));
      expect(manifest.end!.reason).toBe("interrupt");
      expect(observations).toHaveLength(60);
      expect(new Set(observations.map(({ outcome }) => outcome))).toEqual(
        new Set(["completed", "cancelled", "not-started"]),
      );
      expect((await herdbench(["report", "LAST"], { cwd })).code).toBe(0);
    },
  );
});

describe("herdbench run --dry-run", () => {
  it("shows requests, tokens and the most it can cost, and sends nothing", async () => {
    const cwd = temporaryFolder();
    let requests = 0;
    const server = await wireServer(() => void (requests += 1));
    const { code, stdout } = await herdbench(
      ["run", "--base-url", server.origin, "--price", "2,4", "--dry-run", "--json", ...LOAD],
      { cwd },
    );
    await server.close();
    const { total, capUsd } = JSON.parse(stdout) as { total: object; capUsd: number };
    // 8 × ((40 + 4 + 64) × $2 + 12 × $4) per million
    expect({ code, requests, capUsd, total }).toEqual({
      code: 0,
      requests: 0,
      capUsd: 1,
      total: { requests: 8, inputTokens: 320, outputTokens: 96, usd: expect.closeTo(0.002112, 9) as number },
    });
    expect(await readdir(cwd)).toEqual([]);
  });
});

describe("scenarios", () => {
  const broken = {
    id: "other",
    title: "t",
    source: "s",
    prompt: { inputTokens: 3, outputTokens: 10, content: "poetry", cache: "cold" },
    load: { kind: "open", arrival: "poisson", ratePerSecond: -1, maxInFlight: 10 },
    stop: { requests: 10, durationMs: null },
    warmups: 0,
    slo: { ttftMs: 100, tpotMs: null, e2eMs: null, percentile: 0.95 },
    arrangment: "paired",
    arrangement: "paired",
    seed: 1,
  };
  it("with five mistakes get five messages and exit code 2", async () => {
    const cwd = temporaryFolder();
    await writeFile(join(cwd, "bad.json"), JSON.stringify(broken));
    const { code, stderr } = await herdbench(["scenarios", "validate", "bad.json"], { cwd });
    expect(code).toBe(2);
    const lines = stderr.trim().split("\n");
    expect(lines).toHaveLength(5);
    for (const mistake of [
      "bad.json: id:",
      "prompt.inputTokens",
      "prompt.content",
      "load.ratePerSecond",
      "arrangment",
    ]) {
      expect(lines.filter((line) => line.includes(mistake))).toHaveLength(1);
    }
  });
  it("are listed with their load, and shown", async () => {
    const cwd = temporaryFolder();
    const list = await herdbench(["scenarios", "list", "--json"], { cwd });
    const scenarios = JSON.parse(list.stdout) as {
      id: string;
      prompt: { inputTokens: number; outputTokens: number } | null;
    }[];
    const files = (await readdir("scenarios")).filter((name) => name.endsWith(".json"));
    expect(scenarios.map(({ id }) => id)).toEqual(files.map((name) => basename(name, ".json")).sort());
    expect(scenarios.find(({ id }) => id === "rag-long")?.prompt).toMatchObject({
      inputTokens: 8192,
      outputTokens: 1024,
    });
    expect(scenarios.find(({ id }) => id === "gateway-models")?.prompt).toBeNull();
    expect((await herdbench(["scenarios", "show", "rag-long"], { cwd })).stdout).toContain("8192>1024 tok");
  });
});

describe("usage", () => {
  it.each([
    [["run", "--scenario", "quick-chta"], "quick-chat"],
    [["run", "--target", "nobody"], "sim-fast"],
    [["run", "--num-prompts", "many"], "must be a number"],
    [["run", "--base-url", "localhost:8080"], "absolute URL"],
    [["run", "--base-url", "http://127.0.0.1:1/v1", "--max-cost", "1"], "--price"],
    [["run", "--base-url", "http://127.0.0.1:1/v1", "--price", "Infinity,1", "--dry-run"], "two prices"],
    [["run", "--goodput", "speed:9"], "ttft:MS"],
    [["run", "--extra-body", '{"n": 4, "max_tokens": 9}', "--dry-run"], "max_tokens: the plan sets this"],
    [["run", "--header", "content-length: 5"], "the transport does"],
    [["run", "--base-url", "http://127.0.0.1:1/v1", "--endpoint", "chat"], 'begins with "/"'],
    [["run", "--target", "sim-fast", "--model", "foo"], "--model"],
    [["run", "--connect-timeout", "9999999"], "at most a day"],
    [["frobnicate"], "frobnicate"],
  ])("%s names the mend and exits with 2", async (args, mend) => {
    const { code, stderr } = await herdbench(args, { cwd: temporaryFolder() });
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(mend) as string });
  });
  it("has help for every command, and a version", async () => {
    const cwd = temporaryFolder();
    for (const args of [
      ["--help"],
      ["run", "--help"],
      ["report", "--help"],
      ["scenarios", "--help"],
      ["simulate", "--help"],
    ]) {
      const { code, stdout } = await herdbench(args, { cwd });
      expect({ code, usage: stdout.includes("Usage: herdbench") }).toEqual({ code: 0, usage: true });
    }
    expect((await herdbench(["--version"], { cwd })).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
