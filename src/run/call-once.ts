import { failure, type Failure } from "../core/failure.ts";
import type { EventTrace, Observation, Outcome, RateLimit, Reason } from "../core/observation.ts";
import type { HttpRequest, ResponseHead, Usage, Wire } from "../core/provider.ts";
import type { Timeouts } from "../core/run.ts";
import type { Authorized } from "../core/sign-in.ts";
import type { Us } from "../core/units.ts";
import type { ExchangeResult } from "../transport/exchange.ts";
import type { Pools } from "../transport/pools.ts";
import type { RealTime } from "../time/time.ts";
import { exchangeAll } from "./exchanges.ts";
import type { SoFar } from "./reservation.ts";
import { rateLimitOf } from "./rate-limit.ts";
import { modelEchoed, responseFlags, sha256, type Response } from "./response.ts";
import { settle } from "./settle.ts";

/** Everything about one attempt that is known before it leaves. */
export interface Attempt {
  readonly identity: Pick<
    Observation,
    "id" | "target" | "scenario" | "load" | "slice" | "pair" | "block" | "turn" | "attempt" | "phase" | "request"
  >;
  readonly scheduledUs: Us;
  readonly request: HttpRequest;
  /** Adds credentials to what the call is led on to. */
  readonly authorize: (request: HttpRequest) => Promise<Authorized>;
  /** Whether an echoed model is the one that was asked for. */
  readonly isModel: (echoed: string) => boolean;
  readonly reservedUsd: number | null;
  /** True when an answer has gone past what was reserved for it: then it is ended. */
  readonly isPast: (soFar: SoFar) => boolean;
}

/** What one attempt left behind. */
export interface Called {
  readonly observation: Observation;
  /** Null when there was no content. */
  readonly trace: EventTrace | null;
  /** The answer, for local token counting; null when there was none or it was too long to keep. */
  readonly text: { readonly first: string; readonly whole: string } | null;
  /** Head of the response that brought the answer, or refused it; null when none came. */
  readonly head: ResponseHead | null;
}

/** Why we ended an attempt ourselves; null when we did not. */
type Cancelled = "interrupt" | "overshoot" | null;

/** One attempt: send, read, judge. Never throws, never retries. */
export async function callOnce(
  attempt: Attempt,
  pools: Pools,
  wire: Wire,
  limits: Timeouts,
  time: RealTime,
  signal: AbortSignal,
): Promise<Called> {
  const ending = new AbortController();
  const cancelled = (): Cancelled => (ending.signal.aborted ? (ending.signal.reason as Cancelled) : null);
  const cancel = (why: NonNullable<Cancelled>): void => ending.abort(why);
  const interrupt = (): void => cancel("interrupt");
  const call = {
    wire,
    pools,
    limits,
    time,
    authorize: attempt.authorize,
    signal: ending.signal,
    onRead: (response: Response) => {
      if (attempt.isPast(response)) cancel("overshoot");
    },
  };
  if (signal.aborted) interrupt();
  signal.addEventListener("abort", interrupt);
  const { result, response, steps } = await exchangeAll(attempt.request, call);
  if (cancelled() === null) await settle(response, steps, call);
  signal.removeEventListener("abort", interrupt);
  return called(attempt, wire, result, response, judge(result, response, cancelled(), steps.length), time);
}

type Judgement = readonly [Outcome, Failure | null, Reason | null];

/**
 * How a call ended: the reader's failure first, then ours to cancel, then the transport's, then what is missing.
 *
 * @param steps exchanges that led on to the answer: with one of them the server has taken the call on, so that a refusal
 *   behind it breaks an answer that is being made
 */
