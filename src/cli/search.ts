import type { Scenario } from "../core/scenario.ts";
import type { Search } from "../core/study.ts";
import { costliestPath } from "../measure/sweep/search.ts";
import { requestsToPass } from "../measure/sweep/slo-rule.ts";
import type { Called } from "../run/call-once.ts";
import type { Config } from "../scenario/config.ts";
import type { LoadFlags } from "../scenario/custom.ts";
import { levelOf } from "../study/levels.ts";
import { openSearch } from "../study/search.ts";
import { countInWorker } from "../tokens/pool.ts";
import { planWith, readInputs, type Planned } from "./planned.ts";
import type { RunOptions } from "./run-options.ts";
import type { Work } from "./run.ts";
import { baseScenario } from "./select-base.ts";
import { loadFlags, written } from "./select-scenarios.ts";
import type { SweepOptions } from "./sweep-options.ts";
import { UsageError } from "./usage-error.ts";

const PRECISION_DEFAULT = 0.05;
const LEVELS_DEFAULT = 12;
const LEVELS_MAX = 30;
/** Without a range a search stays within this factor of where it begins. */
const REACH = 64;
/** A level lets so many requests miss, unless told otherwise: one that lets none miss fails good targets too often. */
const MISSES = 2;
/** An overload that is slight takes a while to show. */
const LEVEL_S_MIN = 60;

/** `herdbench sweep --search slo`: the levels of a search, which it chooses as it goes. */
export async function searchWork(options: SweepOptions, plain: RunOptions, config: Config | null): Promise<Work> {
  const base = await baseScenario(options, plain, config);
  const study = studyOf(options, base);
  const flags: LoadFlags = {
    ...loadFlags(plain),
    maxConcurrency: inFlightMax(options),
    numPrompts: null,
    durationS: null,
  };
  const requestsAt = requestsOf(options, base.slo.percentile);
  const inputs = await readInputs(base);
  const levelAt = (rate: number): Planned => {
    const level = levelOf(base, "rate", rate, { ...flags, numPrompts: requestsAt(rate) });
    if (!level.ok) throw new UsageError(...level.problems);
    return planWith(written(level.scenario), inputs);
  };
  return {
    planned: costliestPath(study, requestsAt).map(levelAt),
    study,
    search: (manifest, onLevels) => openSearch(study, manifest, { levelAt, onLevels, count }),
  };
}

function studyOf(options: SweepOptions, base: Scenario): Search {
  const { requestRate, levels = LEVELS_DEFAULT, precision = PRECISION_DEFAULT } = options;
  if (levels > LEVELS_MAX) throw new UsageError(`--levels: a search has at most ${LEVELS_MAX}, not ${levels}`);
  if (!(precision > 0)) throw new UsageError("--precision: must be above 0, such as 5%");
  const shared = { kind: "search", scenario: base.id, by: "rate", precision, levelsMax: levels } as const;
  if (requestRate !== undefined && "from" in requestRate) {
    const { from, to } = requestRate;
    const start = Number(Math.sqrt(from * to).toPrecision(3));
    return { ...shared, startPerSecond: start, lowestPerSecond: from, highestPerSecond: to };
  }
  if (requestRate !== undefined && requestRate.list.length > 1) {
    throw new UsageError("--request-rate: a search takes a range such as 1..64, or the rate that it begins at");
  }
  const own = base.load.kind === "open" && base.load.arrival !== "trace" ? base.load.ratePerSecond : 1;
  const start = requestRate?.list[0] ?? own;
  return { ...shared, startPerSecond: start, lowestPerSecond: start / REACH, highestPerSecond: start * REACH };
}

function inFlightMax({ maxConcurrency }: SweepOptions): number | null {
  if (maxConcurrency === undefined) return null;
  if ("list" in maxConcurrency && maxConcurrency.list.length === 1) return maxConcurrency.list[0]!;
  throw new UsageError("--max-concurrency: one number with --search: the rate is what is searched");
}

/** As many as the rule needs, and for a minute at least. */
function requestsOf(options: SweepOptions, percentile: number): (ratePerSecond: number) => number {
  const least = requestsToPass(0, percentile);
  if (options.numPrompts !== undefined && options.numPrompts < least) {
    throw new UsageError(
      `--num-prompts: no level of under ${least} requests shows p${percentile * 100} with 99 % confidence, not even without a miss`,
    );
  }
  const needed = options.numPrompts ?? requestsToPass(MISSES, percentile);
  // A count of one's own is a count; only a duration of one's own stretches it.
  const lengthS = options.duration ?? (options.numPrompts === undefined ? LEVEL_S_MIN : 0);
  return (ratePerSecond) => Math.max(needed, Math.ceil(ratePerSecond * lengthS));
}

async function count(called: readonly Called[]): ReturnType<typeof countInWorker> {
  return countInWorker(
    called.flatMap(({ observation: { id }, text }) =>
      text === null ? [] : [{ id, first: text.first, text: text.whole }],
    ),
  );
}
