import type { HookOutcome, NightRecord } from "../../core/night.ts";
import type { Manifest } from "../../core/run.ts";
import type { Analysis } from "../../measure/analysis.ts";
import type { AskedTarget } from "./facts.ts";
import type { Slot } from "./slots.ts";

/** What holds for every night. */
export interface NightRules {
  readonly resultsDir: string;
  /** `HH:MM` UTC, ascending; none: one slot a day. */
  readonly slots: readonly string[];
  readonly windowNights: number;
  readonly failureShareMax: number;
  /** Cap of a whole night, USD; null for none. */
  readonly capUsd: number | null;
  readonly simulated: boolean;
}

/** A run of a night that did not come to its end. */
export interface DeadRun {
  readonly path: string;
  readonly manifest: Manifest;
}

/** What a night does to the world: all of it is passed in, so that a month of nights can pass in a moment. */
export interface NightSteps {
  nowMs(): number;
  /** One small call to each target. */
  check(): Promise<readonly AskedTarget[]>;
  /** Why this machine cannot measure now; empty when it can. */
  selfTest(): Promise<readonly string[]>;
  /** Runs those targets that the check left in; null when none is. */
  measure(slot: Slot, asked: readonly AskedTarget[], capUsd: number | null): Promise<Analysis | null>;
  /** Oldest first. */
  deadRuns(): Promise<readonly DeadRun[]>;
  /** Null when it cannot be read. */
  runNamed(runId: string): Promise<DeadRun | null>;
  /** Goes on with a run; null when that cannot be. */
  resume(run: DeadRun): Promise<Analysis | null>;
  /** Reports of a run as it was left. */
  close(run: DeadRun): Promise<Analysis>;
  /** Retention, index and site. Returns what went wrong. */
  publish(): Promise<readonly string[]>;
  /** Sends the one message of a night. */
  tell(record: NightRecord): Promise<readonly HookOutcome[]>;
  ping(moment: "deadManStart" | "deadManEnd"): Promise<readonly HookOutcome[]>;
}
