import type { Conditions } from "./accelerator-energy.ts";
import { CACHED_TOKEN, KV_POWER, PREFILL_MFU, PREFILL_POWER, REFUSED_PREFILL } from "./data/constants.ts";
import type { Column, Range } from "./range.ts";

/** The conditions of one column: every cause at its low-energy, central or high-energy value. */
export function columnConditions(batch: Range, column: Column): Conditions {
  return {
    batch: batch[column],
    mfu: PREFILL_MFU.range[column],
    prefillPower: PREFILL_POWER.range[column],
    kvPower: KV_POWER.range[column],
    cachedToken: CACHED_TOKEN.range[column],
    refusedPrefill: REFUSED_PREFILL.range[column],
  };
}
