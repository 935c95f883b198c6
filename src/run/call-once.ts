import { failure, type Failure } from "../core/failure.ts";
import type { EventTrace, Observation, Outcome, RateLimit, Reason } from "../core/observation.ts";
import type { HttpRequest, Usage, Wire } from "../core/provider.ts";
import type { Timeouts } from "../core/run.ts";
import type { Us } from "../core/units.ts";
import type { Connection } from "../transport/connection.ts";
import { exchange, type ExchangeResult } from "../transport/exchange.ts";
import type { RealTime } from "../time/time.ts";
import type { SoFar } from "./reservation.ts";
import { rateLimitOf } from "./rate-limit.ts";
import { readResponse, responseFlags, sha256, type Response } from "./response.ts";

/** Everything about one attempt that is known before it leaves. */
export interface Attempt {
  readonly identity: Pick<
    Observation,
    "id" | "target" | "scenario" | "load" | "slice" | "pair" | "turn" | "attempt" | "phase" | "request"
  >;
  readonly scheduledUs: Us;
  readonly request: HttpRequest;
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
}

/** Why we ended an attempt ourselves; null when we did not. */
type Cancelled = "interrupt" | "overshoot" | null;

/** One attempt: send, read, judge. Never throws, never retries. */
export async function callOnce(
  attempt: Attempt,
  connection: Connection,
  wire: Wire,
  limits: Timeouts,
  time: RealTime,
  signal: AbortSignal,
): Promise<Called> {
  let cancelled: Cancelled = null;
  const reader = readResponse(wire, {
    contentSeen: () => call.control.contentSeen(),
    failed: (because) => call.control.abort(because),
  });
  const cancel = (why: NonNullable<Cancelled>): void => {
    cancelled ??= why;
    call.control.abort(failure("network", { where: "stream", detail: why }));
  };
  const interrupt = (): void => cancel("interrupt");
  const call = exchange(connection, attempt.request, limits, time, {
    onHeaders: reader.onHeaders,
    onData: (chunk, at) => {
      reader.onData(chunk, at);
      if (attempt.isPast(reader.response)) cancel("overshoot");
    },
  });
  if (signal.aborted) interrupt();
  signal.addEventListener("abort", interrupt);
  const result = await call.result;
  signal.removeEventListener("abort", interrupt);
  reader.onEnd();
  return called(attempt, wire, result, reader.response, cancelled, time);
}

/** How an exchange ended: the reader's failure first, then ours to cancel, then the transport's, then what is missing. */
export function judge(
  result: Pick<ExchangeResult, "error">,
  response: Response,
  cancelled: Cancelled,
): readonly [Outcome, Failure | null, Reason | null] {
  const failed = (because: Failure) => ["failed", because, null] as const;
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
  cancelled: Cancelled,
  time: RealTime,
): Called {
  const [outcome, because, reason] = judge(result, response, cancelled);
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
    modelEchoed: response.model,
    response: { bytes: result.bytes, chars: response.chars, textHash: hasText ? sha256(response.text) : null },
    cost: { reservedUsd: attempt.reservedUsd, usd: null },
  };
  return {
    observation,
    trace: firstContent === null ? null : traceOf(attempt.identity.id, response),
    text: hasText ? { first: response.firstText, whole: response.text } : null,
  };
}

function rateLimit({ status, headers, refusal, failure: because }: Response, wire: Wire, wall: Date): RateLimit | null {
  if (status === null) return null;
  const errorText = refusal ?? because?.detail ?? null;
  return rateLimitOf({ headers, errorText }, wire.rateWindows?.({ headers, errorText }) ?? [], wall.getTime());
}

function traceOf(id: string, { contentUs, totals, usage }: Response): EventTrace {
  const deltasUs = contentUs.slice(1).map((at, i) => at - contentUs[i]!);
  return { v: 1, id, firstUs: contentUs[0]!, deltasUs, totals: runningTotals(totals, usage) };
}

/** Believed only if every event has one, they never fall, begin above 0 and end at the usage that is billed. */
function runningTotals(totals: readonly (number | null)[], usage: Usage | null): readonly number[] | null {
  const known = totals.filter((total) => total !== null);
  const rises = known.every((total, i) => total >= (known[i - 1] ?? 1));
  return known.length === totals.length && rises && known.at(-1) === usage?.output ? known : null;
}
