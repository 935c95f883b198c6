import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunRecord } from "../../src/core/run.ts";
import { parseDataset, type DatasetRow } from "../../src/scenario/dataset.ts";
import { draftOf, NOTHING_SAID } from "../../src/scenario/draft.ts";
import { NO_INPUTS } from "../../src/scenario/inputs.ts";
import { planFrom } from "../../src/scenario/plan.ts";
import { PROFILES } from "../../src/simulator/profile.ts";
import { startSimulator, type Simulator } from "../../src/simulator/server.ts";
import { readRun } from "../../src/store/read.ts";
import { loadTokenizer } from "../../src/tokens/count.ts";
import { herdbench, orInvalid } from "../support/herdbench.ts";
import { OPEN } from "../support/observations.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { answering, streamHead, wireServer } from "../support/wire-server.ts";

const lines = (...rows: readonly unknown[]): string => rows.map((row) => JSON.stringify(row)).join("\n");

function promptsOf(text: string): readonly object[] {
  const parsed = parseDataset(text);
  if (!parsed.ok) throw new Error(parsed.problems.join("\n"));
  return parsed.prompts;
}

describe("a dataset", () => {
  it("may hold plain prompts under any of the usual names, with the length of the answer", () => {
    const text = lines(
      { prompt: "One", completion: "Two words" },
      { question: "Two", max_tokens: 7 },
      { input: "Three", output: "" },
    );
    const user = (content: string): object[] => [{ role: "user", content }];
    expect(promptsOf(`\uFEFF${text}\r\n\r\n`)).toEqual([
      { line: 1, messages: user("One"), answer: "Two words", outputTokens: null },
      { line: 2, messages: user("Two"), answer: null, outputTokens: 7 },
      { line: 3, messages: user("Three"), answer: null, outputTokens: null },
    ]);
  });

  it("may hold ShareGPT's conversations: the first question is asked, the length of its answer kept", () => {
    const conversations = [
      { from: "system", value: "Be brief" },
      { from: "human", value: "First" },
      { from: "gpt", value: "An answer" },
      { from: "human", value: "Second" },
    ];
    const system = { role: "system", content: "Be brief" };
    expect(promptsOf(lines({ id: "x", conversations }))).toMatchObject([
      { messages: [system, { role: "user", content: "First" }], answer: "An answer" },
    ]);
  });

  it("may hold chats in OpenAI's shape: all up to the last question is asked", () => {
    const parts = [
      { type: "text", text: "Third" },
      { type: "text", text: "part" },
    ];
    const messages = [
      { role: "developer", content: "Be brief" },
      { role: "user", content: "First" },
      { role: "assistant", content: "Second" },
      { role: "user", content: parts },
    ];
    const [only] = promptsOf(lines({ messages }));
    expect(only).toMatchObject({
      messages: [
        { role: "system", content: "Be brief" },
        { role: "user", content: "First" },
        { role: "assistant", content: "Second" },
        { role: "user", content: "Third\npart" },
      ],
      answer: null,
    });
  });

  it("is refused with every bad line at once, by number and never by its text", () => {
    const secret = "the-buyer's-secret";
    const text = [
      "no json",
      JSON.stringify({ text: secret }),
      JSON.stringify({ prompt: "  " }),
      JSON.stringify({ prompt: secret, max_tokens: 0 }),
      JSON.stringify({ messages: [{ role: "robot", content: secret }] }),
      JSON.stringify({ messages: [{ role: "assistant", content: secret }] }),
      JSON.stringify({ conversations: [{ from: "human", value: 3 }] }),
      JSON.stringify({ messages: [{ role: "user", content: [{ type: "image_url", image_url: secret }] }] }),
      JSON.stringify({ prompt: "fine" }),
    ].join("\n");
    const parsed = parseDataset(text);
    const problems = parsed.ok ? [] : parsed.problems;
    expect(problems.map((problem) => problem.split(":")[0])).toEqual([
      "lines 1 and 2",
      "line 3",
      "line 4",
      "lines 5 and 8",
      "line 6",
      "line 7",
    ]);
    expect(problems.join()).not.toContain(secret);
    expect(parseDataset("\n")).toMatchObject({ problems: ["holds no prompt"] });
    expect(parseDataset('[{"prompt": "x"}]')).toMatchObject({ problems: [expect.stringContaining("jq -c")] });
  });
});