export function judge(
  result: Pick<ExchangeResult, "error">,
  response: Response,
  cancelled: Cancelled,
  steps = 0,
): Judgement {
  const failed = (because: Failure) =>
    ["failed", steps > 0 && because.where === "headers" ? { ...because, where: "stream" } : because, null] as const;
  if (response.failure !== null) return failed(response.failure);
  if (response.finish === "content-filter") {
    return failed(
      failure("content-filter", { where: "stream", status: response.status, detail: "the answer was filtered" }),
    );
  }
  // An answer with its finish reason or terminator is whole, whatever the connection did after it.
  if (response.finish !== null || response.done) return ["completed", null, null];
  if (cancelled !== null) return ["cancelled", null, cancelled];
  if (result.error !== null) return failed({ ...result.error, status: result.error.status ?? response.status });
  return failed(
    failure("truncated", {
      where: "stream",
      status: response.status,
      detail: "ended without finish reason or terminator",
    }),
  );
}

function called(
  attempt: Attempt,
  wire: Wire,
  result: ExchangeResult,
  response: Response,
  [outcome, because, reason]: Judgement,
  time: RealTime,
): Called {
  const firstContent = response.contentUs[0] ?? null;
  const hasText = response.textWhole && response.text !== "";
  const observation: Observation = {
    v: 1,
    ...attempt.identity,
    stamps: {
      scheduled: attempt.scheduledUs,
      released: result.released,
      sent: result.sent,
      written: result.written,
      headers: result.headers,
      firstByte: result.firstByte,
      firstContent,
      lastContent: response.contentUs.at(-1) ?? null,
      end: result.end,
    },
    connection: result.connection,
    outcome,
    failure: because,
    reason,
    finish: response.finish,
    flags: outcome === "completed" ? responseFlags(response, attempt.isModel, wire) : [],
    usage: response.usage,
    events: { content: response.contentUs.length, total: response.totalEvents, coalesced: response.coalesced },
    server: response.server,
    rateLimit: rateLimit(response, wire, time.wallAt(result.headers ?? result.end)),
    modelEchoed: modelEchoed(response, attempt.isModel),
    response: { bytes: result.bytes, chars: response.chars, textHash: hasText ? sha256(response.text) : null },
    cost: { reservedUsd: attempt.reservedUsd, usd: null },
  };
  return {
    observation,
    trace: firstContent === null ? null : traceOf(attempt.identity.id, response),
    text: hasText ? { first: response.firstText, whole: response.text } : null,
    head: response.status === null ? null : { status: response.status, headers: response.headers },
  };
}

function rateLimit({ status, headers, refusal, failure: because }: Response, wire: Wire, wall: Date): RateLimit | null {
  if (status === null) return null;
  const errorText = refusal ?? because?.detail ?? null;
  return rateLimitOf({ headers, errorText }, wire.rateWindows?.({ headers, errorText }) ?? [], wall.getTime());
}

function traceOf(id: string, { contentUs, totals, usage, serverUs }: Response): EventTrace {
  return {
    v: 1,
    id,
    firstUs: contentUs[0]!,
    deltasUs: gaps(contentUs),
    totals: runningTotals(totals, usage),
    serverDeltasUs: serverGaps(serverUs),
  };
}

function gaps(stampsUs: readonly Us[]): readonly Us[] {
  return stampsUs.slice(1).map((at, i) => at - stampsUs[i]!);
}

/** Believed only if every event has a stamp and the clock never ran backwards. */
function serverGaps(stampsUs: readonly (Us | null)[]): readonly Us[] | null {
  const known = stampsUs.filter((at) => at !== null);
  const deltasUs = gaps(known);
  return known.length === stampsUs.length && deltasUs.every((delta) => delta >= 0) ? deltasUs : null;
}

/** Believed only if every event has one, they never fall, begin above 0 and end at the usage that is billed. */
function runningTotals(totals: readonly (number | null)[], usage: Usage | null): readonly number[] | null {
  const known = totals.filter((total) => total !== null);
  const rises = known.every((total, i) => total >= (known[i - 1] ?? 1));
  return known.length === totals.length && rises && known.at(-1) === usage?.output ? known : null;
}
