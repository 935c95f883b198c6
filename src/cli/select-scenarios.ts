import { isDeepStrictEqual } from "node:util";
import { asWritten, type Scenario } from "../core/scenario.ts";
import type { ScenarioSnapshot } from "../core/run.ts";
import { loadScenario } from "../registry.ts";
import { withConfigSlo, type Config } from "../scenario/config.ts";
import { customScenario, overrideScenario, type LoadFlags } from "../scenario/custom.ts";
import { sha256 } from "../run/response.ts";
import type { RunOptions } from "./run-options.ts";
import { UsageError } from "./usage-error.ts";

const QUICK = ["quick-chat", "quick-rag", "quick-distil"] as const;

/**
 * The scenarios to run: those that `--scenario` names, else `custom` when there are load flags, else those of the config,
 * else the quick ones. Load flags beside `--scenario` change the named scenarios.
 */
export async function selectScenarios(options: RunOptions, config: Config | null): Promise<ScenarioSnapshot[]> {
  const flags = loadFlags(options);
  const hasFlags = Object.entries(flags).some(([name, value]) => value !== null && name !== "seed");
  if (options.scenario === undefined && hasFlags) {
    const custom = customScenario(flags);
    if (!custom.ok) throw new UsageError(...custom.problems);
    return [written(custom.scenario)];
  }
  const names = options.scenario ?? (config !== null && config.scenarios.length > 0 ? config.scenarios : QUICK);
  const files = await Promise.all(names.map(loadScenario));
  const problems: string[] = [];
  const snapshots = files.map(({ scenario, text }) => {
    const withSlo = config === null ? scenario : withConfigSlo(scenario, config);
    const changed = overrideScenario(withSlo, flags);
    if (!changed.ok) problems.push(...changed.problems);
    if (!changed.ok) return snapshot(scenario, text);
    // The snapshot's text is what ran: the file's own only where nothing was changed.
    return isDeepStrictEqual(changed.scenario, scenario) ? snapshot(scenario, text) : written(changed.scenario);
  });
  const ids = snapshots.map(({ scenario }) => scenario.id);
  const twice = ids.find((id, i) => ids.indexOf(id) < i);
  if (twice !== undefined) problems.push(`scenario ${twice} is named twice`);
  if (problems.length > 0) throw new UsageError(...new Set(problems));
  return snapshots;
}

function snapshot(scenario: Scenario, text: string): ScenarioSnapshot {
  return { scenario, text, sha256: sha256(text), targets: null };
}

/** A scenario that stands in no file as it will run. */
export function written(scenario: Scenario): ScenarioSnapshot {
  return snapshot(scenario, `${JSON.stringify(asWritten(scenario), null, 2)}\n`);
}

export function loadFlags(options: RunOptions): LoadFlags {
  return {
    inputLen: options.inputLen ?? null,
    outputLen: options.outputLen ?? null,
    requestRate: options.requestRate ?? null,
    arrival: options.arrival ?? null,
    burstiness: options.burstiness ?? null,
    rampTo: options.rampTo ?? null,
    steps: options.steps ?? null,
    maxConcurrency: options.maxConcurrency ?? null,
    rampUpS: options.rampUp ?? null,
    thinkTime: options.thinkTime ?? null,
    numPrompts: options.numPrompts ?? null,
    durationS: options.duration ?? null,
    numWarmups: options.numWarmups ?? null,
    goodput: options.goodput ?? null,
    seed: options.seed ?? null,
  };
}
