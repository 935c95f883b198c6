import { isObject } from "../core/json.ts";
import { msFromUs, type Us } from "../core/units.ts";

/**
 * For each event that was both written and read, how long after its write it was stamped, milliseconds. Lines and fields
 * that are not as expected are passed over: a reading of ourselves must not end a run.
 *
 * @param ledger NDJSON: `promptHash`, `received` (host's monotonic clock, nanoseconds in decimal) and `events`
 *   (nanoseconds after it)
 * @param originNs of the stamps, on the same clock
 * @param isCounted whether an event counts, by its stamp
 */
export function errorsByLedger(
  ledger: string,
  stampsByPrompt: ReadonlyMap<string, readonly Us[]>,
  originNs: bigint,
  isCounted: (stampUs: Us) => boolean = () => true,
): number[] {
  return ledger.split("\n").flatMap((line) => {
    const { promptHash, received, events } = parsed(line);
    if (typeof promptHash !== "string" || typeof received !== "string" || !Array.isArray(events)) return [];
    const stamps = stampsByPrompt.get(promptHash);
    if (stamps === undefined || !/^\d{1,20}$/.test(received)) return [];
    const receivedNs = Number(BigInt(received) - originNs);
    return events.flatMap((afterNs: unknown, i) => {
      const stampUs = stamps[i];
      // What was written after we had stopped reading has no stamp.
      if (stampUs === undefined || typeof afterNs !== "number" || !isCounted(stampUs)) return [];
      return [msFromUs(stampUs) - (receivedNs + afterNs) / 1e6];
    });
  });
}

/** How late the server itself wrote, p99 in milliseconds; null when it does not say. */
export function latenessByStats(stats: string): number | null {
  const { lateness } = parsed(stats);
  return isObject(lateness) && typeof lateness["p99Us"] === "number" ? msFromUs(lateness["p99Us"]) : null;
}

function parsed(text: string): { readonly [key: string]: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
