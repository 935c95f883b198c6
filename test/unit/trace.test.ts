import { cp, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Load } from "../../src/core/load.ts";
import type { RunRecord } from "../../src/core/run.ts";
import { BLOCK_TOKENS, type Scenario } from "../../src/core/scenario.ts";
import { draftOf, NOTHING_SAID } from "../../src/scenario/draft.ts";
import { NO_INPUTS } from "../../src/scenario/inputs.ts";
import { planFrom } from "../../src/scenario/plan.ts";
import { parseTrace, type TraceRow } from "../../src/scenario/trace.ts";
import { openPrefixCache } from "../../src/simulator/prefix-cache.ts";
import { PROFILES } from "../../src/simulator/profile.ts";
import { startSimulator, type Simulator } from "../../src/simulator/server.ts";
import { readRun } from "../../src/store/read.ts";
import { levelOf } from "../../src/study/levels.ts";
import { loadTokenizer } from "../../src/tokens/count.ts";
import { herdbench, orInvalid } from "../support/herdbench.ts";
import { NO_FLAGS } from "../support/load-flags.ts";
import { OPEN } from "../support/observations.ts";
import { temporaryFolder } from "../support/temporary.ts";

const FOLDER = fileURLToPath(new URL("../fixtures/traces/", import.meta.url));
const AZURE = join(FOLDER, "azure.csv");
const MOONCAKE = join(FOLDER, "mooncake.jsonl");

async function rowsOf(path: string, format: "azure" | "mooncake"): Promise<readonly TraceRow[]> {
  const parsed = parseTrace(await readFile(path, "utf8"), format);
  if (!parsed.ok) throw new Error(parsed.problems.join("\n"));
  return parsed.rows;
}

function replay(format: "azure" | "mooncake", changes: Partial<Scenario> = {}, timeScale = 1): Scenario {
  const load: Load = { kind: "open", arrival: "trace", file: "trace", format, timeScale, maxInFlight: 100 };
  const prompt = { ...OPEN.prompt, inputTokens: 100_000, outputTokens: 2000 };
  return { ...OPEN, load, prompt, stop: { requests: null, durationMs: null }, ...changes };
}

describe("a trace in Azure's format", () => {
  it("is read to the microsecond, in order of time from its first request", async () => {
    expect(await rowsOf(AZURE, "azure")).toEqual([
      { atUs: 0, inputTokens: 374, outputTokens: 44, blocks: null },
      { atUs: 250_001, inputTokens: 2, outputTokens: 7, blocks: null },
      { atUs: 250_001, inputTokens: 1020, outputTokens: 12, blocks: null },
      { atUs: 500_000, inputTokens: 480, outputTokens: 0, blocks: null },
      { atUs: 1_000_000, inputTokens: 63, outputTokens: 9, blocks: null },
      { atUs: 1_500_000, inputTokens: 210, outputTokens: 31, blocks: null },
    ]);
  });

  it("may have its columns in any order, others beside them, Windows' line ends and a zone", () => {
    const text = "\uFEFFGeneratedTokens,Model,ContextTokens,TIMESTAMP\r\n5,x,20,2026-01-05T09:00:00Z\r\n";
    expect(parseTrace(text, "azure")).toMatchObject({ ok: true, rows: [{ inputTokens: 20, outputTokens: 5 }] });
  });

  it("is refused with every bad line at once", () => {
    const text = [
      "TIMESTAMP,ContextTokens,GeneratedTokens",
      "yesterday,1,2",
      "2026-01-05 09:00:00,1,2",
      "2026-01-05 09:00:00,many,2",
      "2026-01-05 09:00:00,1",
      "2026-13-45,1,2",
    ].join("\n");
    expect(parseTrace(text, "azure")).toEqual({
      ok: false,
      problems: [
        "lines 2 and 6: TIMESTAMP must be a moment in UTC, such as 2023-11-16 18:17:03.9799600",
        "lines 4 and 5: ContextTokens and GeneratedTokens must be whole numbers",
      ],
    });
    expect(parseTrace("a,b\n", "azure")).toMatchObject({
      problems: ["line 1: must name the column TIMESTAMP, ContextTokens, GeneratedTokens"],
    });
    expect(parseTrace("TIMESTAMP,ContextTokens,GeneratedTokens\n", "azure")).toMatchObject({
      problems: ["holds no request"],
    });
  });
});

