import type { FailureKind } from "./failure.ts";
import type { Stat, Unit } from "./metric.ts";

/** One figure of one target in one part of a night; Infinity where a failure stands. */
export interface NightFigure {
  readonly scenario: string;
  /** sha256 of the scenario's text, hex: another workload is never compared. */
  readonly scenarioHash: string;
  readonly metric: string;
  readonly stat: Stat;
  readonly unit: Unit;
  readonly value: number;
  /** 95 % interval. */
  readonly low: number;
  readonly high: number;
  readonly n: number;
}

/** Why nothing was asked of a target. */
export const UNASKED = ["key-missing", "price-unknown", "configuration"] as const;
export type Unasked = (typeof UNASKED)[number];

/** What one small call before the run showed. `not asked`: nothing was sent. */
export interface NightCheck {
  readonly verdict: "ok" | "gone" | "failed" | "not asked";
  readonly failure: FailureKind | null;
  readonly unasked: Unasked | null;
  /** One sentence: why, or what is worth knowing. */
  readonly note: string;
  readonly usd: number | null;
}

/** What became of one target in the run of one part. */
export interface NightMeasured {
  readonly planned: number;
  readonly succeeded: number;
  /** By failure kind or reason. */
  readonly failures: Readonly<Record<string, number>>;
  /** Failed while no target could be reached from here. */
  readonly excused: number;
  /** The plan was above a limit of the account, as was said before sending. */
  readonly quotaLimited: boolean;
  readonly spentUsd: { readonly low: number; readonly high: number } | null;
  /** Those that regressions are looked for in; none where what was measured tells of something else than the target. */
  readonly figures: readonly NightFigure[];
}

export interface NightTarget {
  readonly target: string;
  readonly provider: string;
  /** Day until which it is acknowledged as gone, `YYYY-MM-DD`; null when it should answer. */
  readonly goneUntil: string | null;
  readonly check: NightCheck;
  /** Null when the check left it out, or nothing was run. */
  readonly measured: NightMeasured | null;
}

/** A figure that is worse than the same figure of the nights before, by more than chance and by enough to matter. */
export interface Suspect {
  readonly target: string;
  readonly scenario: string;
  readonly metric: string;
  readonly stat: Stat;
  readonly unit: Unit;
  readonly value: number;
  /** Median of the window. */
  readonly baseline: number;
  /** Nights of the window. */
  readonly nights: number;
  /** Relative to the baseline, positive where the figure grew; of a share the difference itself. With its 95 % interval. */
  readonly change: { readonly value: number; readonly low: number; readonly high: number };
  /** After Holm's correction over {@link family} figures of this part. */
  readonly pAdjusted: number;
  readonly family: number;
}

/** How a part ended. `crashed`: its process died, and another one closed it. `unmeasured`: nothing was run. */
export const PART_STATES = ["complete", "interrupted", "budget", "crashed", "unmeasured"] as const;
export type PartState = (typeof PART_STATES)[number];

/** One slot of a night, as it went. */
export interface NightPart {
  /** From 1. */
  readonly slot: number;
  /** ISO 8601 UTC. */
  readonly startedAt: string;
  readonly endedAt: string;
  /** Null when nothing was run. */
  readonly runId: string | null;
  readonly state: PartState;
  /** Why the measurement is invalid; empty when it is valid. */
  readonly invalid: readonly string[];
  /** Why this machine was found unfit before the run; empty when it was fit. */
  readonly unfit: readonly string[];
  readonly targets: readonly NightTarget[];
  readonly suspects: readonly Suspect[];
  /** Targets that a regression cannot be looked for in yet, with the nights that are still missing. */
  readonly needs: readonly { readonly target: string; readonly nights: number }[];
}

/** Who has to act. */
export const OWNERS = ["us", "seller", "network", "budget", "tool"] as const;
export type Owner = (typeof OWNERS)[number];

/** What can be wrong with a night: closed. */
export const CAUSES = [
  "key-missing",
  "key-refused",
  "payment",
  "price-unknown",
  "configuration",
  "quota",
  "endpoint-gone",
  "back-again",
  "failing",
  "unreachable",
  "regression",
  "vantage",
  "budget",
  "client-slow",
  "machine-unfit",
  "crashed",
  "interrupted",
  "missed",
  "publishing",
] as const;
export type Cause = (typeof CAUSES)[number];

/** One thing that is wrong, who has to act, and what to do next. */
export interface Finding {
  readonly cause: Cause;
  readonly owner: Owner;
  /** Null: the night as a whole. */
  readonly target: string | null;
  /** First of the nights in a row that had it, `YYYY-MM-DD`. */
  readonly since: string;
  readonly detail: string;
  /** A command that shows more, or mends it. */
  readonly next: string;
}

/** A suspect in at least 2 of the last 3 slots that could have shown it. */
export interface Regression extends Suspect {
  /** Night of the first of them. */
  readonly since: string;
}

export const NIGHT_STATUSES = ["OK", "DEGRADED", "REGRESSION", "INVALID", "INCOMPLETE", "CRASHED", "FAILED"] as const;
export type NightStatus = (typeof NIGHT_STATUSES)[number];

/** How a hook did: a night is never lost by one. */
export interface HookOutcome {
  readonly hook: "onNight" | "onNightUrl" | "deadManStart" | "deadManEnd";
  readonly ok: boolean;
  readonly detail: string;
}

/** What was seen in one night: the UTC day that its slots begin on. */
export interface NightFacts {
  /** `YYYY-MM-DD` */
  readonly night: string;
  readonly simulated: boolean;
  /** Start of each slot, `HH:MM` UTC; empty: the night is one slot at any time. */
  readonly slots: readonly string[];
  /** Cap of the whole night, USD; null for none. */
  readonly capUsd: number | null;
  /** In the order of their slots. */
  readonly parts: readonly NightPart[];
  /** What went wrong with index or site afterwards. */
  readonly publishing: readonly string[];
}

/** `night.json`: the night's facts, and what follows from them and the nights before. */
export interface NightRecord extends NightFacts {
  readonly v: 1;
  /** False while slots are still to come. */
  readonly closed: boolean;
  /** The span that was measured, in words. */
  readonly coverage: string;
  readonly spentUsd: number;
  readonly findings: readonly Finding[];
  readonly regressions: readonly Regression[];
  /** Nights between the one before and this one in which nothing ran. */
  readonly missed: readonly string[];
  readonly status: NightStatus;
  /** True for the first night of a target's regression. */
  readonly pages: boolean;
  readonly message: string;
  readonly hooks: readonly HookOutcome[];
}
