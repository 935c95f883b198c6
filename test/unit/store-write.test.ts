import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { createRun, slug } from "../../src/store/create.ts";
import { readRun } from "../../src/store/read.ts";
import { openRows } from "../../src/store/row-writer.ts";
import { storeError, StoreError } from "../../src/store/store-error.ts";
import { goldenRun } from "../support/golden-run.ts";
import { temporaryFolder } from "../support/temporary.ts";

const golden = goldenRun();
const name = { stamp: "20261123T184938Z", label: "quick" };

test("a run's folder is made with the results folder above it and is named by stamp and label", async () => {
  const results = join(temporaryFolder(), "deep", "results");
  const run = await createRun(results, { stamp: "20261123T184938Z", label: "Nightly run / EU!" });
  expect(run.id).toBe("20261123T184938Z-nightly-run-eu");
  expect(run.path).toBe(join(results, run.id));
  expect(existsSync(run.path)).toBe(true);
});

test("runs of one second and label never share a folder", async () => {
  const results = temporaryFolder();
  const runs = await Promise.all([1, 2, 3, 4].map(() => createRun(results, name)));
  expect(runs.map((run) => run.id).sort()).toEqual(["", "-2", "-3", "-4"].map((end) => `20261123T184938Z-quick${end}`));
});

test("a label of nothing usable becomes run, and a path in a label stays a name", () => {
  expect(slug("///")).toBe("run");
  expect(slug("../../etc/passwd")).toBe("etc-passwd");
  expect(slug("x".repeat(500))).toHaveLength(60);
});

test("a stamp of another form is refused", async () => {
  await expect(createRun(temporaryFolder(), { stamp: "../evil", label: "x" })).rejects.toThrow(RangeError);
});

test("what was written is read back equal, compressed or not", async () => {
  const run = await createRun(temporaryFolder(), name);
  await run.writeManifest(golden.manifest);
  for (const intent of golden.intents) run.appendIntent(intent);
  for (const observation of golden.observations) run.appendObservation(observation);
  for (const trace of golden.events) run.appendEvents(trace);
  await run.writeTokens(golden.tokens);
  const open = await readRun(run.path);
  expect(open.manifest).toEqual(golden.manifest);
  expect(open.observations).toEqual(golden.observations);
  expect([...open.events.values()]).toEqual(golden.events);
  expect([...open.tokens.values()]).toEqual(golden.tokens);
  expect(open.lost).toEqual([]);
  expect(open.warnings).toEqual([]);
  await run.finish();
  expect(await readRun(run.path)).toEqual(open);
});

test("a finished run holds the manifest and compressed rows, and nothing temporary", async () => {
  const run = await createRun(temporaryFolder(), name);
  await run.writeManifest(golden.manifest);
  run.appendObservation(golden.observations[0]!);
  await run.writeTokens([]);
  await run.finish();
  expect(readdirSync(run.path).sort()).toEqual([
    "events.ndjson.gz",
    "intents.ndjson.gz",
    "manifest.json",
    "observations.ndjson.gz",
    "tokens.ndjson.gz",
  ]);
  const text = gunzipSync(readFileSync(join(run.path, "observations.ndjson.gz"))).toString();
  expect(text).toBe(`${JSON.stringify(golden.observations[0])}\n`);
});

test("the manifest is replaced as a whole", async () => {
  const run = await createRun(temporaryFolder(), name);
  await run.writeManifest({ ...golden.manifest, end: null });
  expect((await readRun(run.path)).manifest.end).toBeNull();
  await run.writeManifest(golden.manifest);
  expect((await readRun(run.path)).manifest.end).toEqual(golden.manifest.end);
  expect(readdirSync(run.path).filter((file) => file.endsWith(".tmp"))).toEqual([]);
});