describe("a trace in Mooncake's format", () => {
  it("is read with the blocks of its prompts", async () => {
    const rows = await rowsOf(MOONCAKE, "mooncake");
    expect(rows).toHaveLength(5);
    expect(rows[2]).toEqual({ atUs: 300_000, inputTokens: 1100, outputTokens: 6, blocks: [10, 14, 15] });
  });

  it("is refused with every bad line at once", () => {
    const lines = [
      "nothing",
      '{"timestamp": 1, "input_length": 1, "output_length": 1, "hash_ids": [1]}',
      "",
      '{"timestamp": "1", "input_length": 1, "output_length": 1, "hash_ids": [1]}',
      '{"timestamp": 1, "input_length": 1.5, "output_length": 1, "hash_ids": [1]}',
      '{"timestamp": 1, "input_length": 1, "output_length": 1}',
      "[1]",
    ];
    expect(parseTrace(lines.join("\n"), "mooncake")).toEqual({
      ok: false,
      problems: [
        "lines 1 and 7: must be a JSON object",
        "line 4: timestamp must be a number of milliseconds",
        "line 5: input_length and output_length must be whole numbers",
        "line 6: hash_ids must be a list of whole numbers",
      ],
    });
  });
});

describe("what was recorded", () => {
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

  it("at Azure is read as it stands", async () => {
    const rows = await rowsOf(join(FOLDER, "azure-conversations.csv"), "azure");
    expect(rows).toHaveLength(60);
    expect(sum(rows.map(({ inputTokens }) => inputTokens))).toBe(43_328);
    expect(sum(rows.map(({ outputTokens }) => outputTokens))).toBe(7301);
    expect(rows.at(-1)!.atUs).toBe(30_181_499);
  });

  it("at Mooncake is read as it stands, and its prompts share what they shared there", async () => {
    const trace = await rowsOf(join(FOLDER, "mooncake-conversations.jsonl"), "mooncake");
    expect(trace).toHaveLength(40);
    expect(sum(trace.map(({ inputTokens }) => inputTokens))).toBe(506_280);
    expect(sum(trace.map(({ outputTokens }) => outputTokens))).toBe(14_962);
    expect(trace.at(-1)!.atUs).toBe(12_000_000);
    const scenario = replay("mooncake", { prompt: { ...replay("mooncake").prompt, cache: "warm" } });
    const { arrivals } = planFrom(scenario, { ...NO_INPUTS, trace });
    const cache = openPrefixCache({ blockTokens: BLOCK_TOKENS, blocksMax: 10_000 });
    const cached = arrivals.map((arrival) => {
      const [message] = draftOf(arrival, { runId: "run", target: "a", scenario }, NOTHING_SAID).messages;
      // A nonce is four tokens in one word.
      const [nonce = "", ...words] = message!.content.split(" ");
      return cache.read([...(nonce.match(/\d{3}/g) ?? []), ...words]);
    });
    // The first block of all is one; the last token of a prompt is never cached.
    expect(sum(cached) / BLOCK_TOKENS).toBe(39);
  });
});

describe("the plan of a trace", () => {
  it("has its times, scaled, and its lengths, within what a prompt can be and the scenario allows", async () => {
    const trace = await rowsOf(AZURE, "azure");
    const prompt = { ...replay("azure").prompt, inputTokens: 500, outputTokens: 20 };
    const { arrivals } = planFrom(replay("azure", { prompt }, 0.1), { ...NO_INPUTS, trace });
    expect(arrivals.map(({ dueUs }) => dueUs)).toEqual([0, 25_000, 25_000, 50_000, 100_000, 150_000]);
    expect(arrivals.map(({ inputTokens }) => inputTokens)).toEqual([374, 16, 500, 480, 63, 210]);
    expect(arrivals.map(({ outputTokens }) => outputTokens)).toEqual([20, 7, 12, 1, 9, 20]);
  });

  it("is no level of a sweep: it has a rate of its own", () => {
    expect(levelOf(replay("azure"), "rate", 2, NO_FLAGS)).toEqual({
      ok: false,
      problems: [expect.stringContaining("--time-scale") as string],
    });
  });

  it("ends with the trace, or before it by count or duration", async () => {
    const trace = await rowsOf(AZURE, "azure");
    const count = (requests: number | null, durationMs: number | null): number =>
      planFrom(replay("azure", { stop: { requests, durationMs } }), { ...NO_INPUTS, trace }).arrivals.length;
    expect([count(null, null), count(4, null), count(400, null), count(null, 500)]).toEqual([6, 4, 6, 3]);
  });

  it("knows blocks only where their reuse is wanted, and never in warm-ups", async () => {
    const trace = await rowsOf(MOONCAKE, "mooncake");
    const cold = planFrom(replay("mooncake"), { ...NO_INPUTS, trace });
    const warm = planFrom(replay("mooncake", { prompt: { ...replay("mooncake").prompt, cache: "warm" } }), {
      ...NO_INPUTS,
      trace,
    });
    expect(cold.arrivals.every(({ material }) => material === null)).toBe(true);
    expect(warm.arrivals.map(({ material }) => material)).toEqual(
      trace.map(({ blocks }) => ({ kind: "blocks", ids: blocks })),
    );
    expect(warm.warmups.every(({ material }) => material === null)).toBe(true);
    expect(warm.warmups[0]).toMatchObject({ inputTokens: 1300, outputTokens: 8 });
  });
});

