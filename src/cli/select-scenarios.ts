import { isDeepStrictEqual } from "node:util";
import { asWritten, type Scenario } from "../core/scenario.ts";
import { loadScenario } from "../registry.ts";
import { withConfigSlo, type Config } from "../scenario/config.ts";
import { customScenario, overrideScenario, type LoadFlags } from "../scenario/custom.ts";
import type { RunOptions } from "./run-options.ts";
import { UsageError } from "./usage-error.ts";

const QUICK = ["quick-chat", "quick-rag", "quick-distil"] as const;

/** A scenario and the text that it is read from. */
export interface ScenarioText {
  readonly scenario: Scenario;
  readonly text: string;
}

/**
 * The scenarios to run: those that `--scenario` names, else `custom` when there are load flags, else those of the config,
 * else the quick ones. Load flags beside `--scenario` change the named scenarios.
 */
export async function selectScenarios(options: RunOptions, config: Config | null): Promise<ScenarioText[]> {
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
    if (!changed.ok) return { scenario, text };
    // The text is what runs: the file's own only where nothing was changed.
    return isDeepStrictEqual(changed.scenario, scenario) ? { scenario, text } : written(changed.scenario);
  });
  const ids = snapshots.map(({ scenario }) => scenario.id);
  const twice = ids.find((id, i) => ids.indexOf(id) < i);
  if (twice !== undefined) problems.push(`scenario ${twice} is named twice`);
  if (problems.length > 0) throw new UsageError(...new Set(problems));
  return snapshots;
}

/** A scenario that stands in no file as it will run. */
export function written(scenario: Scenario): ScenarioText {
  return { scenario, text: `${JSON.stringify(asWritten(scenario), null, 2)}\n` };
}

export function loadFlags(options: RunOptions): LoadFlags {
  return {
    inputLen: options.inputLen ?? null,
    outputLen: options.outputLen ?? null,
    cache: options.cache ?? null,
    prefixLen: options.prefixLen ?? null,
    numPrefixes: options.numPrefixes ?? null,
    turns: options.turns ?? null,
    turnLen: options.turnLen ?? null,
    dataset: options.dataset ?? null,
    requestRate: options.requestRate ?? null,
    arrival: options.arrival ?? null,
    burstiness: options.burstiness ?? null,
    rampTo: options.rampTo ?? null,
    steps: options.steps ?? null,
    maxConcurrency: options.maxConcurrency ?? null,
    rampUpS: options.rampUp ?? null,
    thinkTime: options.thinkTime ?? null,
    trace: options.trace ?? null,
    traceFormat: options.traceFormat ?? null,
    timeScale: options.timeScale ?? null,
    numPrompts: options.numPrompts ?? null,
    durationS: options.duration ?? null,
    numWarmups: options.numWarmups ?? null,
    goodput: options.goodput ?? null,
    seed: options.seed ?? null,
  };
}
