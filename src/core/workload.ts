/** The traffic that a buyer expects: what a month costs is computed from it. Tokens are means per request. */
export interface Workload {
  readonly requestsPerMonth: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Share of requests that may wait for a batch. */
  readonly batchShare: number;
  /** Share of input tokens that a prefix cache answers. */
  readonly cachedShare: number;
  /** Attempts at one request, the first included; null: until it is answered. */
  readonly maxAttempts: number | null;
  /** The busiest hour over the mean one: capacity that is paid per hour has to hold it. */
  readonly peakFactor: number;
}

/** A twelfth of a year. */
export const HOURS_PER_MONTH = 730;
