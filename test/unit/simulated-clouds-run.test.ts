import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { RunRecord } from "../../src/core/run.ts";
import { loadProvider } from "../../src/registry.ts";
import { CLOUD_IDS } from "../../src/simulator/planted.ts";
import { readRun } from "../../src/store/read.ts";
import { parseCsv } from "../support/csv-parser.ts";
import { herdbench, orInvalid, type Ended } from "../support/herdbench.ts";

/* Every cloud in one paired run, as a user starts it: each by its own wire and sign-in, into one CSV. */

const IDS = [...CLOUD_IDS, "azure-ai", "databricks"];
const PAIRS = 8;
const OUTPUT = 16;

let ended: Ended;
let rows: ReadonlyMap<string, Readonly<Record<string, string>>>;
let record: RunRecord;
let everything: string;
beforeAll(async () => {
  const cwd = mkdtempSync(join(tmpdir(), "herdbench-"));
  const load = [
    "--num-prompts",
    String(PAIRS),
    "--request-rate",
    "4",
    "--input-len",
    "40",
    "--output-len",
    String(OUTPUT),
  ];
  const targets = IDS.map((id) => `simulator:${id}`);
  const env = { REPLICATE_API_TOKEN: "not-a-real-key-0d2e", AWS_SECRET_ACCESS_KEY: "not-a-real-key-0d2e" };
  ended = await herdbench(["run", "--target", ...targets, ...load, "--quiet"], { cwd, env });
  const folder = join(cwd, "results", readdirSync(join(cwd, "results"))[0]!);
  record = await readRun(folder);
  everything = readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), "latin1"))
    .join("");
  const [header = [], ...cells] = parseCsv(readFileSync(join(folder, "comparison.csv"), "utf8"));
  const all = cells.map((row) => Object.fromEntries(header.map((name, i) => [name, row[i]!])));
  rows = new Map(all.map((row) => [row["provider"]!, row]));
  rmSync(cwd, { recursive: true });
}, 120_000);

const rowOf = (id: string): Readonly<Record<string, string>> => rows.get(id) ?? {};

describe("a paired run of every cloud", () => {
  it("has a row for each, all of one run, and says that it is simulated", () => {
    expect(ended.code).toEqual(orInvalid(0));
    expect([...rows.keys()].toSorted()).toEqual(IDS.toSorted());
    expect(new Set([...rows.values()].map((row) => row["run_id"])).size).toBe(1);
    expect(new Set([...rows.values()].map((row) => row["simulated"]))).toEqual(new Set(["true"]));
  });

  it.each(IDS)("%s: answers every request, with its tokens and its times", (id) => {
    const row = rowOf(id);
    const counts = ["planned", "ok", "failed", "output_tokens_p50"].map((name) => Number(row[name]));
    expect(counts).toEqual([PAIRS, PAIRS, 0, OUTPUT]);
    expect([row["ttft_ms_p50"], row["tpot_ms_p50"]].map((cell) => Number(cell) > 0)).toEqual([true, true]);
  });

  it.each(IDS)("%s: costs what its file says, or says why not", async (id) => {
    const { models } = await loadProvider(id, null);
    const { price } = models["llama-3.1-405b-instruct"]!;
    const row = rowOf(id);
    expect(row["price_kind"]).toBe(price.kind);
    expect([Number(row["usd_per_m_tokens"]) > 0, row["flags"]!.split(";").includes("price_unknown")]).toEqual([
      price.kind === "tokens",
      price.kind === "unknown",
    ]);
  });

  it("asks every one the same prompts, each once it is signed in", () => {
    const lengths = Map.groupBy(record.observations, ({ pair }) => pair);
    expect(lengths.size).toBe(PAIRS);
    for (const asked of lengths.values()) {
      expect(new Set(asked.map(({ stamps }) => stamps.scheduled)).size).toBe(1);
    }
    expect(record.observations.filter(({ request }) => request.signingUs === null)).toEqual([]);
  });

  it("takes no key of the user's, and writes none down", () => {
    expect(everything).not.toContain("not-a-real-key-0d2e");
  });
});
