import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Answer, Step } from "./answer.ts";
import { NS_PER_MS, type Clock } from "./clock.ts";
import type { LedgerRecord } from "./ledger.ts";
import type { Scheduler } from "./scheduler.ts";
import { openWire } from "./wire.ts";

/** What is known of a request when its answer begins. */
export type RequestFacts = Pick<
  LedgerRecord,
  | "seq"
  | "profile"
  | "path"
  | "connection"
  | "replica"
  | "slowness"
  | "promptWords"
  | "promptTokens"
  | "cachedTokens"
  | "maxTokens"
  | "promptHash"
  | "tokensPerEvent"
> & { readonly firstByteNs: number; readonly receivedNs: number };

/** One answer on its way out: plays steps on schedule and notes what was written when. */
export interface Exchange {
  /** States what is answered, before anything is played. */
  begin(answer: Pick<Answer, "status" | "headers" | "fault">): void;
  /** Plays steps at `anchorNs` + their offset. Resolves when they are done or the exchange is over, whichever is first. */
  play(steps: Iterable<Step>, anchorNs: number): Promise<void>;
  /** Service begins: notes how long the request waited for it. */
  served(queueNs: number): void;
  over(): boolean;
  /** Ends it as it is: the server is closing. */
  abandon(): void;
  /** Resolves when the exchange is over, by whomever. */
  readonly ended: Promise<void>;
}

export interface ExchangeOptions {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly response: ServerResponse;
  readonly facts: RequestFacts;
  /** Ends a connection with a TCP RST. */
  readonly reset: (socket: Socket) => void;
  readonly onLateness: (ns: number) => void;
  /** Called once, just before the last byte goes: whoever has seen the end finds the record. */
  readonly onEnd: (record: LedgerRecord) => void;
}

/** A client that reads nothing is cut off at this many bytes. */
const UNREAD_BYTES_MAX = 4 * 1024 * 1024;

/** What changes while an answer is on its way. Moments are nanoseconds on the simulator's clock. */
interface State {
  answer: Pick<Answer, "status" | "headers" | "fault">;
  headersNs: number | null;
  queueNs: number | null;
  readonly eventsNs: number[];
  tokens: number;
  latenessNsMax: number | null;
  over: boolean;
}

export function openExchange(options: ExchangeOptions): Exchange {
  const { clock, scheduler, response } = options;
  const state: State = {
    answer: { status: null, headers: {}, fault: null },
    headersNs: null,
    queueNs: null,
    eventsNs: [],
    tokens: 0,
    latenessNsMax: null,
    over: false,
  };
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  const finish = (endNs: number, closedByClient: boolean): void => {
    if (state.over) return;
    state.over = true;
    options.onEnd(recordOf(options, state, { endNs, closedByClient }));
    end();
  };
  response.on("close", () => finish(clock.now(), true));
  // Gone before it was listened to.
  if (response.destroyed) finish(clock.now(), true);

  const wire = openWire(response, options.reset);
  const perform = (step: Step, dueNs: number): void => {
    const act = wire.ready(step, state.answer);
    // The stamp: all work is done, and the next thing is the write.
    const nowNs = clock.now();
    note(state, step, nowNs, nowNs - dueNs);
    options.onLateness(nowNs - dueNs);
    if (step.act !== "content" && step.act !== "write") finish(nowNs, false);
    act();
    if (wire.unreadBytes() > UNREAD_BYTES_MAX) {
      finish(clock.now(), false);
      wire.cut();
    }
  };
  const playAll = (steps: Iterable<Step>, anchorNs: number, done: () => void): void => {
    const iterator = steps[Symbol.iterator]();
    const next = (): void => {
      const step = state.over ? null : iterator.next();
      if (step === null || step.done === true) {
        done();
        return;
      }
      const dueNs = Math.round(anchorNs + step.value.atMs * NS_PER_MS);
      scheduler.at(dueNs, () => {
        if (!state.over) perform(step.value, dueNs);
        next();
      });
    };
    next();
  };
  return {
    begin: (answer) => {
      const requestId = { "x-request-id": String(options.facts.seq) };
      state.answer = { ...answer, headers: { ...answer.headers, ...requestId } };
    },
    play: (steps, anchorNs) => Promise.race([ended, new Promise<void>((done) => playAll(steps, anchorNs, done))]),
    served: (queueNs) => {
      state.queueNs = queueNs;
    },
    over: () => state.over,
    abandon: () => finish(clock.now(), false),
    ended,
  };
}

function note(state: State, step: Step, nowNs: number, lateNs: number): void {
  if (step.act !== "cut" && step.act !== "reset") state.headersNs ??= nowNs;
  if (step.act !== "content") return;
  state.eventsNs.push(nowNs);
  state.tokens += step.tokens;
  state.latenessNsMax = Math.max(state.latenessNsMax ?? 0, lateNs);
}

function recordOf(
  { clock, facts }: ExchangeOptions,
  state: State,
  { endNs, closedByClient }: { readonly endNs: number; readonly closedByClient: boolean },
): LedgerRecord {
  const { firstByteNs, receivedNs, ...known } = facts;
  const events = state.eventsNs.map((eventNs) => eventNs - receivedNs);
  return {
    ...known,
    firstByteReceived: clock.absolute(firstByteNs),
    received: clock.absolute(receivedNs),
    status: state.headersNs === null ? null : state.answer.status,
    fault: state.answer.fault,
    queueMs: state.queueNs === null ? null : state.queueNs / NS_PER_MS,
    headers: state.headersNs === null ? null : state.headersNs - receivedNs,
    events,
    firstContent: events[0] ?? null,
    lastContent: events.at(-1) ?? null,
    end: endNs - receivedNs,
    tokens: state.tokens,
    latenessUsMax: state.latenessNsMax === null ? null : state.latenessNsMax / 1000,
    closedByClient,
  };
}
