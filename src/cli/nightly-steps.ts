import type { NightSlot } from "../core/study.ts";
import { removeOldRaw } from "../store/retention.ts";
import { HOPELESS } from "../study/nightly/causes.ts";
import { deadRuns, runNamed } from "../study/nightly/dead-runs.ts";
import type { AskedTarget } from "../study/nightly/facts.ts";
import type { NightSteps } from "../study/nightly/steps.ts";
import type { Config } from "../scenario/config.ts";
import type { NightlyConfig } from "../scenario/nightly-config.ts";
import { pingDeadMan, tellNight, type HookTools } from "./nightly-hooks.ts";
import type { NightlyOptions } from "./nightly-options.ts";
import { partOf } from "./nightly-scenarios.ts";
import { selfTest } from "./nightly-self-test.ts";
import { checkCandidates, noFlags, type NightCandidate } from "./nightly-targets.ts";
import { planAll } from "./planned.ts";
import { publishNight } from "./publish.ts";
import { publishReport } from "./publish-report.ts";
import { resumeCommand } from "./resume.ts";
import { measureWork } from "./run.ts";
import type { ScenarioText } from "./select-scenarios.ts";
import { UsageError } from "./usage-error.ts";

const QUIET = { quiet: true };

/** Everything that a night works with. */
export interface Nightly {
  readonly options: NightlyOptions;
  readonly config: Config | null;
  readonly nightly: NightlyConfig;
  /** As they stand in their files: each part of a night runs its share of them. */
  readonly scenarios: readonly ScenarioText[];
  readonly candidates: readonly NightCandidate[];
  readonly tools: HookTools;
}

/** What a night does, for real. */
export function nightSteps(of: Nightly): NightSteps {
  const { options, nightly, candidates, tools } = of;
  const { resultDir } = options;
  return {
    nowMs: () => Date.now(),
    check: () => checkCandidates(candidates, options),
    selfTest: () => (options.selfTest ? selfTest(options) : Promise.resolve([])),
    measure: async ({ night, slot, slots }, asked, capUsd) =>
      measureTargets(of, { kind: "nightly", night, slot, slots, rerun: null }, leftIn(asked), capUsd),
    deadRuns: () => deadRuns(resultDir),
    runNamed: (runId) => runNamed(resultDir, runId),
    resume: async ({ path }) => {
      try {
        await resumeCommand(path, { ...noFlags(options), quiet: true });
      } catch (error) {
        // Of another version, or its target is no more: it can still be closed.
        if (error instanceof UsageError) return null;
        throw error;
      }
      return publishReport(path, QUIET);
    },
    close: ({ path }) => publishReport(path, QUIET),
    publish: async () => [
      ...(await withoutOldRaw(resultDir, nightly.keepRawDays)),
      ...(await publishNight(resultDir, nightly.publishDir, options.providersDir ?? null)),
    ],
    tell: (record) => tellNight(record, nightly, tools),
    ping: (moment) => pingDeadMan(moment, nightly, tools),
  };
}

/** A night is not lost by a file that cannot be removed: it is named. */
async function withoutOldRaw(resultDir: string, keepDays: number | null): Promise<readonly string[]> {
  if (keepDays === null) return [];
  try {
    await removeOldRaw(resultDir, keepDays, Date.now());
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

/** Runs the scenarios of the config against these targets; null when there is none. */
export async function measureTargets(
  { options, config, scenarios: whole }: Pick<Nightly, "options" | "config" | "scenarios">,
  study: NightSlot,
  ids: readonly string[],
  capUsd: number | null,
): ReturnType<NightSteps["measure"]> {
  if (ids.length === 0) return null;
  const run = { ...noFlags(options), target: ids, label: "nightly", maxCost: capUsd ?? ("none" as const) };
  const planned = await planAll(whole.map((one) => partOf(one, study.slots)));
  return (await measureWork(run, config, { planned, study, search: null }))?.analysis ?? null;
}

/** Those whose run can show something. */
export function leftIn(asked: readonly AskedTarget[]): readonly string[] {
  return asked.flatMap(({ target, check }) => {
    const isOut = check.verdict === "gone" || check.verdict === "not asked" || HOPELESS.has(check.failure);
    return isOut ? [] : [target];
  });
}
