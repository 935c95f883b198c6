import type { Price } from "../../core/target.ts";

/** An older price is a memory, not a fact. */
export const STALE_DAYS = 90;
/** Sources that lie further apart contradict each other; share of the smaller price. */
export const DISPUTED_SHARE = 0.1;

const DAY_MS = 86_400_000;

/** Whole days from the day on which a price was true (the first of its month when no day is known); null without a date. */
export function priceAgeDays(price: Price, atMs: number): number | null {
  if (price.kind === "unknown" || price.asOf === null) return null;
  const day = price.asOf.length === 7 ? `${price.asOf}-01` : price.asOf;
  return Math.floor((atMs - Date.parse(day)) / DAY_MS);
}

/** True for a price whose date is unknown or over {@link STALE_DAYS} days ago. */
export function isStale(price: Price, atMs: number): boolean {
  const ageDays = priceAgeDays(price, atMs);
  return ageDays === null || ageDays > STALE_DAYS;
}

/** True when another source states a price per token that is over {@link DISPUTED_SHARE} off in either direction. */
export function isDisputed(price: Price, others: readonly Price[]): boolean {
  if (price.kind !== "tokens") return false;
  return others.some(
    (other) =>
      other.kind === "tokens" &&
      (apart(price.inputUsdPerMtok, other.inputUsdPerMtok) || apart(price.outputUsdPerMtok, other.outputUsdPerMtok)),
  );
}

function apart(a: number, b: number): boolean {
  // Decimal prices have no exact binary form: 1.1 is a hair more than 10 % above 1.
  return Math.abs(a - b) > DISPUTED_SHARE * Math.min(a, b) + 1e-9;
}
