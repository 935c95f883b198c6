import type { Scenario } from "../core/scenario.ts";
import type { Config } from "../scenario/config.ts";
import { customScenario } from "../scenario/custom.ts";
import { SLO_PRESETS } from "./presets.ts";
import type { RunOptions } from "./run-options.ts";
import { loadFlags, selectScenarios } from "./select-scenarios.ts";
import type { SweepOptions } from "./sweep-options.ts";
import { UsageError } from "./usage-error.ts";

const DEFAULT = "quick-chat";

/** The flags of a run whose load is still open. */
export function withoutLoads({
  requestRate: _rate,
  maxConcurrency: _concurrency,
  ...others
}: SweepOptions): RunOptions {
  return others;
}

/** The one scenario that the levels are made of: the named one, `custom` when only loads are given, else the config's or the quick one. */
export async function baseScenario(options: SweepOptions, plain: RunOptions, config: Config | null): Promise<Scenario> {
  const base = await withoutPreset(options, plain, config);
  if (options.preset === undefined) return base;
  if (options.goodput !== undefined) throw new UsageError("--preset: sets the limits, and so does --goodput: give one");
  return { ...base, slo: SLO_PRESETS[options.preset] };
}

async function withoutPreset(options: SweepOptions, plain: RunOptions, config: Config | null): Promise<Scenario> {
  // What is asked; how fast and for how long is the levels' own.
  const { arrival: _arrival, burstiness: _burstiness, numPrompts: _count, duration: _duration, ...shape } = plain;
  const hasLoads = options.requestRate !== undefined || options.maxConcurrency !== undefined;
  if (options.scenario === undefined && hasLoads) {
    const custom = customScenario(loadFlags(shape));
    if (!custom.ok) throw new UsageError(...custom.problems);
    return custom.scenario;
  }
  const named = options.scenario ?? (config !== null && config.scenarios.length > 0 ? config.scenarios : [DEFAULT]);
  if (named.length > 1) {
    throw new UsageError(`a sweep is of one scenario: name one of ${named.join(", ")} with --scenario`);
  }
  const [selected] = await selectScenarios({ ...shape, scenario: named }, config);
  return selected!.scenario;
}
