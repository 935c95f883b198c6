import type { DatasetRow } from "./dataset.ts";
import type { TraceRow } from "./trace.ts";

/** What a plan is made of beside its scenario: the contents of the files that the scenario names. Null for none. */
export interface PlanInputs {
  readonly trace: readonly TraceRow[] | null;
  readonly dataset: readonly DatasetRow[] | null;
}

/** For a scenario that names no file. */
export const NO_INPUTS: PlanInputs = { trace: null, dataset: null };
