import type { BaseStat, Unit } from "../../core/metric.ts";

/**
 * How far a verdict reaches. `window`: the minutes of one run, in which all targets were asked. `windows`: two runs, so that
 * time and target cannot be told apart. `nights`: at least 7 days × 8 slots; the only one to buy on.
 */
export const SCOPES = ["window", "windows", "nights"] as const;
export type Scope = (typeof SCOPES)[number];

/** One answer to "is A better than B", on one metric of one scenario. Three outcomes: A, B, or no difference shown. */
export interface Verdict {
  readonly scope: Scope;
  readonly scenario: string;
  /** Id in the metric catalogue. */
  readonly metric: string;
  /** Failures are at their worst in both quantiles; `value` is a figure over all requests. */
  readonly stat: Extract<BaseStat, "p50" | "p95"> | "value";
  readonly unit: Unit;
  readonly better: "lower" | "higher";
  /** The better side, as named by {@link a} or {@link b}; null: no difference shown. */
  readonly leader: string | null;
  /** Target ids; between runs with the run in front: `run target`. */
  readonly a: string;
  readonly b: string;
  /** The figure of each side over the requests that were compared; ±∞ where failures stand, null over nights. */
  readonly valueA: number | null;
  readonly valueB: number | null;
  /** B minus A in the metric's unit; over nights the median of such differences. */
  readonly difference: number;
  /** 95 % interval of the difference, not widened for the family; ±∞ where n is too small for an end. */
  readonly low: number;
  readonly high: number;
  /** Effect size: the chance that A does better than B on one unit, ties shared; 0.5 is none. Null for what no single unit has. */
  readonly superiority: number | null;
  /** `pairs`: the same prompt at the same moment. `requests`: of the smaller side. `slots`: runs over days. */
  readonly units: "pairs" | "requests" | "slots";
  readonly n: number;
  /** Connections of either side within which units may depend on each other (over nights: days); null when each had its own. */
  readonly clusters: { readonly a: number; readonly b: number } | null;
  /** Name of the test and how it was made. */
  readonly test: string;
  /** Two-sided, before and after Holm's correction over {@link family} tests. */
  readonly p: number;
  readonly pAdjusted: number;
  readonly family: number;
  /** What would show a difference as large as the one seen, 8 times of 10. Null beside a leader. */
  readonly decides: Decides | null;
}

/** Null members: unknown, or beyond 1,000,000 units. */
export interface Decides {
  /** Units in all, of each side. */
  readonly n: number | null;
  /** Connections of each side that they have to go over; null where there are enough, or none are shared. */
  readonly connections: number | null;
  /** Runs as long as this one, one a night, and never fewer than a verdict to buy on takes. */
  readonly nights: number | null;
  /** For both sides, all those units; null without a price per token. */
  readonly usd: number | null;
}
