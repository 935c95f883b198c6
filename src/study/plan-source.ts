import type { Observation } from "../core/observation.ts";
import type { Plan } from "../core/scenario.ts";
import type { Called } from "../run/call-once.ts";

/** The plans of a run, which may be made as it goes, by what has come of those before. */
export interface PlanSource {
  readonly plans: Iterable<Plan> | AsyncIterable<Plan>;
  /** To be told of every attempt as it ends. */
  called(called: Called): void;
  skipped(observation: Observation): void;
  /** True when the rest of a plan cannot change what it is run for. */
  isDecided(scenario: string, target: string): boolean;
}

/** Plans that are known beforehand. */
export function knownPlans(plans: readonly Plan[]): PlanSource {
  return {
    plans,
    called: () => undefined,
    skipped: () => undefined,
    isDecided: () => false,
  };
}
