import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readRun } from "../../src/store/read.ts";
import { latestRun, resolveRun } from "../../src/store/resolve.ts";
import { observationJsonSchema, observationSchema } from "../../src/store/schema.ts";
import { GOLDEN_RUN, OBSERVATION_SCHEMA } from "../support/golden-files.ts";
import { goldenRun } from "../support/golden-run.ts";
import { temporaryFolder } from "../support/temporary.ts";

const golden = goldenRun();
const rows = golden.observations.slice(0, 3).map((row) => JSON.stringify(row));
const [first, second, third] = golden.observations;

/** A run folder of the golden manifest and the files given. */
function folderWith(files: Record<string, string | Buffer>): string {
  const path = temporaryFolder();
  writeFileSync(join(path, "manifest.json"), JSON.stringify(golden.manifest));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content);
  return path;
}

test("a run of a manifest alone is a run without observations", async () => {
  const record = await readRun(folderWith({}));
  expect(record).toMatchObject({ observations: [], lost: [], warnings: [] });
});

test("a torn last line is skipped and named", async () => {
  const text = `${rows[0]}\n${rows[1]}\n${rows[2]!.slice(0, 200)}`;
  const record = await readRun(folderWith({ "observations.ndjson": text }));
  expect(record.observations).toEqual([first, second]);
  expect(record.warnings).toEqual(["observations.ndjson line 3 is torn (the last write was cut off) and was skipped"]);
});

test("a last line that lacks only its line end counts", async () => {
  const record = await readRun(folderWith({ "observations.ndjson": rows.join("\n") }));
  expect(record.observations).toEqual([first, second, third]);
  expect(record.warnings).toEqual([]);
});

test("wherever the last line is cut, the lines before it are kept", async () => {
  const text = Buffer.from(`${rows[0]}\n${rows[1]}\n`);
  const start = Buffer.byteLength(rows[0]!) + 1;
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: start, max: text.length - 2 }), async (cutAt) => {
      const record = await readRun(folderWith({ "observations.ndjson": text.subarray(0, cutAt) }));
      expect(record.observations).toEqual([first]);
      expect(record.warnings).toHaveLength(cutAt === start ? 0 : 1);
    }),
    { numRuns: 50 },
  );
});

test("a damaged line in the middle is skipped and named, whether broken JSON or of another shape", async () => {
  const wrong = JSON.stringify({ ...second, outcome: "splendid" });
  const text = `${rows[0]}\n{"v":1,\n${wrong}\n\n${rows[2]}\n`;
  const record = await readRun(folderWith({ "observations.ndjson": text }));
  expect(record.observations).toEqual([first, third]);
  expect(record.warnings).toEqual([
    "observations.ndjson line 2 is damaged and was skipped",
    "observations.ndjson line 3 is damaged and was skipped",
  ]);
});

test("of two rows with one id the first counts", async () => {
  const repeated = JSON.stringify({ ...second, id: first!.id });
  const record = await readRun(folderWith({ "observations.ndjson": `${rows[0]}\n${repeated}\n` }));
  expect(record.observations).toEqual([first]);
  expect(record.warnings).toEqual([`observations.ndjson line 2 repeats id ${first!.id}: the first one counts`]);
});

test("an intent without an observation is lost", async () => {
  const intents = golden.intents.slice(0, 3).map((intent) => `${JSON.stringify(intent)}\n`);
  const record = await readRun(
    folderWith({ "intents.ndjson": intents.join(""), "observations.ndjson.gz": gzipSync(`${rows[1]}\n`) }),
  );
  expect(record.lost).toEqual([golden.intents[0]!, golden.intents[2]!]);
});

test("the compressed file wins over the plain one that a crash left beside it", async () => {
  const record = await readRun(
    folderWith({
      "observations.ndjson": `${rows[0]}\n`,
      "observations.ndjson.gz": gzipSync(`${rows[0]}\n${rows[1]}\n`),
    }),
  );
  expect(record.observations).toEqual([first, second]);
});

