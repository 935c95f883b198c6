import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { RunRecord } from "../../src/core/run.ts";
import type { Validity } from "../../src/measure/analysis.ts";
import { readRun } from "../../src/store/read.ts";
import { parseCsv } from "../support/csv-parser.ts";
import { startHerdbench } from "../support/herdbench.ts";
import { temporaryFolder } from "../support/temporary.ts";

/** Both loops send for about 5 s. */
const LOOPS = {
  open: ["--request-rate", "20", "--arrival", "constant", "--num-prompts", "100"],
  closed: ["--max-concurrency", "4", "--duration", "5"],
} as const;
const SHORT = ["--target", "sim-fast", "--input-len", "40", "--output-len", "16"];
const FREEZE_MS = 3000;

interface Finished {
  readonly code: number | null;
  readonly screen: string;
  readonly record: RunRecord;
  readonly validity: Validity;
  readonly report: (file: string) => Promise<string>;
}

/** The program in a process of its own, stopped by the system for a while in the middle of its load, or left alone. */
async function runFrozen(loop: keyof typeof LOOPS, freezeMs: number): Promise<Finished> {
  const cwd = temporaryFolder();
  const running = startHerdbench(["run", ...SHORT, ...LOOPS[loop]], { cwd });
  await running.sees("requests to each of");
  await sleep(1500);
  if (freezeMs > 0) {
    running.child.kill("SIGSTOP");
    await sleep(freezeMs);
    running.child.kill("SIGCONT");
  }
  const { code, stdout: screen } = await running.ended;
  const [name] = await readdir(join(cwd, "results"));
  const folder = join(cwd, "results", name!);
  const report = (file: string): Promise<string> => readFile(join(folder, file), "utf8");
  const { validity } = JSON.parse(await report("report.json")) as { validity: Validity };
  return { code, screen, record: await readRun(folder), validity, report };
}

describe.each(Object.keys(LOOPS) as (keyof typeof LOOPS)[])("a client in %s loop", (loop) => {
  it("that was frozen for 3 s ends with code 4 and marks every report INVALID", async () => {
    const { code, screen, validity, report } = await runFrozen(loop, FREEZE_MS);
    expect(code).toBe(4);
    expect(validity.valid).toBe(false);
    const blocked = validity.reasons.flatMap((reason) => /event loop blocked for ([\d.]+) ms/.exec(reason)?.[1] ?? []);
    expect(blocked).toHaveLength(1);
    expect(Number(blocked[0])).toBeGreaterThan(0.9 * FREEZE_MS);
    // A closed loop has no schedule to be late for; an open one was late for every arrival of the freeze.
    expect(validity.reasons.some((reason) => /client delay p99/.test(reason))).toBe(loop === "open");
    const [header, ...rows] = parseCsv(await report("comparison.csv"));
    expect(rows.map((row) => row[header!.indexOf("validity")])).toEqual(["INVALID"]);
    for (const text of [screen, await report("report.md"), await report("report.html")]) {
      expect(text).toMatch(/\bINVALID\b/);
      expect(text).not.toMatch(/\bVALID\b/);
      for (const reason of validity.reasons) expect(unwrapped(text)).toContain(unwrapped(reason));
    }
  });

  it("that was left alone is valid, or names only what this machine really kept it from", async () => {
    const { code, record, validity } = await runFrozen(loop, 0);
    expect(code).toBe(validity.valid ? 0 : 4);
    const late = record.observations.map(({ stamps }) => (Number(stamps.sent) - stamps.scheduled) / 1000);
    const [window] = record.manifest.end!.windows;
    const real = {
      "event loop blocked": window!.loopDelayMsMax > 50,
      "client delay p99": loop === "open" && Math.max(...late) > 5,
      "releases span": loop === "open" && Math.max(...late) > 5,
    };
    const untrue = validity.reasons.filter(
      (reason) => !Object.entries(real).some(([words, is]) => is && reason.includes(words)),
    );
    expect(untrue).toEqual([]);
  });
});

/** A screen breaks its lines between any two words. */
function unwrapped(text: string): string {
  return text.replaceAll(/\s+/g, " ");
}