test("an intent survives kill -9 of the process that wrote it", async () => {
  const results = temporaryFolder();
  const program = `
    import { createRun } from ${JSON.stringify(new URL("../../src/store/create.ts", import.meta.url).href)};
    const run = await createRun(${JSON.stringify(results)}, ${JSON.stringify(name)});
    await run.writeManifest(${JSON.stringify(golden.manifest)});
    for (const intent of ${JSON.stringify(golden.intents.slice(0, 3))}) run.appendIntent(intent);
    run.appendObservation(${JSON.stringify(golden.observations[0])});
    process.kill(process.pid, "SIGKILL");
  `;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], { stdio: "inherit" });
  const [, signal] = await once(child, "exit");
  expect(signal).toBe("SIGKILL");
  const record = await readRun(join(results, "20261123T184938Z-quick"));
  expect(record.observations).toEqual([golden.observations[0]]);
  expect(record.lost).toEqual(golden.intents.slice(1, 3));
  expect(record.warnings).toEqual([]);
});

test("rows are never appended to a file that exists", () => {
  const path = join(temporaryFolder(), "rows.ndjson");
  const writer = openRows(path, "ax");
  writer.append({ id: "a" });
  writer.close();
  expect(readFileSync(path, "utf8")).toBe('{"id":"a"}\n');
  expect(() => openRows(path, "ax")).toThrow(/cannot create .*rows\.ndjson: a file of this name is in the way/);
});

test("a write that the system cuts short is told with its mend, and the next row starts on a line of its own", () => {
  const path = join(temporaryFolder(), "rows.ndjson");
  const program = `
    import { truncateSync } from "node:fs";
    import { openRows } from ${JSON.stringify(new URL("../../src/store/row-writer.ts", import.meta.url).href)};
    const writer = openRows(${JSON.stringify(path)}, "ax");
    try {
      writer.append({ id: "long", text: "x".repeat(9000) });
    } catch (error) {
      console.log(error.message);
    }
    truncateSync(${JSON.stringify(path)}, 100);
    writer.append({ id: "next" });
  `;
  const limited = ["-c", 'ulimit -f 4; exec "$0" --input-type=module --eval "$1"', process.execPath, program];
  const child = spawnSync("bash", limited, { encoding: "utf8" });
  expect(child.stderr).toBe("");
  expect(child.stdout).toMatch(/^cannot write .*rows\.ndjson: the file size limit is reached/);
  const lines = readFileSync(path, "utf8").split("\n");
  expect(lines).toEqual([expect.stringMatching(/^\{"id":"long","text":"x+$/), '{"id":"next"}', ""]);
});

test("disk errors become one error with the path and the mend", () => {
  const cause = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
  const error = storeError("write", "/disk/observations.ndjson", cause);
  expect(error).toBeInstanceOf(StoreError);
  expect(error.message).toBe(
    "cannot write /disk/observations.ndjson: the disk is full: free some space or choose another place with --result-dir",
  );
  expect(error).toMatchObject({ path: "/disk/observations.ndjson", code: "ENOSPC", cause });
  expect(storeError("write", "/elsewhere", error)).toBe(error);
});

test("a file where the results folder should be is named", async () => {
  const file = join(temporaryFolder(), "results");
  writeFileSync(file, "");
  await expect(createRun(file, name)).rejects.toMatchObject({ name: "StoreError", path: file });
});

test("a folder that vanished under the writer is a StoreError, not a crash of another kind", async () => {
  const run = await createRun(temporaryFolder(), name);
  const lost = join(run.path, "manifest.json");
  mkdirSync(lost);
  writeFileSync(join(lost, "in the way"), "");
  await expect(run.writeManifest(golden.manifest)).rejects.toThrow(StoreError);
  expect(readdirSync(run.path).filter((file) => file.endsWith(".tmp"))).toEqual([]);
  expect(basename(run.path)).toBe(run.id);
});

test("stalls have a file of their own, which stays only when there were any", async () => {
  const calm = await createRun(temporaryFolder(), name);
  await calm.finish();
  expect(readdirSync(calm.path).filter((file) => file.startsWith("stalls"))).toEqual([]);
  const run = await createRun(temporaryFolder(), name);
  await run.writeManifest(golden.manifest);
  const stall = { v: 1, id: "chat:5", scenario: "chat", atUs: 5, delayMs: 61.2 } as const;
  run.appendStall(stall);
  expect((await readRun(run.path)).stalls).toEqual([stall]);
  await run.finish();
  expect((await readRun(run.path)).stalls).toEqual([stall]);
  expect(readdirSync(run.path)).toContain("stalls.ndjson.gz");
});