test("a compressed file that was cut keeps what can be read, and says so", async () => {
  const many = golden.observations.map((row) => `${JSON.stringify(row)}\n`).join("");
  const gz = gzipSync(many);
  const record = await readRun(folderWith({ "observations.ndjson.gz": gz.subarray(0, gz.length - 20) }));
  expect(record.observations.length).toBeGreaterThan(0);
  expect(record.observations.length).toBeLessThan(golden.observations.length);
  expect(record.warnings.join()).toMatch(/observations\.ndjson\.gz is damaged after line \d+/);
});

test("of a thousand damaged lines twenty are named and the rest is counted", async () => {
  const record = await readRun(folderWith({ "events.ndjson": "nonsense\n".repeat(1000) }));
  expect(record.warnings).toHaveLength(21);
  expect(record.warnings.at(-1)).toBe("events.ndjson: 980 more such lines");
});

test("a folder without manifest is no run folder", async () => {
  const empty = temporaryFolder();
  await expect(readRun(empty)).rejects.toThrow(`not a run folder: no manifest.json in ${empty}`);
  await expect(readRun(join(empty, "absent"))).rejects.toMatchObject({ name: "StoreError" });
});

test("a manifest with mistakes names each of them, and a newer one asks for an update", async () => {
  const wrong = { ...golden.manifest, seed: "405", targets: [{ ...golden.manifest.targets[0], id: null }] };
  await expect(readRun(folderWith({ "manifest.json": JSON.stringify(wrong) }))).rejects.toThrow(
    /seed[\s\S]*targets\[0\]\.id/,
  );
  await expect(readRun(folderWith({ "manifest.json": '{"v":2}' }))).rejects.toThrow(/newer herdbench.*update/);
  await expect(readRun(folderWith({ "manifest.json": '{"v":' }))).rejects.toThrow(/not valid JSON/);
});

test("LAST is the newest run, counting suffixes as numbers and ignoring what is no run", async () => {
  const results = temporaryFolder();
  expect(await latestRun(join(results, "absent"))).toBeNull();
  await expect(resolveRun(results, "LAST")).rejects.toThrow(/no run in .*herdbench run/);
  const names = ["20261123T184938Z-quick-9", "20261123T184938Z-quick-10", "20261122T235959Z-zebra"];
  for (const run of names) {
    mkdirSync(join(results, run));
    writeFileSync(join(results, run, "manifest.json"), "{}");
  }
  mkdirSync(join(results, "20261231T000000Z-begun"));
  mkdirSync(join(results, "zzz"));
  writeFileSync(join(results, "zzz", "manifest.json"), "{}");
  expect(await latestRun(results)).toBe(join(results, "20261123T184938Z-quick-10"));
  expect(await resolveRun(results, "LAST")).toBe(join(results, "20261123T184938Z-quick-10"));
});

test("a run is found by its name and by its path", async () => {
  const results = temporaryFolder();
  const path = join(results, "20261123T184938Z-quick");
  mkdirSync(path);
  writeFileSync(join(path, "manifest.json"), "{}");
  expect(await resolveRun(results, "20261123T184938Z-quick")).toBe(path);
  expect(await resolveRun("elsewhere", path)).toBe(path);
  await expect(resolveRun(results, "nothing")).rejects.toThrow(/not a run folder: no manifest\.json in nothing or /);
});

test("the golden run is still read without a warning and holds what it was made of", async () => {
  const record = await readRun(GOLDEN_RUN);
  expect(record.warnings).toEqual([]);
  expect(record.lost).toEqual([]);
  expect(record.manifest).toEqual(golden.manifest);
  expect(record.observations).toEqual(golden.observations);
  for (const observation of record.observations) expect(observationSchema.safeParse(observation).success).toBe(true);
});

test("the JSON Schema in the tree is the one that the reader applies", () => {
  expect(readFileSync(OBSERVATION_SCHEMA, "utf8")).toBe(observationJsonSchema());
});