describe("the plan of a dataset", () => {
  const rows: readonly DatasetRow[] = Array.from({ length: 5 }, (_, i) => ({
    messages: [{ role: "user", content: `question ${i}` }],
    inputTokens: 10 + i,
    outputTokens: i === 0 ? null : 100 * i,
  }));
  const prompt = { ...OPEN.prompt, inputTokens: 1000, outputTokens: 250, dataset: "mine.jsonl" };
  const scenario = { ...OPEN, prompt, stop: { requests: 15, durationMs: null } };

  it("asks each once before any twice, in a seeded order, within the scenario's limit", () => {
    const { arrivals } = planFrom(scenario, { ...NO_INPUTS, dataset: rows });
    const rounds = [0, 5, 10].map((from) => arrivals.slice(from, from + 5).map(({ inputTokens }) => inputTokens));
    for (const round of rounds) expect(round.toSorted((a, b) => a - b)).toEqual([10, 11, 12, 13, 14]);
    expect(new Set(rounds.map(String)).size).toBeGreaterThan(1);
    const limits = new Map(arrivals.map(({ inputTokens, outputTokens }) => [inputTokens, outputTokens]));
    expect(Object.fromEntries(limits)).toEqual({ 10: 250, 11: 100, 12: 200, 13: 250, 14: 250 });
    expect(planFrom(scenario, { ...NO_INPUTS, dataset: rows }).arrivals).toEqual(arrivals);
  });

  it("sends prompts as they are when warm, and behind a nonce of their own when cold", () => {
    const said = (cache: "cold" | "warm", target: string): string => {
      const own = { ...scenario, prompt: { ...prompt, cache } };
      const [first] = planFrom(own, { ...NO_INPUTS, dataset: rows }).arrivals;
      return draftOf(first!, { runId: "run", target, scenario: own }, NOTHING_SAID).messages[0]!.content;
    };
    expect(said("warm", "a")).toMatch(/^question \d$/);
    expect(said("cold", "a")).toMatch(/^\d{12} question \d$/);
    expect(said("cold", "b")).not.toBe(said("cold", "a"));
  });
});

