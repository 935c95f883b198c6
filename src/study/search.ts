import type { Manifest, ScenarioSnapshot } from "../core/run.ts";
import type { Observation, TokenCount } from "../core/observation.ts";
import { random } from "../core/random.ts";
import type { Plan, Scenario } from "../core/scenario.ts";
import type { Search } from "../core/study.ts";
import type { Target } from "../core/target.ts";
import { groupsOf, type Group } from "../measure/group.ts";
import { standingOf, type Sample } from "../measure/sample.ts";
import { judge } from "../measure/slo.ts";
import { nextRate, targetSearch } from "../measure/sweep/search.ts";
import { missesAllowed } from "../measure/sweep/slo-rule.ts";
import type { Called } from "../run/call-once.ts";
import type { PlanSource } from "./plan-source.ts";

/** What a search needs of its surroundings. */
export interface Surroundings {
  /** The scenario at one rate: its plan, and as it will stand in the manifest. */
  readonly levelAt: (ratePerSecond: number) => { readonly plan: Plan; readonly snapshot: ScenarioSnapshot };
  /** Writes down which levels there are before the next one begins. */
  readonly onLevels: (levels: readonly ScenarioSnapshot[]) => Promise<void>;
  /** Local token counts of answers, for objectives on time per token. */
  readonly count: (called: readonly Called[]) => Promise<readonly TokenCount[]>;
}

/**
 * Looks for the highest rate at which each target meets its objective: one target after another in seeded order, each by
 * levels of its own. A level is judged by the same functions as in the report, and ends early once it has failed; that alone
 * changes no verdict, since it would have failed at its end as well.
 */
export function openSearch(search: Search, manifest: Manifest, surroundings: Surroundings): PlanSource {
  const level = openLevel();
  let snapshots: readonly ScenarioSnapshot[] = [];
  let isInterrupted = false;

  async function* plansFor(target: Target): AsyncGenerator<Plan> {
    const done: Group[] = [];
    const planned = new Map<string, number>();
    for (let tried = 0; tried < search.levelsMax; tried += 1) {
      const probes = targetSearch(done, (id) => planned.get(id) ?? 0)?.probes ?? [];
      const rate = nextRate(search, probes);
      if (rate === null) return;
      const { plan: unaimed, snapshot } = surroundings.levelAt(rate);
      snapshots = withLevel(snapshots, snapshot, target.id);
      await surroundings.onLevels(snapshots);
      const plan = { ...unaimed, targets: [target.id] };
      planned.set(snapshot.scenario.id, plan.arrivals.length);
      level.begin(snapshot.scenario, target, plan.arrivals.length);
      yield plan;
      const { called, skipped } = level;
      isInterrupted = skipped.some(({ reason }) => reason === "interrupt");
      done.push(groupOf(manifest, snapshot, target, called, skipped, await surroundings.count(called)));
    }
  }
  async function* plans(): AsyncGenerator<Plan> {
    const order = random(manifest.seed, "search", search.scenario).shuffle(manifest.targets);
    for (const target of order) if (!isInterrupted) yield* plansFor(target);
  }
  return { plans: plans(), called: level.add, skipped: level.skip, isDecided: level.isDecided };
}

/** Levels in the order in which they were first tried; one that several targets got stands once. */
function withLevel(
  levels: readonly ScenarioSnapshot[],
  level: ScenarioSnapshot,
  target: string,
): readonly ScenarioSnapshot[] {
  const isSame = ({ scenario }: ScenarioSnapshot): boolean => scenario.id === level.scenario.id;
  if (!levels.some(isSame)) return [...levels, { ...level, targets: [target] }];
  return levels.map((one) => (isSame(one) ? { ...one, targets: [...(one.targets ?? []), target] } : one));
}

/** The level that is under way: its records, and whether it has failed already. */
interface RunningLevel extends Pick<PlanSource, "isDecided"> {
  readonly called: readonly Called[];
  readonly skipped: readonly Observation[];
  begin(scenario: Scenario, target: Target, planned: number): void;
  add(called: Called): void;
  skip(observation: Observation): void;
}

function openLevel(): RunningLevel {
  let of: { readonly scenario: Scenario; readonly target: Target; readonly allowed: number } | null = null;
  let called: Called[] = [];
  let skipped: Observation[] = [];
  let misses = 0;
  const seen = (observation: Observation, trace: Called["trace"]): void => {
    if (of === null || observation.phase === "warmup" || observation.attempt > 1) return;
    const { scenario, target } = of;
    if (isMiss({ observation, trace, tokens: null, scenario, target, isExcused: false, isBehindFailure: false }))
      misses += 1;
  };
  return {
    get called() {
      return called;
    },
    get skipped() {
      return skipped;
    },
    begin: (scenario, target, planned) => {
      of = { scenario, target, allowed: missesAllowed(planned, scenario.slo.percentile) ?? -1 };
      [called, skipped, misses] = [[], [], 0];
    },
    add: (one) => {
      called.push(one);
      seen(one.observation, one.trace);
    },
    skip: (observation) => {
      skipped.push(observation);
      seen(observation, null);
    },
    isDecided: (scenario, target) =>
      of !== null && of.scenario.id === scenario && of.target.id === target && misses > of.allowed,
  };
}

/** As far as that is certain before tokens are counted. */
function isMiss(sample: Sample): boolean {
  const standing = standingOf(sample);
  if (standing === "failure" || standing === "drop") return true;
  return standing === "success" && judge(sample) === "bad";
}

function groupOf(
  manifest: Manifest,
  snapshot: ScenarioSnapshot,
  target: Target,
  called: readonly Called[],
  skipped: readonly Observation[],
  counts: readonly TokenCount[],
): Group {
  const [group] = groupsOf(
    {
      manifest: { ...manifest, scenarios: [{ ...snapshot, targets: null }], targets: [target] },
      observations: [...called.map(({ observation }) => observation), ...skipped],
      events: new Map(called.flatMap(({ trace }) => (trace === null ? [] : [[trace.id, trace] as const]))),
      tokens: new Map(counts.map((count) => [count.id, count])),
      lost: [],
      stalls: [],
      serverScrapes: [],
      warnings: [],
    },
    [],
  );
  return group!;
}
