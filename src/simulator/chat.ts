import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { answerOf, errorAnswer, RATE_LIMITED, UNAUTHORIZED, type Answer } from "./answer.ts";
import { BODY_BYTES_MAX, readBody } from "./body.ts";
import { parseChatRequest, type ChatRequest } from "./chat-request.ts";
import { NS_PER_MS, type Clock } from "./clock.ts";
import { openExchange, type Exchange, type RequestFacts } from "./exchange.ts";
import type { Ledger } from "./ledger.ts";
import type { Limiter } from "./limiter.ts";
import type { ApiError } from "./openai.ts";
import { openVisits, type Visits } from "./visits.ts";
import { openPrefixCache, type PrefixCache } from "./prefix-cache.ts";
import type { Profile, Profiles } from "./profile.ts";
import { openQueue, type Queue } from "./queue.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Lateness, SimulatorStats } from "./stats.ts";

/** A chat request whose head is read. */
export interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly path: string;
  readonly profileName: string;
  readonly profile: Profile;
  readonly firstByteNs: number;
}

/** What a body asks for, as far as it can be read, and the answer that turns it away. */
export type Judged =
  | { readonly request: ChatRequest; readonly refusal: null }
  | { readonly request: ChatRequest | null; readonly refusal: Answer };

/** How a request is read and answered: as OpenAI does it, or in another protocol. */
export interface Manner {
  judge(call: Call, body: string): Judged;
  translate(answer: Answer, request: ChatRequest | null): Answer;
  /** For the second exchange of a call: what the first one asked, and when that was read. */
  readonly begun: { readonly body: string; readonly firstByteNs: number; readonly receivedNs: number } | null;
}

/** The chat endpoint of all profiles. */
export interface Chat {
  handle(call: Call, manner?: Manner): Promise<void>;
  counts(): Pick<SimulatorStats, "requests" | "inFlight" | "waiting">;
  /** Ends what is in flight in the ledger, before its connections are closed. */
  close(): void;
}

export interface ChatOptions {
  readonly seed: number;
  readonly profiles: Profiles;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly ledger: Ledger;
  readonly limiter: Limiter;
  readonly lateness: Lateness;
  /** Ends a connection with a TCP RST. */
  readonly reset: (socket: Socket) => void;
}

const TOO_LARGE: ApiError = {
  message: `The body is over ${BODY_BYTES_MAX} bytes.`,
  type: "invalid_request_error",
  code: "request_too_large",
};
const QUEUE_FULL: ApiError = { message: "The queue is full.", type: "server_error", code: "overloaded" };

interface State extends ChatOptions {
  readonly queues: ReadonlyMap<string, Queue>;
  readonly connectionOf: (socket: Socket) => number;
  readonly active: Set<Exchange>;
  readonly visits: Visits;
  /** By profile and replica. */
  readonly caches: Map<string, PrefixCache>;
  requests: number;
}

export function openChat(options: ChatOptions): Chat {
  const state: State = {
    ...options,
    queues: queuesOf(options),
    connectionOf: numbering(),
    active: new Set(),
    visits: openVisits(),
    caches: new Map(),
    requests: 0,
  };
  return {
    handle: (call, manner) => handle(state, call, manner ?? OPENAI),
    counts: () => {
      const waiting = [...state.queues.values()].reduce((sum, queue) => sum + queue.waiting(), 0);
      return { requests: state.requests, inFlight: state.active.size, waiting };
    },
    close: () => {
      for (const exchange of state.active) exchange.abandon();
    },
  };
}

async function handle(state: State, call: Call, manner: Manner): Promise<void> {
  const body = manner.begun === null ? await readBody(call.request) : { text: manner.begun.body };
  const receivedNs = manner.begun?.receivedNs ?? state.clock.now();
  if (body === "aborted") return;
  const judged: Judged =
    body === "too-large" ? { request: null, refusal: plainError(413, TOO_LARGE) } : manner.judge(call, body.text);
  const { request } = judged;
  const connection = state.connectionOf(call.request.socket);
  const replica = (connection - 1) % call.profile.replicas.length;
  const slowness = call.profile.replicas[replica]! * driftAt(call.profile, receivedNs);
  const firstByteNs = manner.begun?.firstByteNs ?? call.firstByteNs;
  const refusal = judged.refusal ?? overLimit(state, call, receivedNs);
  const cachedTokens = refusal === null ? cachedOf(state, call, replica, judged.request!) : null;
  const facts = { connection, replica, slowness, request, cachedTokens, receivedNs };
  const exchange = open(state, { ...call, firstByteNs }, facts);
  const answer = refusal ?? answerTo(state, call, judged.request!, { slowness, cachedTokens });
  await reply(state, exchange, call, manner.translate(answer, request), receivedNs);
}

function overLimit({ limiter }: State, { profileName, profile }: Call, receivedNs: number): Answer | null {
  const headers = limiter.ask(profileName, profile.rateLimit, receivedNs);
  return headers === null ? null : errorAnswer(429, RATE_LIMITED, { fault: null, headers });
}

