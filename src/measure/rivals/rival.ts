import { msFromUs, type Us } from "../../core/units.ts";
import { outputTokens, type Sample } from "../sample.ts";

/** What is set side by side. */
export const FIGURES = ["ttft", "tpot", "itl", "e2e", "throughput"] as const;
export type FigureId = (typeof FIGURES)[number];

/** One figure as another tool makes it from one answer. */
export interface Reading {
  /** In a few words, for the table of definitions. */
  readonly says: string;
  /** Milliseconds; several where the tool pools them. None: the answer has no such figure. */
  readonly read: (sample: Sample) => readonly number[];
}

/** How another tool reads the same stamps. */
export interface Rival {
  readonly id: string;
  readonly name: string;
  /** What was read of it, and when. */
  readonly source: string;
  /** Null: the tool has no such figure. */
  readonly figures: Readonly<Record<Exclude<FigureId, "throughput">, Reading | null>>;
  /** Output tokens per second of a whole run; null: the tool has none. */
  readonly throughput: { readonly says: string; readonly read: (samples: readonly Sample[]) => number | null } | null;
  /** Its way to a quantile of ascending values, at least one. */
  readonly quantile: (sorted: Float64Array, p: number) => number;
  readonly quantileSays: string;
}

/** n as most tools count it: as billed, else as counted here. */
export function billedOrCounted(sample: Sample): number | null {
  return outputTokens(sample).n;
}

/** n as one that trusts its own tokenizer counts it. */
export function countedOrBilled(sample: Sample): number | null {
  return sample.tokens?.output ?? outputTokens(sample).n;
}

/** Milliseconds between two stamps, none when either is missing. */
export function span(from: Us | null, to: Us | null): readonly number[] {
  return from === null || to === null ? [] : [msFromUs(to - from)];
}

/** Milliseconds between two stamps per so many tokens; none without them. */
export function perToken(from: Us | null, to: Us | null, tokens: number | null): readonly number[] {
  return tokens === null || tokens <= 0 ? [] : span(from, to).map((ms) => ms / tokens);
}

/** Linear between the two nearest values, as numpy does it unasked (Hyndman and Fan 1996, type 7). */
export function linearQuantile(sorted: Float64Array, p: number): number {
  const at = (sorted.length - 1) * p;
  const below = Math.floor(at);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (at - below);
}

export const LINEAR = "linear between ranks (numpy)";

/** All output tokens over the time from the first release to an end of the last answer. */
export function tokensOverWall(
  samples: readonly Sample[],
  count: (sample: Sample) => number | null,
  end: (sample: Sample) => Us | null,
): number | null {
  const starts = samples.flatMap(({ observation }) => observation.stamps.released ?? []);
  const ends = samples.flatMap((sample) => end(sample) ?? []);
  const seconds = (greatest(ends) + greatest(starts.map((start) => -start))) / 1e6;
  const tokens = samples.reduce((sum, sample) => sum + (count(sample) ?? 0), 0);
  return seconds > 0 ? tokens / seconds : null;
}

function greatest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), -Infinity);
}
