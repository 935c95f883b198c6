import { firstEventTokens, outputTokens, type Sample } from "../sample.ts";

/** Whole tokens of a content event, at least 1: by the server's running totals, else what the first event left, spread evenly. */
export function eventTokens(sample: Sample, index: number): number {
  const { trace } = sample;
  if (trace === null) return 1;
  const { totals, deltasUs } = trace;
  if (totals !== null) return Math.max(1, totals[index]! - (index === 0 ? 0 : totals[index - 1]!));
  const rest = (outputTokens(sample).n ?? 0) - (firstEventTokens(sample) ?? 1);
  return Math.max(1, Math.round(rest / Math.max(1, deltasUs.length)));
}
