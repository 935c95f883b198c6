import type { EventTrace, Observation, Stamps, TokenCount } from "../core/observation.ts";
import type { Scenario } from "../core/scenario.ts";
import type { Target } from "../core/target.ts";
import { msFromUs, type Us } from "../core/units.ts";
import type { Flag } from "./flags.ts";
import { isOtherModel } from "./model-name.ts";

/** One attempt with all that is known of it: what a request-level metric reads. */
export interface Sample {
  readonly observation: Observation;
  readonly trace: EventTrace | null;
  readonly tokens: TokenCount | null;
  readonly scenario: Scenario;
  readonly target: Target;
  /** It fell into a time in which no target could be reached from here. */
  readonly isExcused: boolean;
  /** A turn that was never asked, since the target failed one before it. */
  readonly isBehindFailure: boolean;
}

/**
 * How one attempt counts.
 * `success`: completed with an answer of the model that was asked, neither empty nor filtered.
 * `failure`: failed, completed without such an answer, cancelled for another reason than an interrupt (overshoot, race), or
 * held back by the breaker: a stopped target would have failed it, and stopping must not improve a figure. So is a turn whose
 * conversation the target failed: its user had no answer to go on with.
 * `drop`: due while the in-flight limit was reached; the target never saw it.
 * `excluded`: cancelled by an interrupt, never started, or excused. Nobody's fault, so in no statistic of answers.
 */
export type Standing = "success" | "failure" | "drop" | "excluded";

export function standingOf(sample: Sample): Standing {
  const { outcome, reason } = sample.observation;
  if (outcome === "dropped") return "drop";
  if (outcome === "completed") return failureName(sample) === null ? "success" : "failure";
  if (sample.isExcused) return "excluded";
  if (outcome === "failed" || reason === "breaker" || sample.isBehindFailure) return "failure";
  return outcome === "cancelled" && reason !== "interrupt" ? "failure" : "excluded";
}

/** As a count of failures names a turn that one before it left without history. */
export const BEHIND_FAILURE = "behind a failed turn";

/** What kept an attempt from being a success, as a count of failures names it; null for a success. */
export function failureName({ observation, target, isBehindFailure }: Sample): string | null {
  const { outcome, failure, reason, flags, finish, modelEchoed } = observation;
  if (isBehindFailure) return BEHIND_FAILURE;
  if (outcome !== "completed") return reason === "breaker" ? "held back" : (failure?.kind ?? reason ?? outcome);
  if (flags.includes("empty")) return "without an answer";
  if (finish === "content-filter") return "content-filter";
  // The run knows the names that its provider gives the model, and flags every other one.
  return flags.includes("model_differs") && isOtherModel(modelEchoed, target) ? "another model" : null;
}

/**
 * When an attempt was sent and when its answer was there: from `sent` to `lastContent`, or, where only the end is known, from
 * `released` to `end`. Null for what did not happen.
 */
export function wholeSpan({ stamps, flags }: Observation): { readonly fromUs: Us | null; readonly toUs: Us | null } {
  if (flags.includes("end_only")) return { fromUs: stamps.released, toUs: stamps.end };
  return { fromUs: stamps.sent, toUs: stamps.lastContent };
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

/** Usage of more than so many times what was asked for is a slip of the server's, not an answer. */
const USAGE_PER_LIMIT_MAX = 4;

/**
 * n: output tokens as billed unless that is absurd (`usage_implausible`: none for a text, or far above the limit), else as the pinned tokenizer counts them (`tokens_local`), else null (`tokens_unknown`, unless no model was asked).
 */
export function outputTokens(sample: Sample): { readonly n: number | null; readonly flags: readonly Flag[] } {
  const { usage, request } = sample.observation;
  if (request.maxOutputTokens === 0) return { n: null, flags: [] };
  const reported = usage?.output ?? null;
  const isBelieved = reported === null || isPlausible(reported, sample.observation);
  if (reported !== null && isBelieved) return { n: reported, flags: [] };
  const doubt: readonly Flag[] = isBelieved ? [] : ["usage_implausible"];
  if (sample.tokens !== null) return { n: sample.tokens.output, flags: ["tokens_local", ...doubt] };
  return { n: null, flags: ["tokens_unknown", ...doubt] };
}

function isPlausible(output: number, { request, response }: Observation): boolean {
  return output === 0 ? response.chars === 0 : output <= USAGE_PER_LIMIT_MAX * request.maxOutputTokens;
}

/** m: tokens of the first content event, by the server's running total, else by the local count; null when unknown. */
export function firstEventTokens(sample: Sample): number | null {
  return sample.trace?.totals?.[0] ?? sample.tokens?.first ?? null;
}

/** True when all content came in one read, so that no gap inside it is known. */
export function isCoalesced(sample: Sample): boolean {
  const { flags, stamps } = sample.observation;
  return flags.includes("coalesced") || (stamps.firstContent !== null && stamps.firstContent === stamps.lastContent);
}