describe("the prompts of a trace with blocks", () => {
  const scenario = replay("mooncake", { prompt: { ...replay("mooncake").prompt, cache: "warm" } });

  async function wordsOf(runId: string, target: string): Promise<readonly (readonly string[])[]> {
    const { arrivals } = planFrom(scenario, { ...NO_INPUTS, trace: await rowsOf(MOONCAKE, "mooncake") });
    return arrivals.map((arrival) =>
      draftOf(arrival, { runId, target, scenario }, NOTHING_SAID).messages[0]!.content.split(" "),
    );
  }

  it("have exactly the tokens of their row", async () => {
    const count = await loadTokenizer();
    const lengths = (await wordsOf("run", "a")).map((words) => count(words.join(" ")));
    expect(lengths).toEqual([1300, 1536, 1100, 400, 1300]);
  });

  it("begin alike for as many blocks as the trace says, and no further", async () => {
    const words = await wordsOf("run", "a");
    const alike = (a: number, b: number): number => {
      const same = words[a]!.findIndex((word, i) => word !== words[b]![i]);
      return same === -1 ? words[a]!.length : same;
    };
    // A nonce of four tokens is one word. A block more would be 512 words more; by chance a few of the next one are alike.
    expect(alike(0, 1)).toBeGreaterThanOrEqual(1024 - 3);
    expect(alike(0, 1)).toBeLessThan(1024 + 20);
    expect(alike(0, 2)).toBeGreaterThanOrEqual(512 - 3);
    expect(alike(0, 2)).toBeLessThan(512 + 20);
    expect(alike(0, 3)).toBe(0);
    expect(words[4]).toEqual(words[0]);
  });

  it("begin like no prompt of another target or run", async () => {
    const [here] = await wordsOf("run", "a");
    for (const [there] of [await wordsOf("run", "b"), await wordsOf("other", "a")]) {
      expect(there![0]).not.toBe(here![0]);
      expect(there!.slice(1)).toEqual(here!.slice(1));
    }
  });
});

