import { failure, type Failure } from "../core/failure.ts";
import type { FollowUp, HttpRequest, WholeResponse, Wire } from "../core/provider.ts";
import type { Timeouts } from "../core/run.ts";
import type { Authorized } from "../core/sign-in.ts";
import { msFromUs, type Us } from "../core/units.ts";
import type { Time } from "../time/time.ts";
import { exchange, type ExchangeResult } from "../transport/exchange.ts";
import type { Pool } from "../transport/pool.ts";
import type { Pools } from "../transport/pools.ts";
import { readResponse, type Response } from "./response.ts";

/** What all exchanges of one call have in common. */
export interface Call {
  readonly wire: Wire;
  readonly pools: Pools;
  readonly limits: Timeouts;
  readonly time: Time;
  /** Adds credentials to a further request. */
  readonly authorize: (request: HttpRequest) => Promise<Authorized>;
  /** Ends the call, in whichever exchange it is. */
  readonly signal: AbortSignal;
  /** Called after each read. */
  readonly onRead: (response: Response) => void;
}

/** A call, over. */
export interface Exchanged {
  /** Begun as the first exchange was, answered as the last one. */
  readonly result: ExchangeResult;
  readonly response: Response;
  /** The responses before the answer. */
  readonly steps: readonly WholeResponse[];
}

/** A call that is led on for ever is ended, whatever its time limits. */
const FOLLOW_UPS_MAX = 3000;

/** Sends a request, and those that its responses lead on to, until one brings the answer. Never throws. */
export async function exchangeAll(request: HttpRequest, call: Call): Promise<Exchanged> {
  const steps: WholeResponse[] = [];
  const first = await exchangeOnce(request, call.pools.home, null, call);
  let last = first;
  for (;;) {
    const next = await followUp(last, steps, first.result, call);
    if (next === null) return { result: joined(first.result, last.result), response: last.response, steps };
    if ("kind" in next) {
      return { result: { ...joined(first.result, last.result), error: next }, response: last.response, steps };
    }
    last = await exchangeOnce(next.request, next.pool, first.result.sent, call);
  }
}

interface Once {
  readonly result: ExchangeResult;
  readonly response: Response;
  /** Null for a stream. */
  readonly whole: WholeResponse | null;
  /** To be called when this is the answer: a response that is none then says why. */
  settleOn(): void;
}

async function exchangeOnce(request: HttpRequest, pool: Pool, sinceUs: Us | null, call: Call): Promise<Once> {
  const { wire, limits, time, signal } = call;
  const reader = readResponse(wire, {
    contentSeen: () => running.control.contentSeen(),
    failed: (because) => running.control.abort(because),
  });
  const listener = {
    onHeaders: reader.onHeaders,
    onData: (chunk: Uint8Array, at: Us) => {
      reader.onData(chunk, at);
      if (reader.response.done) running.control.answered();
      call.onRead(reader.response);
    },
  };
  const connection = pool.take();
  const running = exchange(connection, request, limits, time, listener, sinceUs);
  const stop = (): void =>
    running.control.abort(failure("network", { where: "stream", detail: String(signal.reason) }));
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop);
  const result = await running.result;
  signal.removeEventListener("abort", stop);
  pool.give(connection, result.sent !== null);
  return { result, response: reader.response, whole: reader.whole(), settleOn: reader.onEnd };
}

/** What to send next, once it is time for it; a failure when that cannot be; null when the last exchange brought the answer. */
async function followUp(
  { result, whole, settleOn }: Once,
  steps: WholeResponse[],
  first: ExchangeResult,
  call: Call,
): Promise<{ readonly request: HttpRequest; readonly pool: Pool } | Failure | null> {
  const isStep = whole !== null && whole.status < 300 && call.wire.follow !== undefined;
  // A step that broke off is what its exchange says it is, not what half of its body might mean.
  if (isStep && result.error !== null) return null;
  const next = isStep ? call.wire.follow(whole) : null;
  if (next === null || whole === null) {
    settleOn();
    return null;
  }
  const refuse = (detail: string): Failure => failure("protocol", { where: "headers", status: whole.status, detail });
  const url = URL.parse(next.request.url);
  if (url === null || !isAsSafe(url, call.pools.homeOrigin))
    return refuse("the response leads to no address that is safe");
  if (steps.push(whole) > FOLLOW_UPS_MAX) return refuse(`the call was led on ${FOLLOW_UPS_MAX} times`);
  const pool = call.pools.at(url.origin);
  if (pool === null) return refuse("the responses lead to too many hosts");
  const late = await pause(next, first, whole.status, call);
  if (late !== null) return late;
  if (!isTrusted(url, call)) return { request: next.request, pool };
  const authorized = await call.authorize(next.request);
  return authorized.ok ? { request: authorized.request, pool } : authorized.failure;
}

/** The same scheme as the target's, or a better one. */
function isAsSafe({ protocol }: URL, homeOrigin: string): boolean {
  return protocol === "https:" || (protocol === "http:" && homeOrigin.startsWith("http:"));
}

/** Credentials go to the target's own origin, and to those that its provider's file names: never where a response says. */
export function isTrusted({ origin }: URL, { wire, pools }: Pick<Call, "wire" | "pools">): boolean {
  return origin === pools.homeOrigin || (wire.origins ?? []).includes(origin);
}

/** Waits before the next request; a time-out when the call's own limit comes first. */
async function pause(
  { afterMs }: FollowUp,
  first: ExchangeResult,
  status: number,
  call: Call,
): Promise<Failure | null> {
  const { limits, time, signal } = call;
  const limitMs = Math.min(limits.firstContentMs, limits.totalMs);
  const leftMs = limitMs - msFromUs(time.now() - (first.sent ?? first.released));
  const isLate = leftMs <= afterMs;
  const waitMs = Math.min(afterMs, leftMs);
  await waited(waitMs, call);
  if (signal.aborted) return failure("network", { where: "headers", status, detail: String(signal.reason) });
  if (!isLate) return null;
  const stage = limits.firstContentMs <= limits.totalMs ? "first-content" : "total";
  return failure("timeout", { where: stage, status, detail: `${stage} limit of ${limitMs} ms` });
}

/** Lets time pass, until the call is ended. */
export async function waited(ms: number, { time, signal }: Pick<Call, "time" | "signal">): Promise<void> {
  if (ms <= 0 || signal.aborted) return;
  await new Promise<void>((resolve) => {
    const over = (): void => {
      cancel();
      signal.removeEventListener("abort", over);
      resolve();
    };
    const cancel = time.after(ms, over);
    signal.addEventListener("abort", over);
  });
}

/** Released, sent and connected as the first exchange; answered as the last. */
function joined(first: ExchangeResult, last: ExchangeResult): ExchangeResult {
  const { released, sent, written, connection } = first;
  return { ...last, released, sent, written, connection };
}
