import type { Group } from "../group.ts";
import { reservationUsd, usageCost } from "./call-cost.ts";

/**
 * What all calls of a group cost, warm-ups included, USD: exact where usage was reported, 0 to the reservation where it
 * was not. A call lost with the process counts as 0 to its reservation. Null without a price per token.
 */
export function spentUsd(group: Group): { readonly low: number; readonly high: number } | null {
  if (group.target.price.kind !== "tokens") return null;
  let low = 0;
  let high = 0;
  for (const sample of group.samples) {
    if (sample.observation.stamps.sent === null) continue;
    const exact = usageCost(sample);
    low += exact?.usd ?? 0;
    high += exact?.usd ?? reservationUsd(sample);
  }
  const inFlight = group.lost.reduce((sum, { reservedUsd }) => sum + (reservedUsd ?? 0), 0);
  return { low, high: high + inFlight };
}
