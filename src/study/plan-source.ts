import type { Observation } from "../core/observation.ts";
import type { ScenarioSnapshot } from "../core/run.ts";
import type { Plan } from "../core/scenario.ts";
import type { Called } from "../run/call-once.ts";
import { planOf } from "../scenario/plan.ts";

/** The plans of a run, which may be made as it goes, by what has come of those before. */
export interface PlanSource {
  readonly plans: Iterable<Plan> | AsyncIterable<Plan>;
  /** To be told of every attempt as it ends. */
  called(called: Called): void;
  skipped(observation: Observation): void;
  /** True when the rest of a plan cannot change what it is run for. */
  isDecided(scenario: string, target: string): boolean;
}

/** All plans of scenarios that are known beforehand. */
export function knownPlans(scenarios: readonly ScenarioSnapshot[]): PlanSource {
  return {
    plans: scenarios.map(({ scenario, targets }) => ({ ...planOf(scenario), targets })),
    called: () => undefined,
    skipped: () => undefined,
    isDecided: () => false,
  };
}
