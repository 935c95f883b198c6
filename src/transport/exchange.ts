import type { Dispatcher } from "undici";
import { failure, type Failure, type TimeoutStage } from "../core/failure.ts";
import type { ConnectionRecord } from "../core/observation.ts";
import type { HttpRequest } from "../core/provider.ts";
import type { Timeouts } from "../core/run.ts";
import { usFromMs, type Us } from "../core/units.ts";
import { RESPONSE_BYTES_MAX } from "../protocol/limits.ts";
import type { Time } from "../time/time.ts";
import type { Connection } from "./connection.ts";
import { transportFailure } from "./errors.ts";

/** Response headers, lower-case names, repeated ones joined with a comma. */
export type ResponseHeaders = Readonly<Record<string, string>>;

/** What the caller does with the bytes, in the same turn in which they were read. */
export interface Listener {
  onHeaders(status: number, headers: ResponseHeaders): void;
  /** `at` was taken before anything looked at the bytes. The chunk is only valid during the call. */
  onData(chunk: Uint8Array, at: Us): void;
}

/** Steers a running exchange from within the listener or from outside. */
export interface Control {
  /** The first content event was read: from here on the idle limit holds instead of the first-content limit. */
  contentSeen(): void;
  /** The terminator of the answer was read: only the end of the response is left, and is not waited for as long as text is. */
  answered(): void;
  /** Ends the exchange now; the given failure is its result. */
  abort(because: Failure): void;
}

/** One HTTP exchange, over. Stamps are null for what did not happen. */
export interface ExchangeResult {
  readonly released: Us;
  readonly sent: Us | null;
  readonly written: Us | null;
  readonly headers: Us | null;
  readonly firstByte: Us | null;
  readonly end: Us;
  readonly status: number | null;
  readonly connection: ConnectionRecord | null;
  readonly bytes: number;
  /** Null when the response ended as HTTP says it should. */
  readonly error: Failure | null;
}

/**
 * Sends one request on one connection and hands over the bytes as they come. Stamps are the first thing that each undici
 * callback takes. Never throws, never retries, never follows a redirect.
 *
 * @param sinceUs when the call began that this exchange is part of: its limits count from there; null for its own `sent`
 */
export function exchange(
  connection: Connection,
  request: HttpRequest,
  limits: Timeouts,
  time: Time,
  listener: Listener,
  sinceUs: Us | null = null,
): { readonly control: Control; readonly result: Promise<ExchangeResult> } {
  const state = begin(time, sinceUs);
  const { promise, resolve } = Promise.withResolvers<ExchangeResult>();
  let controller: Dispatcher.DispatchController | null = null;
  let deadlines: Deadlines | null = null;

  const finish = (error: Failure | null): void => {
    if (state.over) return;
    state.over = true;
    deadlines?.cancel();
    const {
      sinceUs: _since,
      lastByte: _last,
      content: _content,
      answeredUs: _answered,
      over: _over,
      ...stamps
    } = state;
    resolve({ ...stamps, end: time.now(), error });
  };
  const abort = (because: Failure): void => {
    if (state.over) return;
    finish(because);
    // Before the request starts there is no controller yet: `onRequestStart` sees `over` and aborts then.
    controller?.abort(new Error("aborted by the client"));
  };
  const start = (started: Dispatcher.DispatchController, at: Us): void => {
    controller = started;
    if (state.over) return started.abort(new Error("aborted by the client"));
    state.sent = at;
    state.connection = connection.use();
    deadlines = watchDeadlines(state, limits, time, abort);
  };

  const target = connection.requestTarget(request.url);
  const headers = { ...request.headers, ...target.headers, "accept-encoding": "identity" };
  connection.client.dispatch(
    { path: target.path, method: request.method, headers, body: request.body },
    stampingHandler(state, time, listener, { start, finish, abort }),
  );
  const contentSeen = (): void => {
    if (state.content) return;
    state.content = true;
    deadlines?.recheck();
  };
  const answered = (): void => {
    if (state.answeredUs !== null) return;
    state.answeredUs = time.now();
    deadlines?.recheck();
  };
  return { control: { contentSeen, answered, abort }, result: promise };
}

