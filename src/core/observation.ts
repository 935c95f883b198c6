import type { Failure } from "./failure.ts";
import type { FinishReason, RateWindow, ServerTimings, Usage } from "./provider.ts";
import type { Us } from "./units.ts";

/** The moments of one attempt; null for what did not happen. In this order on the wire. */
export interface Stamps {
  /** Due by the plan; in closed loop the moment at which the slot was free. */
  readonly scheduled: Us;
  /** Handed to the transport. */
  readonly released: Us | null;
  /** Just before the first byte goes to a connected socket. */
  readonly sent: Us | null;
  /** Request fully written. */
  readonly written: Us | null;
  readonly headers: Us | null;
  /** First byte of the body. */
  readonly firstByte: Us | null;
  /** First event with non-empty content, reasoning or tool text. */
  readonly firstContent: Us | null;
  readonly lastContent: Us | null;
  readonly end: Us | null;
}

/**
 * The connection that carried an attempt. Durations in µs, with the first attempt that a connection carries; null later,
 * and for a step that did not occur.
 */
export interface ConnectionRecord {
  /** Unique within the run. */
  readonly id: number;
  /** False only when this attempt waited for the connection to open. */
  readonly reused: boolean;
  /** `address:port` of the far side, or of the proxy on the way to it. */
  readonly peer: string | null;
  readonly dns: Us | null;
  readonly tcp: Us | null;
  /** Through a proxy, with the set-up of its tunnel. */
  readonly tls: Us | null;
  /** `http/1.1`, and the TLS version where there is one: `http/1.1 TLSv1.3`. */
  readonly protocol: string;
}

/** What the rate-limit headers said; null for what was not said. */
export interface RateLimit {
  readonly retryAfterMs: number | null;
  readonly limitRequests: number | null;
  readonly remainingRequests: number | null;
  readonly limitTokens: number | null;
  readonly remainingTokens: number | null;
  /** Each limit with its window, as far as the provider's way of telling them is known. */
  readonly windows: readonly RateWindow[];
}

/**
 * How an attempt ended. `dropped`: due while the in-flight limit was reached. `not-started`: planned, never released.
 * `cancelled`: released, then ended by us.
 */
export type Outcome = "completed" | "failed" | "cancelled" | "dropped" | "not-started";

/** Why an attempt was cancelled or not started; `decided`: what came before it had settled what its level was run for. */
export type Reason = "interrupt" | "race" | "overshoot" | "budget" | "breaker" | "dependency" | "decided";

/** What is worth saying about one attempt beside its outcome. */
export type ObservationFlag =
  /** Finished without the protocol's terminator. */
  | "no_terminator"
  /** Ended by the terminator alone: nobody said why the model stopped. */
  | "no_finish"
  /** Text came behind the finish reason; it is counted, and stretches the answer. */
  | "content_after_finish"
  /** Completed without any text. */
  | "empty"
  /** Several events and one read: no gap inside is known. */
  | "coalesced"
  /** Usage was not reported. */
  | "no_usage"
  /** The echoed model differs from the one asked for. */
  | "model_differs"
  /** Only its release and its end are known; that it was sent has to be supposed. */
  | "end_only";

/** The flat record of one attempt (version 1): one line of `observations.ndjson`. */
export interface Observation {
  readonly v: 1;
  /** Unique within the run: `scenario:target:pair`, `w` before a warm-up's pair, `:2` after a second attempt. */
  readonly id: string;
  readonly target: string;
  readonly scenario: string;
  readonly load: string;
  readonly slice: string | null;
  readonly pair: number;
  /** Part of the scenario: connections are new in each. 0 in folders from before there were any. */
  readonly block: number;
  readonly turn: number;
  /** 1 for the first try. */
  readonly attempt: number;
  readonly phase: "warmup" | "measured";
  readonly stamps: Stamps;
  readonly connection: ConnectionRecord | null;
  readonly outcome: Outcome;
  /** Set when and only when the outcome is `failed`. */
  readonly failure: Failure | null;
  /** Set when and only when the outcome is `cancelled` or `not-started`. */
  readonly reason: Reason | null;
  readonly finish: FinishReason | null;
  readonly flags: readonly ObservationFlag[];
  readonly usage: Usage | null;
  /** Counts of stream events: with content, all, and content events that shared a read with the one before. */
  readonly events: { readonly content: number; readonly total: number; readonly coalesced: number };
  readonly server: ServerTimings | null;
  readonly rateLimit: RateLimit | null;
  readonly modelEchoed: string | null;
  readonly request: {
    readonly inputTokens: number;
    readonly maxOutputTokens: number;
    /** Of the body; null when it was never built. */
    readonly bytes: number | null;
    /** Of the user message, sha256 hex; null when it was never built. */
    readonly promptHash: string | null;
    /** How long adding the credentials took, before it was due; null when it was never built, or nobody noted it. */
    readonly signingUs: Us | null;
  };
  readonly response: { readonly bytes: number; readonly chars: number; readonly textHash: string | null };
  readonly cost: { readonly reservedUsd: number | null; readonly usd: number | null };
}

/** Content events of one attempt: one line of `events.ndjson`. */
export interface EventTrace {
  readonly v: 1;
  readonly id: string;
  /** Stamp of the first content event; equals `stamps.firstContent`. */
  readonly firstUs: Us;
  /** Gaps to the next content events; 0 inside one read. Length: content events − 1. */
  readonly deltasUs: readonly Us[];
  /**
   * Output tokens so far at each content event, by the usage that some servers send in every chunk: exact tokens per event.
   * Null where any event lacks it.
   */
  readonly totals: readonly number[] | null;
  /** Gaps between content events by the server's own clock; null where any event lacks it. Length: as `deltasUs`. */
  readonly serverDeltasUs: readonly Us[] | null;
}

/** Local token counts of one answer: one line of `tokens.ndjson`. Pinned Llama 3.1 tokenizer, no BOS or EOS. */
export interface TokenCount {
  readonly v: 1;
  readonly id: string;
  /** Tokens of the whole text. */
  readonly output: number;
  /** Tokens of the first content event's text. */
  readonly first: number;
}

/** One line of `intents.ndjson`, written before the request leaves. */
export interface Intent {
  readonly v: 1;
  readonly id: string;
  readonly target: string;
  readonly atUs: Us;
  readonly reservedUsd: number | null;
}

/** The id of one attempt. */
export function observationId(of: {
  scenario: string;
  target: string;
  phase: "warmup" | "measured";
  pair: number;
  attempt: number;
}): string {
  const base = `${of.scenario}:${of.target}:${of.phase === "warmup" ? "w" : ""}${of.pair}`;
  return of.attempt === 1 ? base : `${base}:${of.attempt}`;
}
