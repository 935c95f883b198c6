import { HOURS_PER_MONTH } from "../../core/workload.ts";

const SECONDS_PER_HOUR = 3600;

/** USD per million tokens of what bills by the hour: `H × 10^6 / (T × 3600 × u)` at T tokens per second when it is full. */
export function usdPerMtokByHour(usdPerHour: number, tokensPerSecond: number, utilisation: number): number {
  return (usdPerHour / (tokensPerSecond * SECONDS_PER_HOUR * utilisation)) * 1e6;
}

/** The volume from which an hour is cheaper than a price per token. */
export interface BreakEven {
  readonly usdPerMonth: number;
  /** Millions of tokens a month, input and output. */
  readonly mtokPerMonth: number;
  /** What it can serve in a month; null while its throughput is unknown. */
  readonly capacityMtokPerMonth: number | null;
  /** Share of that capacity; above 1 the break-even is never reached. */
  readonly utilisation: number | null;
  readonly feasible: boolean | null;
}

/** `V* = H × 730 / p`, feasible only up to the capacity. Infinite where tokens are free. */
export function breakEven(usdPerHour: number, usdPerMtok: number, tokensPerSecond: number | null): BreakEven {
  const usdPerMonth = usdPerHour * HOURS_PER_MONTH;
  const mtokPerMonth = usdPerMonth / usdPerMtok;
  const capacity = tokensPerSecond === null ? null : (tokensPerSecond * SECONDS_PER_HOUR * HOURS_PER_MONTH) / 1e6;
  return {
    usdPerMonth,
    mtokPerMonth,
    capacityMtokPerMonth: capacity,
    utilisation: capacity === null ? null : mtokPerMonth / capacity,
    feasible: capacity === null ? null : mtokPerMonth <= capacity,
  };
}

/** Whole units that hold a peak, and what their tokens cost at the mean load. */
export interface Provisioned {
  readonly units: number;
  readonly usdPerHour: number;
  readonly usdPerMtok: number;
}

/**
 * Units are bought whole and for the busiest hour: `ceil(peak / unit)`.
 *
 * @param of.meanShare mean load over the peak
 */
export function provisioned(of: {
  readonly peakTokensPerSecond: number;
  readonly unitTokensPerSecond: number;
  readonly usdPerUnitHour: number;
  readonly meanShare: number;
}): Provisioned {
  // A load that fits exactly must not round up to one more.
  const units = Math.max(1, Math.ceil(of.peakTokensPerSecond / of.unitTokensPerSecond - 1e-9));
  const usdPerHour = units * of.usdPerUnitHour;
  return { units, usdPerHour, usdPerMtok: usdPerMtokByHour(usdPerHour, of.peakTokensPerSecond, of.meanShare) };
}
