/** One histogram of an engine's own metrics: how many values it has seen and their sum, in the unit of its name. */
export interface Histogram {
  readonly name: string;
  readonly sum: number;
  readonly count: number;
}

/** An engine's own metrics around one run: `server-metrics.json` holds one of these per target that has them. */
export interface ServerScrape {
  readonly target: string;
  readonly url: string;
  /** All histograms, sums over their labels; null when the metrics could not be read. */
  readonly before: readonly Histogram[] | null;
  readonly after: readonly Histogram[] | null;
  /** Why they could not be read; null when they could. */
  readonly problem: string | null;
}
