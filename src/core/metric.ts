/** Statistics of a per-request metric. `_all` counts every failure as +∞, or as 0 where more is better. */
export const STATS = ["mean", "min", "p50", "p90", "p95", "p99", "max"] as const;
export type BaseStat = (typeof STATS)[number];
export type Stat = BaseStat | `${BaseStat}_all` | "value";

export type Unit =
  | "ms"
  | "tok/s"
  | "req/s"
  | "share"
  | "ratio"
  | "tokens"
  | "usd"
  | "usd/Mtok"
  | "usd/1k"
  | "tok/usd"
  | "g/1k"
  | "count";

/** One row of `summary.csv` before it becomes text. Null is an empty cell; Infinity prints as `inf`. */
export interface SummaryRow {
  readonly provider: string;
  readonly model: string;
  readonly region: string | null;
  readonly scenario: string;
  readonly metric: string;
  readonly unit: Unit;
  readonly stat: Stat;
  readonly value: number | null;
  /** Observations behind the value. */
  readonly n: number;
  /** 95 % interval; null where none is stated. */
  readonly low: number | null;
  readonly high: number | null;
  readonly flags: readonly string[];
  readonly target: string;
  readonly load: string;
  readonly slice: string | null;
  readonly simulated: boolean;
}

/** Which way is better; `none` for what only describes. */
export type Direction = "lower" | "higher" | "none";