describe("a run with prompts of the user's own", () => {
  let simulator: Simulator;
  beforeAll(async () => {
    const quick = { ttft: { baseMs: 5, perInputTokenMs: 0, sigma: 0 }, interEvent: { meanMs: 1, sigma: 0 } };
    simulator = await startSimulator({ seed: 1, profiles: { fast: { ...PROFILES["sim-fast"], ...quick } } });
  });
  afterAll(() => simulator.close());

  const SECRET = "Wie hoch ist die Rücklage für den Zukauf Falkenstein im dritten Quartal?";
  const ANSWER = "Siebenundvierzig Millionen, wie am Montag beschlossen.";
  const DATASET = lines(
    { prompt: SECRET, completion: ANSWER },
    {
      conversations: [
        { from: "human", value: `${SECRET} Kurz bitte.` },
        { from: "gpt", value: ANSWER },
      ],
    },
    {
      messages: [
        { role: "system", content: `Geheim: ${ANSWER}` },
        { role: "user", content: SECRET },
      ],
      max_tokens: 5,
    },
  );

  async function folderOf(cwd: string): Promise<string> {
    const [name] = await readdir(join(cwd, "results"));
    return join(cwd, "results", name!);
  }

  /** Everything that stands in a run folder, unpacked. */
  async function textIn(folder: string): Promise<string> {
    const files = await readdir(folder, { recursive: true, withFileTypes: true });
    const texts = files
      .filter((file) => file.isFile())
      .map(async ({ parentPath, name }) => {
        const bytes = await readFile(join(parentPath, name));
        return (name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
      });
    return (await Promise.all(texts)).join("\n");
  }

  /** Pieces that no other text has; of any length that would tell something. */
  const pieces = (text: string): readonly string[] => text.split(/[ ,.?]+/).filter((word) => word.length > 7);

  async function expectNoText(cwd: string, screen: string): Promise<void> {
    const kept = (await textIn(await folderOf(cwd))) + screen;
    const found = [...pieces(SECRET), ...pieces(ANSWER)].filter((piece) => kept.includes(piece));
    expect(found).toEqual([]);
    // The search finds what is there.
    expect(kept).toContain("promptHash");
    expect(pieces(SECRET)).toContain("Falkenstein");
  }

  it("counts their tokens itself, and keeps hashes alone", async () => {
    const cwd = temporaryFolder();
    await writeFile(join(cwd, "mine.jsonl"), DATASET);
    const args = ["run", "--base-url", `${simulator.url}/fast/v1`, "--dataset", "mine.jsonl", "--num-prompts", "6"];
    const ended = await herdbench([...args, "--max-concurrency", "2"], { cwd });
    expect(ended.code).toEqual(orInvalid(0));
    expect(ended.stdout).toContain("own prompts");
    const record: RunRecord = await readRun(await folderOf(cwd));
    const count = await loadTokenizer();
    // A nonce of twelve digits and its space.
    const behindNonce = (text: string): number => count(`123456789012 ${text}`);
    const expected = [
      behindNonce(SECRET),
      behindNonce(`${SECRET} Kurz bitte.`),
      behindNonce(`Geheim: ${ANSWER}`) + count(SECRET),
    ];
    const inputs = record.observations.map(({ request }) => request.inputTokens);
    expect(inputs.toSorted((a, b) => a - b)).toEqual([...expected, ...expected].toSorted((a, b) => a - b));
    const limits = new Set(record.observations.map(({ request }) => request.maxOutputTokens));
    expect(limits).toEqual(new Set([5, count(ANSWER)]));
    expect(record.manifest.scenarios[0]!.inputs).toEqual([
      { path: "mine.jsonl", sha256: expect.stringMatching(/^[\da-f]{64}$/), rows: 3 },
    ]);
    await expectNoText(cwd, ended.stdout + ended.stderr);
  });

  it("goes on after a cap with the prompts that are left, and only with the same file", async () => {
    const cwd = temporaryFolder();
    await writeFile(join(cwd, "mine.jsonl"), DATASET);
    const load = ["--dataset", "mine.jsonl", "--num-prompts", "6", "--max-requests", "2", "--quiet"];
    expect((await herdbench(["run", "--base-url", `${simulator.url}/fast/v1`, ...load], { cwd })).code).toBe(5);
    await writeFile(join(cwd, "mine.jsonl"), `${DATASET}\n`);
    const other = await herdbench(["resume", "LAST", "--max-requests", "9", "--quiet"], { cwd });
    expect([other.code, other.stderr]).toEqual([2, expect.stringContaining("put that one back")]);
    await writeFile(join(cwd, "mine.jsonl"), DATASET);
    const ended = await herdbench(["resume", "LAST", "--max-requests", "9"], { cwd });
    expect(ended.code).toEqual(orInvalid(0));
    const { observations } = await readRun(await folderOf(cwd));
    expect(observations.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 6 }, () => "completed"));
    // Each of the three twice.
    const lengths = Map.groupBy(observations, ({ request }) => request.inputTokens);
    expect([...lengths.values()].map((of) => of.length)).toEqual([2, 2, 2]);
    await expectNoText(cwd, ended.stdout + ended.stderr);
  });

  it("keeps them out of its records also when a server's error repeats them", async () => {
    const error = { error: { message: `cannot answer: ${SECRET}`, type: "invalid_request_error", code: "refused" } };
    const head = streamHead([], "400 Bad Request", "application/json");
    const server = await wireServer(answering(head, JSON.stringify(error)));
    const cwd = temporaryFolder();
    await writeFile(join(cwd, "mine.jsonl"), lines({ prompt: SECRET }));
    const args = ["run", "--base-url", `${server.origin}/v1`, "--dataset", "mine.jsonl", "--num-prompts", "2"];
    const ended = await herdbench(args, { cwd });
    const { observations } = await readRun(await folderOf(cwd));
    expect(observations.map(({ failure }) => failure!.detail)).toEqual(
      Array.from({ length: 2 }, () => "(left out: it quotes the prompt)"),
    );
    await expectNoText(cwd, ended.stdout + ended.stderr);
    await server.close();
  });

  it("is refused before anything is sent when a line is bad or too long", async () => {
    const cwd = temporaryFolder();
    await writeFile(join(cwd, "bad.jsonl"), `${lines({ prompt: SECRET }, { text: SECRET })}\n{`);
    await writeFile(join(cwd, "long.jsonl"), lines({ prompt: "short" }, { prompt: SECRET }));
    const said = async (...flags: string[]): Promise<string> => {
      const args = ["run", "--base-url", `${simulator.url}/fast/v1`, ...flags];
      const { code, stderr } = await herdbench(args, { cwd });
      expect(code).toBe(2);
      expect(stderr).not.toContain("Falkenstein");
      return stderr;
    };
    expect(await said("--dataset", "bad.jsonl")).toContain("bad.jsonl: lines 2 and 3: must be a JSON object");
    expect(await said("--dataset", "long.jsonl", "--input-len", "16")).toContain(
      "long.jsonl: line 2: has more tokens than 16",
    );
    expect(await said("--dataset", "none.jsonl")).toContain("none.jsonl: no such file");
    expect(await said("--dataset", "long.jsonl", "--turns", "3")).toContain("--turns: must be null");
    expect((await readdir(cwd)).toSorted()).toEqual(["bad.jsonl", "long.jsonl"]);
  });
});
