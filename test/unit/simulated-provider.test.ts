import { readFileSync, writeFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { CheckRow } from "../../src/cli/check-row.ts";
import { simulatedDialects, simulatedProvider } from "../../src/cli/simulated-provider.ts";
import { parseDialects } from "../../src/simulator/dialects/dialects-file.ts";
import { readRun } from "../../src/store/read.ts";
import { herdbench, orInvalid } from "../support/herdbench.ts";
import { temporaryFolder } from "../support/temporary.ts";

const NOWHERE = "http://127.0.0.1:0";
const LOAD = ["--num-prompts", "4", "--max-concurrency", "2", "--input-len", "30", "--output-len", "8", "--quiet"];
const REAL_KEY = "not-a-real-key-0d2e";

async function runFolder(cwd: string): Promise<string> {
  const [name] = await readdir(join(cwd, "results"));
  return join(cwd, "results", name!);
}

describe("--target simulator:PROVIDER", () => {
  it("measures several dialects in one run, each by its own file, with planted keys alone", async () => {
    const cwd = temporaryFolder();
    const names = ["groq", "fireworks", "sambanova", "vllm"].map((id) => `simulator:${id}`);
    const env = { GROQ_API_KEY: REAL_KEY, FIREWORKS_API_KEY: REAL_KEY, VLLM_API_KEY: REAL_KEY };
    const { code, stderr } = await herdbench(["run", "--target", ...names, ...LOAD], { cwd, env });
    expect([code, stderr]).toEqual([orInvalid(0), ""]);
    const folder = await runFolder(cwd);
    const { manifest, observations, serverScrapes } = await readRun(folder);
    // A key that was not the planted one would have been turned away.
    expect(observations.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 16 }, () => "completed"));
    const clockOf = (target: string) => observations.find((each) => each.target === target)!.server;
    expect(clockOf("simulator:groq")).toMatchObject({ queueMs: expect.any(Number), promptMs: expect.any(Number) });
    expect(clockOf("simulator:fireworks")).toMatchObject({ ttftMs: expect.any(Number), totalMs: expect.any(Number) });
    expect(clockOf("simulator:sambanova")).toMatchObject({ ttftMs: expect.any(Number), totalMs: expect.any(Number) });
    expect(clockOf("simulator:vllm")).toBeNull();
    expect(serverScrapes).toMatchObject([{ target: "simulator:vllm", problem: null }]);
    expect(manifest.targets.map(({ provider, simulated, apiKeyEnv }) => [provider, simulated, apiKeyEnv])).toEqual(
      names.map((name) => [name.slice("simulator:".length), true, null]),
    );
    const rows = readFileSync(join(folder, "comparison.csv"), "utf8").trim().split("\n").slice(1);
    expect(rows).toHaveLength(4);
    const everything = (await readdir(folder)).map((name) => readFileSync(join(folder, name), "latin1")).join("");
    expect(everything).not.toContain(REAL_KEY);
    expect(readFileSync(join(folder, "report.md"), "utf8")).toContain("vllm:time_to_first_token_seconds");
  });

  it("with a retired model is a finding with its date, and the run is in order", async () => {
    const cwd = temporaryFolder();
    const { code } = await herdbench(["run", "--target", "simulator:databricks@http-404", ...LOAD], { cwd });
    expect(code).toEqual(orInvalid(0));
    const report = readFileSync(join(await runFolder(cwd), "report.md"), "utf8");
    expect(report).toContain("**gone** simulator:databricks@&#8203;http-404: retired 2026-02-15");
  });

  it.each([
    ["simulator:nobody", 'no provider "nobody"'],
    ["simulator:groq@no-such-fault", 'no fault "no-such-fault"; known ones: http-401'],
    ["simulator:openai-compatible", "has no address of its own"],
  ])("%s is refused with its mend", async (name, text) => {
    const { code, stderr } = await herdbench(["run", "--target", name, ...LOAD], { cwd: temporaryFolder() });
    expect([code, stderr]).toEqual([2, expect.stringContaining(text)]);
  });

  it("says which model it plays when the file has no id for the one asked for", async () => {
    const cwd = temporaryFolder();
    const note = "plays llama-3.1-70b-instruct: its file has no id for llama-3.1-405b-instruct";
    const dry = await herdbench(["run", "--target", "simulator:cerebras", "simulator:groq", "--dry-run"], { cwd });
    expect([dry.code, dry.stderr]).toEqual([0, `herdbench: simulator:cerebras ${note}\n`]);
    const args = ["providers", "check", "cerebras", "groq", "--target", "simulator", "--json"];
    const rows = JSON.parse((await herdbench(args, { cwd })).stdout) as CheckRow[];
    expect(rows.map(({ note: text }) => text.includes(note))).toEqual([true, false]);
  });

  it("never takes the key that --api-key-env names", async () => {
    const cwd = temporaryFolder();
    const args = ["run", "--target", "simulator:groq", "--api-key-env", "MY_KEY", ...LOAD];
    const { code } = await herdbench(args, { cwd, env: { MY_KEY: REAL_KEY } });
    expect(code).toEqual(orInvalid(0));
    expect((await readRun(await runFolder(cwd))).manifest.targets[0]!.apiKeyEnv).toBeNull();
  });

  it("plays a provider file of the user's own", async () => {
    const cwd = temporaryFolder();
    const mine = {
      id: "mine",
      name: "Mine",
      baseUrl: "https://api.mine.example/v1",
      signIn: { scheme: "header", header: "x-my-key", env: ["MY_KEY"] },
    };
    writeFileSync(join(cwd, "mine.json"), JSON.stringify(mine));
    const args = ["run", "--target", "simulator:mine", "--providers-dir", cwd, ...LOAD];
    const { code, stderr } = await herdbench(args, { cwd });
    expect([code, stderr]).toEqual([orInvalid(0), ""]);
    const { observations } = await readRun(await runFolder(cwd));
    expect(observations.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 4 }, () => "completed"));
  });
});

