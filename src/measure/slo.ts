import type { Slo } from "../core/scenario.ts";
import { paceOf } from "./pace.ts";
import { msFromUs, type Us } from "../core/units.ts";
import { isCoalesced, wholeSpan, type Sample } from "./sample.ts";

/** True when at least one limit is set. */
export function hasSlo(slo: Slo): boolean {
  return slo.ttftMs !== null || slo.tpotMs !== null || slo.e2eMs !== null;
}

/**
 * Whether a success meets every limit of its scenario; `unjudged` when one cannot be told, which counts as not good. In
 * open loop TTFT and E2E count from the schedule, as the user waits; else from `sent`, or from release where nothing else is known. An answer that came in
 * one read meets any TPOT: nobody waited between its tokens, and TTFT bears the whole wait.
 */
export function judge(sample: Sample): "good" | "bad" | "unjudged" {
  const { slo, load } = sample.scenario;
  const { stamps } = sample.observation;
  const { fromUs, toUs } = wholeSpan(sample.observation);
  const startUs = load.kind === "open" ? stamps.scheduled : fromUs;
  const sinceMs = (us: Us | null): number | null => (us === null || startUs === null ? null : msFromUs(us - startUs));
  const verdicts = [
    within(sinceMs(stamps.firstContent), slo.ttftMs),
    within(tpotMs(sample), slo.tpotMs),
    within(sinceMs(toUs), slo.e2eMs),
  ];
  if (verdicts.includes("bad")) return "bad";
  return verdicts.includes("unjudged") ? "unjudged" : "good";
}

function within(value: number | null, limit: number | null): "good" | "bad" | "unjudged" {
  if (limit === null) return "good";
  if (value === null) return "unjudged";
  return value <= limit ? "good" : "bad";
}

function tpotMs(sample: Sample): number | null {
  if (isCoalesced(sample)) return 0;
  const { pace } = paceOf(sample);
  return pace === null ? null : pace.ms / pace.tokens;
}
