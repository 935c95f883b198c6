import type { Flag } from "./flags.ts";
import { firstEventTokens, isCoalesced, outputTokens, spanMs, type Sample } from "./sample.ts";

/** The stretch of an answer after its first content event. */
export interface Pace {
  /** lastContent − firstContent, milliseconds, above 0. */
  readonly ms: number;
  /** n − m: output tokens less those of the first content event, above 0. */
  readonly tokens: number;
}

/**
 * Null when there is no pace to speak of: all content in one read (`coalesced`), n ≤ m, or n unknown
 * (`tokens_unknown`). m as {@link firstEventTokens} knows it; 1 and `first_event_tokens_unknown` without it.
 */
export function paceOf(sample: Sample): { readonly pace: Pace | null; readonly flags: readonly Flag[] } {
  const ms = spanMs(sample.observation.stamps, "firstContent", "lastContent");
  if (ms === null) return { pace: null, flags: [] };
  if (isCoalesced(sample)) return { pace: null, flags: ["coalesced"] };
  const { n, flags } = outputTokens(sample);
  if (n === null) return { pace: null, flags };
  const known = firstEventTokens(sample);
  const m = known ?? 1;
  const all: readonly Flag[] = known === null ? [...flags, "first_event_tokens_unknown"] : flags;
  return { pace: n <= m ? null : { ms, tokens: n - m }, flags: all };
}
