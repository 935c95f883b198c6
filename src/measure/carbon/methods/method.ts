import type { Factor, Provenance } from "../factor.ts";
import type { Range } from "../range.ts";

/** One answer, as a published method wants to know it. */
export interface MethodRequest {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Seconds to the first token and from the first to the last; null where they are not known. */
  readonly ttftS: number | null;
  readonly decodeS: number | null;
  /** Of the target's site, so that methods differ in their energy model alone. */
  readonly pue: number;
}

/** What a method makes of a request. */
export interface MethodResult {
  readonly id: string;
  readonly name: string;
  /** Where and when it was published. */
  readonly citation: string;
  readonly year: number;
  /** Electricity of the request at the meter; ends where the method itself leaves a choice. Null: it cannot be applied. */
  readonly energyWh: Range | null;
  /** What it leaves out, or where it fails for this model. */
  readonly caveat: string;
  readonly factors: readonly Factor[];
}

/** A setting of a method, as a printed line. */
export function setting(name: string, value: number, unit: string, from: Provenance): Factor {
  const { source, licence, date, kind } = from;
  return { name, value, low: null, high: null, unit, hardware: null, source, licence, date, kind };
}
