import type { Estimate } from "./clustered.ts";

/** A test of no difference. */
export interface TestResult {
  /** Two-sided. */
  readonly p: number;
  /** The smallest p that such data could have given: where it is not small, nothing could have been shown. */
  readonly least: number;
  /** `Wilcoxon signed rank, exact`. */
  readonly name: string;
  /** Estimate over standard error: how far off from nothing. */
  readonly t: number;
}

/** 0 where nothing differs at all. */
export function tOf({ mean, error }: Estimate): number {
  return error === 0 ? 0 : mean / error;
}
