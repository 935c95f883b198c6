/** What a study varies from level to level: arrivals per second, or requests kept in flight. */
export type Axis = "rate" | "concurrency";

/** A run whose scenarios are levels of one load: each is the same workload, asked for more. */
export interface Sweep {
  readonly kind: "sweep";
  /** Id of the scenario that the levels were made of. */
  readonly scenario: string;
  readonly by: Axis;
}

/** A run that looks for the highest rate at which each target meets its objective, level by level as it goes. */
export interface Search {
  readonly kind: "search";
  /** Id of the scenario that the levels are made of. */
  readonly scenario: string;
  readonly by: "rate";
  /** Per second: the first level, and what no level is below or above. */
  readonly startPerSecond: number;
  readonly lowestPerSecond: number;
  readonly highestPerSecond: number;
  /** It ends when the lowest rate that failed is at most this share above the highest that passed. */
  readonly precision: number;
  /** Per target. */
  readonly levelsMax: number;
}

/** With so many parts spread over the day a night says something of all of it. */
export const SLOTS_OF_A_DAY = 8;

/** A run that is a part of a night. */
export interface NightSlot {
  readonly kind: "nightly";
  /** UTC day that the night's slots begin on, `YYYY-MM-DD`. */
  readonly night: string;
  /** From 1. */
  readonly slot: number;
  /** How many there are in that night. */
  readonly slots: number;
  /** Why it was measured again beside the night's own part; null for that part itself. */
  readonly rerun: string | null;
}

/** What a run is beyond its scenarios one by one. */
export type Study = Sweep | Search | NightSlot;

/** Why a part of a night was measured again beside it; null for any other run. */
export function rerunReason(study: Study | null): string | null {
  return study?.kind === "nightly" ? study.rerun : null;
}
