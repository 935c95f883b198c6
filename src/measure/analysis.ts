import type { FailureKind } from "../core/failure.ts";
import type { SummaryRow } from "../core/metric.ts";
import type { Reason } from "../core/observation.ts";
import type { Manifest, Revision } from "../core/run.ts";
import type { Scenario } from "../core/scenario.ts";
import type { Target } from "../core/target.ts";
import type { CarbonEstimate, NotEstimable } from "./carbon/estimate.ts";
import type { ScenarioCarbonVerdict } from "./carbon/verdicts.ts";
import type { Verdict } from "./compare/verdict.ts";
import type { StageFigures } from "./gateway/stages.ts";
import type { ServerMetric } from "./server-metrics.ts";
import type { Us } from "../core/units.ts";
import type { SweepAnalysis } from "./sweep/sweep.ts";
import type { HourlySpend } from "./cost/spent.ts";

/**
 * What became of every attempt of one target in one scenario, and of every planned request; warm-ups are left out.
 * planned + retries = released + dropped + Σ notStarted, and released = completed + Σ failed + Σ cancelled + lost.
 */
export interface Counts {
  readonly planned: number;
  readonly retries: number;
  readonly released: number;
  readonly dropped: number;
  readonly notStarted: Readonly<Partial<Record<Reason, number>>>;
  readonly completed: number;
  readonly failed: Readonly<Partial<Record<FailureKind, number>>>;
  readonly cancelled: Readonly<Partial<Record<Reason, number>>>;
  /** In flight when the process was killed: an intent, and nothing after it. */
  readonly lost: number;
  /** Planned requests that the first attempt answered: of the right model, neither empty nor filtered. */
  readonly succeeded: number;
  /** Planned requests that it did not, by failure kind or reason: what counts against the target in every share and tail. */
  readonly failures: Readonly<Record<string, number>>;
  /** Those of `failures` that a retry then answered. */
  readonly recovered: number;
  /** First attempts that failed or were held back while no target could be reached: nobody's failure. */
  readonly excused: number;
}

/** Whether a measurement may be believed. Invalid ones are marked everywhere and never corrected. */
export interface Validity {
  readonly valid: boolean;
  /** One sentence per broken rule, with the figure and the limit. */
  readonly reasons: readonly string[];
}

/** All that is known of one target in one scenario. */
export interface GroupAnalysis {
  readonly target: Target;
  readonly scenario: Scenario;
  readonly load: string;
  readonly counts: Counts;
  /** Every row of `summary.csv` for this group, in catalogue order. */
  readonly rows: readonly SummaryRow[];
  /** What each stage of a gateway scenario showed; empty for any other. */
  readonly stages: readonly StageFigures[];
  /** Model id as echoed by most answers; null when none said. */
  readonly modelEchoed: string | null;
  /**
   * What the calls cost by the price list: exact where usage is known, 0 to reserved where it is not. Null without a
   * price.
   */
  readonly spentUsd: { readonly low: number; readonly high: number } | null;
  readonly carbon: CarbonEstimate | NotEstimable;
  /** Flags of the group and of its rows, sorted, without those that speak of one row only; meanings in `flags.ts`. */
  readonly flags: readonly string[];
}

/** A run, measured: the one input of every report. */
export interface Analysis {
  /** With prices and carbon model of the revision, where there is one. */
  readonly manifest: Manifest;
  /** Null: as the run itself had it. */
  readonly revision: Revision | null;
  readonly validity: Validity;
  /** By scenario in run order, then by target in manifest order. */
  readonly groups: readonly GroupAnalysis[];
  /** What calls cost beyond what was reserved for each of them, USD. */
  readonly overshootUsd: number;
  readonly hourly: readonly HourlySpend[];
  readonly verdicts: readonly Verdict[];
  /** Between targets with a carbon estimate; most say that nothing can be said. */
  readonly carbonVerdicts: readonly ScenarioCarbonVerdict[];
  /** Null when the run is no sweep. */
  readonly sweep: SweepAnalysis | null;
  /** Stretches of time in which no target could be reached from here, and the attempts that they excuse. */
  readonly vantageFaults: readonly { readonly startUs: Us; readonly endUs: Us; readonly excused: number }[];
  /** Latencies as the engines themselves measured them, beside ours; empty where none tells any. */
  readonly serverMetrics: readonly ServerMetric[];
  readonly warnings: readonly string[];
}
