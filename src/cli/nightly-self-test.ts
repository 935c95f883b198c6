import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NightlyOptions } from "./nightly-options.ts";
import { noFlags } from "./nightly-targets.ts";
import { planAll } from "./planned.ts";
import { measureWork } from "./run.ts";
import { selectScenarios } from "./select-scenarios.ts";

/** A machine may be busy for a moment. */
const TRIES = 2;
/** Four seconds of an easy load. */
const LOAD = { requestRate: 10, numPrompts: 40, inputLen: 60, outputLen: 16 };

/** Measures the simulator, and says why this machine cannot be trusted to; empty when it can. Leaves nothing behind. */
export async function selfTest(options: NightlyOptions): Promise<readonly string[]> {
  const resultDir = await mkdtemp(join(tmpdir(), "herdbench-self-test-"));
  const run = { ...noFlags(options), ...LOAD, resultDir, target: ["sim-fast"], maxFailureShare: 1 };
  try {
    const planned = await planAll(await selectScenarios(run, null));
    let reasons: readonly string[] = [];
    for (let i = 0; i < TRIES; i += 1) {
      const measured = await measureWork(run, null, { planned, study: null, search: null });
      reasons = measured?.analysis.validity.reasons ?? [];
      if (reasons.length === 0) break;
    }
    return reasons;
  } finally {
    await rm(resultDir, { recursive: true, force: true });
  }
}
