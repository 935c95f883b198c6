import type { EventTrace, Observation, Stamps, TokenCount } from "../core/observation.ts";
import type { Scenario } from "../core/scenario.ts";
import type { Target } from "../core/target.ts";
import { msFromUs } from "../core/units.ts";
import type { Flag } from "./flags.ts";

/** One attempt with all that is known of it: what a request-level metric reads. */
export interface Sample {
  readonly observation: Observation;
  readonly trace: EventTrace | null;
  readonly tokens: TokenCount | null;
  readonly scenario: Scenario;
  readonly target: Target;
}

/**
 * How one attempt counts.
 * `success`: completed with an answer, neither empty nor filtered.
 * `failure`: failed, completed without an answer, or cancelled for another reason than an interrupt (overshoot, race).
 * `drop`: due while the in-flight limit was reached; the target never saw it.
 * `excluded`: cancelled by an interrupt, or never started. Nobody's fault, so in no statistic of answers.
 */
export type Standing = "success" | "failure" | "drop" | "excluded";

export function standingOf(observation: Observation): Standing {
  switch (observation.outcome) {
    case "completed":
      return observation.flags.includes("empty") || observation.finish === "content-filter" ? "failure" : "success";
    case "failed":
      return "failure";
    case "cancelled":
      return observation.reason === "interrupt" ? "excluded" : "failure";
    case "dropped":
      return "drop";
    case "not-started":
      return "excluded";
  }
}

/** Milliseconds from one stamp to another; null when either did not happen. */
export function spanMs(stamps: Stamps, from: keyof Stamps, to: keyof Stamps): number | null {
  const start = stamps[from];
  const end = stamps[to];
  return start === null || end === null ? null : msFromUs(end - start);
}

/**
 * DNS + TCP + TLS of the connection that this attempt was the first to use, milliseconds; null when another was first.
 */
export function setUpMs(sample: Sample): number | null {
  const connection = sample.observation.connection;
  if (connection === null || connection.tcp === null) return null;
  return msFromUs((connection.dns ?? 0) + connection.tcp + (connection.tls ?? 0));
}

/**
 * The harness's own fault, milliseconds: sent − scheduled − the set-up that this attempt waited for. Null when nothing
 * was sent.
 */
export function clientDelayMs(sample: Sample): number | null {
  const waited = spanMs(sample.observation.stamps, "scheduled", "sent");
  // A connection opened ahead of the load has durations too, but nobody waited for it.
  const setUp = sample.observation.connection?.reused === false ? setUpMs(sample) : null;
  return waited === null ? null : waited - (setUp ?? 0);
}

/**
 * n: output tokens as billed, else as the pinned tokenizer counts them (`tokens_local`), else null (`tokens_unknown`).
 */
export function outputTokens(sample: Sample): { readonly n: number | null; readonly flags: readonly Flag[] } {
  const reported = sample.observation.usage?.output ?? null;
  if (reported !== null) return { n: reported, flags: [] };
  if (sample.tokens !== null) return { n: sample.tokens.output, flags: ["tokens_local"] };
  return { n: null, flags: ["tokens_unknown"] };
}

/** m: tokens of the first content event, by the server's running total, else by the local count; null when unknown. */
export function firstEventTokens(sample: Sample): number | null {
  return sample.trace?.totals?.[0] ?? sample.tokens?.first ?? null;
}

/** True when all content came in one read, so that no gap inside it is known. */
export function isCoalesced(sample: Sample): boolean {
  const { flags, stamps } = sample.observation;
  return flags.includes("coalesced") || stamps.firstContent === stamps.lastContent;
}
