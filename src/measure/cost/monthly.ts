/**
 * A month's bill: the list cost, less the discount on what may wait for a batch, and never below the seller's minimum.
 * `max(minimum, list (1 − s d))`.
 *
 * @param of.batchShare share of the list cost that goes through batches
 * @param of.discount of batches, as a share
 */
export function monthlyUsd(of: {
  readonly usdList: number;
  readonly batchShare: number;
  readonly discount: number;
  readonly minimum: number;
}): number {
  return Math.max(of.minimum, of.usdList * (1 - of.batchShare * of.discount));
}

/** Effective price where a seller bills more tokens than the text has: `p n_billed / n_ref`. */
export function effectiveUsdPerMtok(usdPerMtok: number, tokenRatio: number): number {
  return usdPerMtok * tokenRatio;
}

/** Price of what is of use: money over the share that met its target. +∞ where none did. */
export function usdPerGood(usd: number, goodShare: number): number {
  return usd / goodShare;
}
