import { wasSent } from "../../core/bill.ts";
import type { Observation } from "../../core/observation.ts";
import { runSeconds, type Manifest } from "../../core/run.ts";
import type { Group } from "../group.ts";
import { billedCost, uncertainCost } from "./call-cost.ts";

const SECONDS_PER_HOUR = 3600;

/**
 * What all calls of a group cost, warm-ups included, USD: exact where usage was reported, up to the reservation where
 * it was not. A call lost with the process counts as 0 to its reservation. Null without a price per token.
 */
export function spentUsd(group: Group): { readonly low: number; readonly high: number } | null {
  if (group.target.price.kind !== "tokens") return null;
  let low = 0;
  let high = 0;
  for (const sample of group.samples) {
    if (!wasSent(sample.observation)) continue;
    const cost = billedCost(sample) ?? uncertainCost(sample);
    low += cost.usd;
    high += cost.usdHigh;
  }
  const inFlight = group.lost.reduce((sum, { reservedUsd }) => sum + (reservedUsd ?? 0), 0);
  return { low, high: high + inFlight };
}

/** What calls cost beyond what was reserved for each of them when they left, USD, over a whole run. */
export function overshootUsd(observations: readonly Observation[]): number {
  return observations.reduce(
    (sum, { cost }) => sum + Math.max(0, (cost.usd ?? 0) - (cost.reservedUsd ?? cost.usd ?? 0)),
    0,
  );
}

/** What a target that is priced per hour cost while the run lasted. */
export interface HourlySpend {
  readonly target: string;
  readonly usdPerHour: number;
  /** Null for a run that was never closed. */
  readonly usd: number | null;
}

/** Targets that are priced per hour: they bill whether they are used or not, and no cap holds that. */
export function hourlySpend(manifest: Manifest): readonly HourlySpend[] {
  const seconds = runSeconds(manifest);
  return manifest.targets.flatMap(({ id, price }) => {
    if (price.kind !== "hour") return [];
    const usdPerHour = price.usdPerReplicaHour * price.replicas;
    return [{ target: id, usdPerHour, usd: seconds === null ? null : (usdPerHour * seconds) / SECONDS_PER_HOUR }];
  });
}
