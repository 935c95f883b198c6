/**
 * A month's bill, never below the seller's minimum: `max(minimum, list (1 − s) + list s (1 − d))`, s being the share that may
 * wait for a batch and d the discount on it. Taken as two sums, since a nearly complete discount loses its digits in `1 − s d`.
 */
export function monthlyUsd(of: {
  readonly interactiveUsd: number;
  readonly batchUsd: number;
  readonly minimum: number;
}): number {
  return Math.max(of.minimum, of.interactiveUsd + of.batchUsd);
}

/** Effective price where a seller bills more tokens than the text has: `p n_billed / n_ref`. */
export function effectiveUsdPerMtok(usdPerMtok: number, tokenRatio: number): number {
  return usdPerMtok * tokenRatio;
}

/** Price of what is of use: money over the share that met its target. +∞ where none did. */
export function usdPerGood(usd: number, goodShare: number): number {
  return usd / goodShare;
}
