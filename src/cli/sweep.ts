import type { Axis } from "../core/study.ts";
import { geometric, levelOf, LEVELS_MAX } from "../study/levels.ts";
import type { ExitCode } from "./exit-codes.ts";
import type { Loads } from "./flags.ts";
import { planAll } from "./planned.ts";
import { runWork } from "./run.ts";
import { searchWork } from "./search.ts";
import { baseScenario, withoutLoads } from "./select-base.ts";
import { loadFlags, written } from "./select-scenarios.ts";
import { readConfig } from "./select-targets.ts";
import type { SweepOptions } from "./sweep-options.ts";
import { UsageError } from "./usage-error.ts";

/** What a sweep without any load goes through: cheap at both ends. */
const LOADS_DEFAULT: Loads = { list: [1, 2, 4, 8, 16] };

/** `herdbench sweep`: one run whose scenarios are the levels, under one budget. */
export async function sweepCommand(options: SweepOptions): Promise<ExitCode> {
  const plain = withoutLoads(options);
  const config = await readConfig(plain);
  if (options.search !== undefined) return runWork(plain, config, await searchWork(options, plain, config));
  if (options.precision !== undefined) throw new UsageError("--precision: needs --search slo");
  const { by, loads, inFlight } = axisOf(options);
  const base = await baseScenario(options, plain, config);
  const flags = { ...loadFlags(plain), maxConcurrency: inFlight };
  const made = loads.map((load) => levelOf(base, by, load, flags));
  const problems = made.flatMap((level) => (level.ok ? [] : level.problems));
  if (problems.length > 0) throw new UsageError(...new Set(problems));
  const levels = made.flatMap((level) => (level.ok ? [written(level.scenario)] : []));
  const study = { kind: "sweep", scenario: base.id, by } as const;
  return runWork(plain, config, { planned: await planAll(levels), study, search: null });
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
