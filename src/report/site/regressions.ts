import type { Regression } from "../../core/night.ts";
import { readNights } from "../../store/nights/nights.ts";

/** A confirmed regression, with the night that first said so. */
export interface SiteRegression extends Regression {
  /** `YYYY-MM-DD` */
  readonly confirmedOn: string;
}

/** Ten years. */
const NIGHTS_MAX = 3660;

/**
 * Every confirmed regression that a night of the results folder tells of, each once, newest first. A night that cannot be read is left
 * out and told. Throws StoreError when the disk refuses.
 */
export async function readRegressions(
  resultsDir: string,
): Promise<{ readonly regressions: readonly SiteRegression[]; readonly warnings: readonly string[] }> {
  const { nights, warnings } = await readNights(resultsDir, NIGHTS_MAX);
  const first = new Map<string, SiteRegression>();
  for (const { night, regressions } of nights) {
    for (const regression of regressions) {
      const key = regressionKey(regression);
      if (!first.has(key)) first.set(key, { ...regression, confirmedOn: night });
    }
  }
  return { regressions: [...first.values()].toReversed(), warnings };
}

/** What makes it the same one on the next night. */
export function regressionKey({ target, scenario, metric, stat, since }: Regression): string {
  return [target, scenario, metric, stat, since].join("\n");
}
