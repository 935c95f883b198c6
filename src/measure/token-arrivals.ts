import type { Us } from "../core/units.ts";
import type { Flag } from "./flags.ts";
import { outputTokens, type Sample } from "./sample.ts";

/** Tokens that one content event brought; a fraction where they are spread. */
export interface TokenArrival {
  readonly atUs: Us;
  readonly tokens: number;
}

/**
 * When the tokens of one answer came. The first event holds its m tokens where the local count knows them; the others
 * share the rest evenly, since their texts were not kept. Null without event stamps (`events_missing`) or n
 * (`tokens_unknown`).
 */
export function tokenArrivals(sample: Sample): {
  readonly arrivals: readonly TokenArrival[] | null;
  readonly flags: readonly Flag[];
} {
  const { n, flags } = outputTokens(sample);
  if (n === null) return { arrivals: null, flags };
  if (sample.trace === null) return { arrivals: null, flags: [...flags, "events_missing"] };
  const { firstUs, deltasUs } = sample.trace;
  const even = n / (deltasUs.length + 1);
  const m = sample.tokens?.first ?? even;
  const first = deltasUs.length === 0 || m > n ? even : m;
  const later = deltasUs.length === 0 ? 0 : (n - first) / deltasUs.length;
  let atUs = firstUs;
  const arrivals = [{ atUs, tokens: first }];
  for (const delta of deltasUs) {
    atUs += delta;
    arrivals.push({ atUs, tokens: later });
  }
  return { arrivals, flags };
}