/** What of a prompt is cached where it is read; null without a cache. */
function cachedOf({ caches }: State, call: Call, replica: number, request: ChatRequest): number | null {
  const { prefixCache } = call.profile;
  if (prefixCache === null) return null;
  const key = `${call.profileName} ${replica}`;
  const cache = caches.get(key) ?? openPrefixCache(prefixCache);
  caches.set(key, cache);
  return cache.read(request.tokens());
}

function answerTo(
  { seed, visits }: State,
  call: Call,
  request: ChatRequest,
  given: { readonly slowness: number; readonly cachedTokens: number | null },
): Answer {
  const { profileName, profile } = call;
  const visit = visits.count(profileName, request.promptHash);
  return answerOf({ seed, profileName, profile, request, ...given, ...visit });
}

const OPENAI: Manner = {
  judge: (call, body) => {
    const parsed = parseChatRequest(body);
    if (!isAuthorized(call.request, call.profile)) {
      return { request: parsed.ok ? parsed.request : null, refusal: plainError(401, UNAUTHORIZED) };
    }
    if (!parsed.ok) return { request: null, refusal: invalid(parsed.problems) };
    return { request: parsed.request, refusal: null };
  },
  translate: (answer) => answer,
  begun: null,
};

/** A request that cannot be read. */
export function invalid(problems: readonly string[]): Answer {
  return plainError(400, { message: problems.join(" "), type: "invalid_request_error", code: "invalid_request" });
}

function open(
  state: State,
  call: Call,
  known: Pick<RequestFacts, "connection" | "replica" | "slowness" | "cachedTokens" | "receivedNs"> & {
    readonly request: ChatRequest | null;
  },
): Exchange {
  const { request, ...facts } = known;
  state.requests += 1;
  const exchange = openExchange({
    clock: state.clock,
    scheduler: state.scheduler,
    response: call.response,
    facts: {
      seq: state.requests,
      profile: call.profileName,
      path: call.path,
      ...facts,
      firstByteNs: call.firstByteNs,
      promptWords: request?.promptWords ?? null,
      promptTokens: request?.promptTokens ?? null,
      maxTokens: request?.maxTokens ?? null,
      promptHash: request?.promptHash ?? null,
      tokensPerEvent: call.profile.tokensPerEvent,
    },
    reset: state.reset,
    onLateness: state.lateness.record,
    onEnd: state.ledger.add,
  });
  state.active.add(exchange);
  void exchange.ended.then(() => state.active.delete(exchange));
  return exchange;
}

/** Waits out the network, answers as far as that takes no capacity, then waits for capacity and serves. */
async function reply(state: State, exchange: Exchange, call: Call, answer: Answer, receivedNs: number): Promise<void> {
  const acceptedNs = Math.round(receivedNs + (call.profile.roundTripMs + answer.delayMs) * NS_PER_MS);
  if (acceptedNs > receivedNs) {
    await Promise.race([exchange.ended, new Promise<void>((resolve) => state.scheduler.at(acceptedNs, resolve))]);
  }
  if (exchange.over()) return;
  const place = answer.service === null ? null : (state.queues.get(call.profileName)?.enter() ?? null);
  if (answer.service === null || place === null) {
    const refusal = answer.service === null ? answer : plainError(503, QUEUE_FULL);
    exchange.begin(refusal);
    await exchange.play(refusal.prologue, acceptedNs);
    return;
  }
  void exchange.ended.then(place.leave);
  exchange.begin(answer);
  await exchange.play(answer.prologue, acceptedNs);
  const granted = await Promise.race([place.granted, exchange.ended]);
  if (exchange.over()) return;
  // With a free place service starts at the due moment itself, so that no lateness enters the schedule.
  const servedNs = granted ?? acceptedNs;
  const queueNs = servedNs - acceptedNs;
  exchange.served(queueNs);
  const late = answer.served?.(queueNs / NS_PER_MS);
  if (late !== undefined) exchange.begin({ ...answer, headers: { ...answer.headers, ...late } });
  await exchange.play(answer.service, servedNs);
}

/** True when the request carries the profile's key, or the profile has none. */
export function isAuthorized(request: IncomingMessage, profile: Profile): boolean {
  return profile.apiKey === null || request.headers.authorization === `Bearer ${profile.apiKey}`;
}

/** A response that turns a request away. */
export function plainError(status: number, error: ApiError): Answer {
  return errorAnswer(status, error, { fault: null, headers: {} });
}

function queuesOf({ profiles, clock }: ChatOptions): ReadonlyMap<string, Queue> {
  return new Map(
    Object.entries(profiles).map(([name, each]) => [name, openQueue(each.capacity, each.queueMax, clock.now)]),
  );
}

function driftAt({ drift }: Profile, ns: number): number {
  return drift === null ? 1 : 1 + drift.amplitude * Math.sin((2 * Math.PI * ns) / (drift.periodMs * NS_PER_MS));
}

/** Numbers connections from 1, in the order in which they are first seen. */
function numbering(): (socket: Socket) => number {
  const known = new WeakMap<Socket, number>();
  let count = 0;
  return (socket) => {
    const number = known.get(socket) ?? (count += 1);
    known.set(socket, number);
    return number;
  };
}