describe("providers check --target simulator", () => {
  const check = async (target: string): Promise<{ code: number | null; rows: CheckRow[] }> => {
    const args = ["providers", "check", "together", "databricks", "--target", target, "--json"];
    const { code, stdout } = await herdbench(args, { cwd: temporaryFolder() });
    return { code, rows: JSON.parse(stdout) as CheckRow[] };
  };

  it("asks the simulator in place of the sellers, without a key", async () => {
    const { code, rows } = await check("simulator");
    expect(code).toBe(0);
    expect(rows.map(({ verdict, simulated }) => [verdict, simulated])).toEqual([
      ["ok", true],
      ["ok", true],
    ]);
  });

  it("shows what a wait is read from, whether header or body", async () => {
    const { code, rows } = await check("simulator@http-429");
    expect(code).toBe(3);
    expect(rows.map(({ failure, rateLimit }) => [failure, rateLimit?.retryAfterMs])).toEqual([
      ["rate-limited", 2000],
      ["rate-limited", 2000],
    ]);
  });

  it("takes a model that is gone by its file for a finding", async () => {
    const { code, rows } = await check("simulator@http-404");
    expect([code, rows.map(({ verdict }) => verdict)]).toEqual([0, ["gone", "gone"]]);
  });

  it("knows no other target", async () => {
    const args = ["providers", "check", "together", "--target", "together"];
    const { code, stderr } = await herdbench(args, { cwd: temporaryFolder() });
    expect([code, stderr]).toEqual([2, expect.stringContaining("simulator@http-429")]);
  });
});

describe("a dialect as the simulator takes it", () => {
  it("is refused with every problem at once", async () => {
    const target = await simulatedProvider("simulator:groq", null, NOWHERE);
    const { groq } = await simulatedDialects([target!], null);
    expect(parseDialects({ groq }).ok).toBe(true);
    const bad = { ...groq, models: [], opening: "song", terminator: 1, paths: { chat: "chat", models: "/m" }, more: 1 };
    const parsed = parseDialects({ "Not A Name": bad });
    expect(parsed.ok ? [] : parsed.problems).toEqual([
      expect.stringContaining("Not A Name: is not a name"),
      "Not A Name.paths.chat: must be a path without query",
      "Not A Name.paths.metrics: is missing",
      "Not A Name.models: must be a list of at least 1",
      "Not A Name.opening: must be one of role, empty-text, text",
      "Not A Name.terminator: must be true or false",
      "Not A Name.more: is not known here",
    ]);
    expect(parseDialects([]).ok).toBe(false);
  });
});