/** What the callbacks of undici do: take the stamp first, then look at what came. */
function stampingHandler(
  state: Mutable,
  time: Time,
  listener: Listener,
  steer: {
    start(controller: Dispatcher.DispatchController, at: Us): void;
    finish(error: Failure | null): void;
    abort(because: Failure): void;
  },
): Dispatcher.DispatchHandler {
  return {
    onRequestStart: (controller) => {
      const at = time.now();
      steer.start(controller, at);
    },
    onRequestSent: () => {
      state.written = time.now();
    },
    onResponseStart: (_controller, status, headers) => {
      const at = time.now();
      // An interim 1xx answer is not the response.
      if (status < 200 || state.over) return;
      state.headers = at;
      state.status = status;
      listener.onHeaders(status, joined(headers));
    },
    onResponseData: (_controller, chunk) => {
      const at = time.now();
      if (state.over) return;
      state.firstByte ??= at;
      state.lastByte = at;
      state.bytes += chunk.length;
      if (state.bytes <= RESPONSE_BYTES_MAX) return listener.onData(chunk, at);
      const detail = `over ${RESPONSE_BYTES_MAX} bytes`;
      steer.abort(failure("too-large", { where: "stream", status: state.status, detail }));
    },
    onResponseEnd: () => steer.finish(null),
    onResponseError: (_controller, error) =>
      steer.finish(
        transportFailure(error, state.sent === null ? "connect" : state.headers === null ? "headers" : "stream"),
      ),
  };
}

function begin(time: Time, sinceUs: Us | null): Mutable {
  return {
    sinceUs,
    released: time.now(),
    sent: null,
    written: null,
    headers: null,
    firstByte: null,
    lastByte: null,
    status: null,
    connection: null,
    bytes: 0,
    content: false,
    answeredUs: null,
    over: false,
  };
}

interface Mutable {
  sinceUs: Us | null;
  released: Us;
  sent: Us | null;
  written: Us | null;
  headers: Us | null;
  firstByte: Us | null;
  lastByte: Us | null;
  status: number | null;
  connection: ConnectionRecord | null;
  bytes: number;
  content: boolean;
  answeredUs: Us | null;
  over: boolean;
}

/**
 * From the terminator to the end of the response. A server that leaves it open would hold a user of a closed loop, whose client
 * goes on at once, for the whole idle limit.
 */
const ENDING_US = 2_000_000;

interface Deadlines {
  recheck(): void;
  cancel(): void;
}

/** One timer for all limits: when it fires, it looks which limit is really over and sleeps on otherwise. */
function watchDeadlines(state: Mutable, limits: Timeouts, time: Time, abort: (because: Failure) => void): Deadlines {
  let cancel = (): void => undefined;
  const step = (): void => {
    cancel();
    if (state.over) return;
    const [dueUs, stage] = nearestDeadline(state, limits);
    const leftMs = (dueUs - time.now()) / 1000;
    if (leftMs <= 0) {
      const limitMs = { "first-content": limits.firstContentMs, idle: limits.idleMs, total: limits.totalMs }[stage];
      abort(failure("timeout", { where: stage, status: state.status, detail: `${stage} limit of ${limitMs} ms` }));
    } else cancel = time.after(Math.ceil(leftMs), step);
  };
  step();
  return { recheck: step, cancel: () => cancel() };
}

function nearestDeadline(state: Mutable, limits: Timeouts): readonly [Us, Exclude<TimeoutStage, "connect">] {
  const sent = state.sent ?? state.released;
  const begun = state.sinceUs ?? sent;
  const total = begun + usFromMs(limits.totalMs);
  if (state.answeredUs !== null) {
    return [Math.min(state.answeredUs + Math.min(usFromMs(limits.idleMs), ENDING_US), total), "idle"];
  }
  const first = begun + usFromMs(limits.firstContentMs);
  const idle = (state.lastByte ?? sent) + usFromMs(limits.idleMs);
  const [due, stage] = state.content ? ([idle, "idle"] as const) : ([first, "first-content"] as const);
  return due < total ? [due, stage] : [total, "total"];
}

function joined(headers: Readonly<Record<string, string | string[] | undefined>>): ResponseHeaders {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(", ") : value]],
    ),
  );
}
