/** What a study varies from level to level: arrivals per second, or requests kept in flight. */
export type Axis = "rate" | "concurrency";

/** A run whose scenarios are levels of one load: each is the same workload, asked for more. */
export interface Sweep {
  readonly kind: "sweep";
  /** Id of the scenario that the levels were made of. */
  readonly scenario: string;
  readonly by: Axis;
}

/** What a run is beyond its scenarios one by one. */
export type Study = Sweep;
