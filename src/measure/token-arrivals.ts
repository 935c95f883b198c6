import type { Us } from "../core/units.ts";
import type { Flag } from "./flags.ts";
import { firstEventTokens, outputTokens, type Sample } from "./sample.ts";

/** Tokens that one content event brought; a fraction where they are spread. */
export interface TokenArrival {
  readonly atUs: Us;
  readonly tokens: number;
}

/**
 * When the tokens of one answer came. Exact where the server sent running totals; else the first event holds its m tokens
 * where the local count knows them, and the others share the rest evenly, since their texts were not kept. An answer in one piece came
 * at its end. Null without event stamps (`events_missing`) or n
 * (`tokens_unknown`).
 */
export function tokenArrivals(sample: Sample): {
  readonly arrivals: readonly TokenArrival[] | null;
  readonly flags: readonly Flag[];
} {
  const { n, flags } = outputTokens(sample);
  if (n === null) return { arrivals: null, flags };
  const { stamps, flags: noted } = sample.observation;
  if (noted.includes("end_only")) return { arrivals: [{ atUs: stamps.end!, tokens: n }], flags };
  if (sample.trace === null) return { arrivals: null, flags: [...flags, "events_missing"] };
  const { firstUs, deltasUs } = sample.trace;
  const { totals } = sample.trace;
  if (totals !== null) return { arrivals: counted(firstUs, deltasUs, totals), flags };
  const even = n / (deltasUs.length + 1);
  const m = firstEventTokens(sample) ?? even;
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

function counted(firstUs: Us, deltasUs: readonly Us[], totals: readonly number[]): TokenArrival[] {
  let atUs = firstUs;
  return totals.map((total, i) => {
    atUs += i === 0 ? 0 : deltasUs[i - 1]!;
    return { atUs, tokens: total - (i === 0 ? 0 : totals[i - 1]!) };
  });
}