describe("a run of a trace", () => {
  let simulator: Simulator;
  beforeAll(async () => {
    const quick = { ttft: { baseMs: 5, perInputTokenMs: 0, sigma: 0 }, interEvent: { meanMs: 1, sigma: 0 } };
    simulator = await startSimulator({ seed: 1, profiles: { fast: { ...PROFILES["sim-fast"], ...quick } } });
  });
  afterAll(() => simulator.close());

  async function onlyRun(cwd: string): Promise<RunRecord> {
    const [name] = await readdir(join(cwd, "results"));
    return readRun(join(cwd, "results", name!));
  }

  function args(...more: readonly string[]): string[] {
    return ["run", "--base-url", `${simulator.url}/fast/v1`, ...more];
  }

  it("asks for each row's own lengths, which the server counts the same, and needs the file no more to report", async () => {
    const cwd = temporaryFolder();
    await writeFile(join(cwd, "trace.csv.gz"), gzipSync(await readFile(AZURE)));
    const flags = ["--trace", "trace.csv.gz", "--trace-format", "azure", "--time-scale", "0.5", "--price", "1,1"];
    const ended = await herdbench(args(...flags, "--max-cost", "1"), { cwd });
    expect(ended.code).toEqual(orInvalid(0));
    const { manifest, observations } = await onlyRun(cwd);
    expect(manifest.scenarios[0]).toMatchObject({
      planned: { warmups: 0, arrivals: 6 },
      inputs: [{ path: "trace.csv.gz", sha256: expect.stringMatching(/^[\da-f]{64}$/), rows: 6 }],
    });
    const byPair = observations.toSorted((a, b) => a.pair - b.pair);
    expect(byPair.map(({ request }) => request.inputTokens)).toEqual([374, 16, 1020, 480, 63, 210]);
    // The simulator adds the chat template of one message.
    expect(byPair.map(({ usage }) => usage!.input! - 10)).toEqual([374, 16, 1020, 480, 63, 210]);
    expect(byPair.map(({ usage }) => usage!.output)).toEqual([44, 7, 12, 1, 9, 31]);
    // Each reserved its own worst case: a tenth and 64 tokens above its prompt, and its limit.
    expect(byPair[1]!.cost.reservedUsd).toBeCloseTo((16 + 2 + 64 + 7) / 1e6, 12);
    const dues = byPair.map(({ stamps }) => stamps.scheduled - byPair[0]!.stamps.scheduled);
    expect(dues).toEqual([0, 125_001, 125_001, 250_000, 500_000, 750_000]);
    expect(ended.stdout).toContain("trace lengths");

    await rename(join(cwd, "trace.csv.gz"), join(cwd, "gone.gz"));
    expect((await herdbench(["report", "LAST", "--quiet"], { cwd })).code).toEqual(orInvalid(0));
  });

  it("goes on only with the file that it was begun with", async () => {
    const cwd = temporaryFolder();
    await cp(MOONCAKE, join(cwd, "trace.jsonl"));
    const flags = ["--trace", "trace.jsonl", "--trace-format", "mooncake", "--max-requests", "2", "--quiet"];
    expect((await herdbench(args(...flags), { cwd })).code).toBe(5);
    await writeFile(join(cwd, "trace.jsonl"), (await readFile(MOONCAKE, "utf8")).replace("1300", "1301"));
    const other = await herdbench(["resume", "LAST", "--max-requests", "9", "--quiet"], { cwd });
    expect(other.code).toBe(2);
    expect(other.stderr).toContain("trace.jsonl: is not the file that the run was begun with; put that one back");
    await cp(MOONCAKE, join(cwd, "trace.jsonl"));
    expect((await herdbench(["resume", "LAST", "--max-requests", "9", "--quiet"], { cwd })).code).toEqual(orInvalid(0));
    const { observations } = await onlyRun(cwd);
    expect(new Set(observations.map(({ pair, outcome }) => `${pair} ${outcome}`))).toEqual(
      new Set([0, 1, 2, 3, 4].map((pair) => `${pair} completed`)),
    );
    const hashes = Map.groupBy(observations, ({ request }) => request.promptHash);
    expect(hashes.size).toBe(4);
  });

  it("is refused before anything is sent when its file is missing or bad, or its flags do not fit", async () => {
    const cwd = temporaryFolder();
    await writeFile(join(cwd, "bad.csv"), "TIMESTAMP,ContextTokens,GeneratedTokens\nx,1,2\ny,1,2\n");
    const said = async (...flags: string[]): Promise<string> => {
      const { code, stderr } = await herdbench(args(...flags), { cwd });
      expect(code).toBe(2);
      return stderr;
    };
    expect(await said("--trace", "no.csv", "--trace-format", "azure")).toContain("no.csv: no such file");
    expect(await said("--trace", "bad.csv", "--trace-format", "azure")).toContain("bad.csv: lines 2 and 3: TIMESTAMP");
    expect(await said("--trace", "bad.csv")).toContain("--trace-format: ");
    expect(await said("--num-prompts", "3", "--time-scale", "2")).toContain("--time-scale: needs --trace");
    expect(await said("--trace", "bad.csv", "--trace-format", "azure", "--cache", "warm")).toContain(
      "--cache: must be",
    );
    expect(await readdir(cwd)).toEqual(["bad.csv"]);
  });

  it("finds the trace beside the scenario that names it", async () => {
    const cwd = temporaryFolder();
    await cp(AZURE, join(cwd, "mine.csv"));
    const { id: _, ...rest } = replay("azure");
    const load = { kind: "open", arrival: "trace", file: "mine.csv", format: "azure", maxInFlight: 10 };
    await writeFile(join(cwd, "mine.json"), JSON.stringify({ id: "mine", ...rest, load, stop: {} }));
    const { code, stdout, stderr } = await herdbench(
      ["run", "--target", "sim-fast", "--scenario", join(cwd, "mine.json"), "--dry-run", "--json"],
      { cwd: temporaryFolder() },
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    // Six measured requests and a warm-up as long as the first.
    expect(JSON.parse(stdout).total).toMatchObject({
      requests: 7,
      inputTokens: 374 + 374 + 16 + 1020 + 480 + 63 + 210,
      outputTokens: 44 + 44 + 7 + 12 + 1 + 9 + 31,
    });
  });
});
