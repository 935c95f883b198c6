import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Validity } from "../../src/measure/analysis.ts";
import { parseCsv } from "../support/csv-parser.ts";
import { startHerdbench } from "../support/herdbench.ts";
import { floorText, unexplained, watchHost } from "../support/host-floor.ts";
import { temporaryFolder } from "../support/temporary.ts";

/** Both loops send for about 5 s. */
const LOOPS = {
  open: ["--request-rate", "20", "--arrival", "constant", "--num-prompts", "100"],
  closed: ["--max-concurrency", "4", "--duration", "5"],
} as const;
const SHORT = ["--target", "sim-fast", "--input-len", "40", "--output-len", "16"];
const FREEZE_MS = 3000;
/** A machine can hold up one of its processors and not the other; a client that is late by itself is so each time. */
const ATTEMPTS = 3;

interface Finished {
  readonly code: number | null;
  readonly screen: string;
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
  return { code, screen, validity, report };
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

  it("that was left alone is valid, or was late by no more than a machine is that lets an idle process wait", async () => {
    const said: string[] = [];
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const host = await watchHost();
      const { code, validity } = await runFrozen(loop, 0);
      const floor = await host.stop();
      expect(code).toBe(validity.valid ? 0 : 4);
      const ours = unexplained(validity.reasons, floor);
      if (ours.length === 0) return;
      said.push(...ours, floorText(floor));
    }
    expect(said).toEqual([]);
  });
});

/** A screen breaks its lines between any two words. */
function unwrapped(text: string): string {
  return text.replaceAll(/\s+/g, " ");
}
