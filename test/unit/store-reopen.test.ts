import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { Observation } from "../../src/core/observation.ts";
import { createRun } from "../../src/store/create.ts";
import { lockRun } from "../../src/store/lock.ts";
import { readRun } from "../../src/store/read.ts";
import { reopenRun } from "../../src/store/reopen.ts";
import type { RunFolder } from "../../src/store/run-folder.ts";
import { goldenRun } from "../support/golden-run.ts";
import { temporaryFolder } from "../support/temporary.ts";

const golden = goldenRun();
const [first, second, third] = golden.observations as [Observation, Observation, Observation];
const skipped: Observation = { ...third, outcome: "not-started", reason: "interrupt" };
const isSkipped = ({ outcome }: Observation): boolean => outcome === "not-started";
const open = { ...golden.manifest, end: null };
const keepLock = async (): Promise<void> => undefined;

/** A run with two answers and one request that was never let go. */
async function begun(): Promise<RunFolder> {
  const run = await createRun(temporaryFolder(), { stamp: "20261123T184938Z", label: "golden" });
  await run.writeManifest(golden.manifest);
  for (const intent of golden.intents.slice(0, 2)) run.appendIntent(intent);
  for (const observation of [first, second, skipped]) run.appendObservation(observation);
  for (const trace of golden.events.slice(0, 2)) run.appendEvents(trace);
  return run;
}

describe("a run that goes on", () => {
  test("after its end, keeps what was done, replaces what was not, and adds to the token counts", async () => {
    const run = await begun();
    await run.writeTokens(golden.tokens.slice(0, 1));
    await run.finish();
    const again = await reopenRun(run.path, open, await lockRun(run.path), isSkipped);
    expect((await readRun(run.path)).observations).toEqual([first, second]);
    again.appendIntent(golden.intents[2]!);
    again.appendObservation(third);
    await again.writeTokens(golden.tokens.slice(1, 2));
    await again.writeManifest(golden.manifest);
    await again.finish();
    const { observations, lost, tokens, warnings, manifest } = await readRun(run.path);
    expect({ observations, lost, warnings }).toEqual({ observations: [first, second, third], lost: [], warnings: [] });
    expect([...tokens.values()]).toEqual(golden.tokens.slice(0, 2));
    expect(manifest.end).toEqual(golden.manifest.end);
    expect(readdirSync(run.path).filter((name) => !name.endsWith(".gz"))).toEqual(["manifest.json"]);
  });

  test("after a crash, forgets the line that was being written", async () => {
    const run = await begun();
    const path = join(run.path, "observations.ndjson");
    writeFileSync(path, JSON.stringify(third).slice(0, 100), { flag: "a" });
    const again = await reopenRun(run.path, open, keepLock, isSkipped);
    again.appendObservation(third);
    await again.finish();
    const text = gunzipSync(readFileSync(`${path}.gz`)).toString("utf8");
    expect(text).toBe([first, second, third].map((row) => `${JSON.stringify(row)}\n`).join(""));
  });

  test("while its rows are still compressed, is readable at every step", async () => {
    const run = await begun();
    await run.finish();
    // As a crash leaves it between the plain copy and the removal of the compressed file.
    writeFileSync(join(run.path, "observations.ndjson"), "");
    await reopenRun(run.path, open, keepLock, isSkipped);
    expect((await readRun(run.path)).observations).toEqual([first, second]);
  });

  test("does not, when a damaged intent hides what was sent", async () => {
    const run = await begun();
    writeFileSync(join(run.path, "intents.ndjson"), "half an int\n", { flag: "a" });
    await expect(reopenRun(run.path, open, keepLock, isSkipped)).rejects.toThrow(/cannot be resumed/);
    // A torn last line was never followed by its request.
    const torn = await begun();
    writeFileSync(join(torn.path, "intents.ndjson"), "half an int", { flag: "a" });
    await reopenRun(torn.path, open, keepLock, isSkipped);
    expect((await readRun(torn.path)).warnings).toEqual([]);
  });
});

describe("the lock of a run folder", () => {
  const lockIn = (folder: string): string => join(folder, "lock.json");

  test("is there while a run is written, and gone when it is finished", async () => {
    const run = await begun();
    expect(JSON.parse(readFileSync(lockIn(run.path), "utf8"))).toEqual({ pid: process.pid, host: hostname() });
    await run.finish();
    expect(existsSync(lockIn(run.path))).toBe(false);
  });

  test("of a process that lives is respected, and named with the mend", async () => {
    const folder = temporaryFolder();
    const child = spawn(process.execPath, ["--eval", "setInterval(() => 0, 1000)"], { stdio: "ignore" });
    writeFileSync(lockIn(folder), JSON.stringify({ pid: child.pid, host: hostname() }));
    await expect(lockRun(folder)).rejects.toThrow(
      new RegExp(`process ${child.pid} is still writing .*: stop it, or wait .* remove .*lock\\.json`),
    );
    child.kill("SIGKILL");
    await once(child, "exit");
    const unlock = await lockRun(folder);
    expect(JSON.parse(readFileSync(lockIn(folder), "utf8"))).toMatchObject({ pid: process.pid });
    await unlock();
    expect(readdirSync(folder)).toEqual([]);
  });

  test("of another machine is respected, since nobody can ask there", async () => {
    const folder = temporaryFolder();
    writeFileSync(lockIn(folder), JSON.stringify({ pid: 1, host: "elsewhere" }));
    await expect(lockRun(folder)).rejects.toThrow(/process 1 on elsewhere was writing .* remove .*lock\.json/);
  });

  test("that is only half written is respected: its maker may live", async () => {
    const folder = temporaryFolder();
    writeFileSync(lockIn(folder), '{"pid":');
    await expect(lockRun(folder)).rejects.toThrow(/just beginning to write .* remove .*lock\.json/);
  });

  test("of a dead process goes to one of many that want it", async () => {
    const folder = temporaryFolder();
    const dead = spawn(process.execPath, ["--version"], { stdio: "ignore" });
    await once(dead, "exit");
    writeFileSync(lockIn(folder), JSON.stringify({ pid: dead.pid, host: hostname() }));
    const program = `
      const { lockRun } = await import(${JSON.stringify(new URL("../../src/store/lock.ts", import.meta.url).href)});
      console.log(await lockRun(${JSON.stringify(folder)}).then(() => "held", () => "refused"));
      setInterval(() => 0, 1000);
    `;
    const children = Array.from({ length: 4 }, () =>
      spawn(process.execPath, ["--input-type=module", "--eval", program], { stdio: ["ignore", "pipe", "inherit"] }),
    );
    const answers = await Promise.all(children.map(async ({ stdout }) => String((await once(stdout, "data"))[0])));
    for (const child of children) child.kill("SIGKILL");
    expect(answers.toSorted()).toEqual(["held\n", "refused\n", "refused\n", "refused\n"]);
  });

  test("is not taken from its next owner by a late unlock", async () => {
    const folder = temporaryFolder();
    const unlock = await lockRun(folder);
    await unlock();
    await lockRun(folder);
    await unlock();
    expect(existsSync(lockIn(folder))).toBe(true);
  });
});
