import type { Scenario } from "../core/scenario.ts";
import type { Axis } from "../core/study.ts";
import type { Config } from "../scenario/config.ts";
import { customScenario } from "../scenario/custom.ts";
import { geometric, levelOf, LEVELS_MAX } from "../study/levels.ts";
import type { ExitCode } from "./exit-codes.ts";
import type { Loads } from "./flags.ts";
import { SLO_PRESETS } from "./presets.ts";
import type { RunOptions } from "./run-options.ts";
import { runScenarios } from "./run.ts";
import { loadFlags, selectScenarios, written } from "./select-scenarios.ts";
import { readConfig } from "./select-targets.ts";
import type { SweepOptions } from "./sweep-options.ts";
import { UsageError } from "./usage-error.ts";

const DEFAULT = "quick-chat";
/** What a sweep without any load goes through: cheap at both ends. */
const LOADS_DEFAULT: Loads = { list: [1, 2, 4, 8, 16] };

/** `herdbench sweep`: one run whose scenarios are the levels, under one budget. */
export async function sweepCommand(options: SweepOptions): Promise<ExitCode> {
  const { by, loads, inFlight } = axisOf(options);
  const plain = withoutLoads(options);
  const config = await readConfig(plain);
  const base = await baseScenario(options, plain, config);
  const flags = { ...loadFlags(plain), maxConcurrency: inFlight };
  const made = loads.map((load) => levelOf(base, by, load, flags));
  const problems = made.flatMap((level) => (level.ok ? [] : level.problems));
  if (problems.length > 0) throw new UsageError(...new Set(problems));
  const levels = made.flatMap((level) => (level.ok ? [written(level.scenario)] : []));
  return runScenarios(plain, config, levels, { kind: "sweep", scenario: base.id, by });
}

/** What is swept and what stays: a rate by any number of requests in flight, or the requests in flight themselves. */
function axisOf(options: SweepOptions): {
  readonly by: Axis;
  readonly loads: readonly number[];
  readonly inFlight: number | null;
} {
  const { requestRate, maxConcurrency, levels = null } = options;
  if (requestRate === undefined) {
    const swept = maxConcurrency ?? LOADS_DEFAULT;
    return { by: "concurrency", loads: listed(swept, levels, "concurrency"), inFlight: null };
  }
  if (maxConcurrency !== undefined && !("list" in maxConcurrency && maxConcurrency.list.length === 1)) {
    throw new UsageError("--max-concurrency: one number beside --request-rate: only one of them is swept");
  }
  return { by: "rate", loads: listed(requestRate, levels, "rate"), inFlight: maxConcurrency?.list[0] ?? null };
}

function listed(loads: Loads, levels: number | null, by: Axis): readonly number[] {
  if ("list" in loads && levels !== null) throw new UsageError("--levels: needs a range such as 1..16, not a list");
  if (levels !== null && levels < 2) throw new UsageError("--levels: a range has at least 2");
  const all = "list" in loads ? loads.list : geometric(loads.from, loads.to, levels, by);
  if (all.length > LEVELS_MAX) throw new UsageError(`--levels: at most ${LEVELS_MAX}, not ${all.length}`);
  return all;
}

/** The flags of a run whose load is still open. */
function withoutLoads({ requestRate: _rate, maxConcurrency: _concurrency, ...others }: SweepOptions): RunOptions {
  return others;
}

/** The one scenario that the levels are made of: the named one, `custom` when only loads are given, else the config's or the quick one. */
async function baseScenario(options: SweepOptions, plain: RunOptions, config: Config | null): Promise<Scenario> {
  const base = await withoutPreset(options, plain, config);
  if (options.preset === undefined) return base;
  if (options.goodput !== undefined) throw new UsageError("--preset: sets the limits, and so does --goodput: give one");
  return { ...base, slo: SLO_PRESETS[options.preset] };
}

async function withoutPreset(options: SweepOptions, plain: RunOptions, config: Config | null): Promise<Scenario> {
  // What is asked; how fast and for how long is the levels' own.
  const { arrival: _arrival, numPrompts: _count, duration: _duration, ...shape } = plain;
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
