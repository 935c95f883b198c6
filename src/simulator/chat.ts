import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { answerOf, errorAnswer, type Answer } from "./answer.ts";
import { BODY_BYTES_MAX, readBody } from "./body.ts";
import { parseChatRequest, type ChatRequest, type ParsedRequest } from "./chat-request.ts";
import { NS_PER_MS, type Clock } from "./clock.ts";
import { openExchange, type Exchange, type RequestFacts } from "./exchange.ts";
import type { Ledger } from "./ledger.ts";
import type { ApiError } from "./openai.ts";
import { openVisits, type Visits } from "./visits.ts";
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

/** The chat endpoint of all profiles. */
export interface Chat {
  handle(call: Call): Promise<void>;
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
  readonly lateness: Lateness;
  /** Ends a connection with a TCP RST. */
  readonly reset: (socket: Socket) => void;
}

export const UNAUTHORIZED: ApiError = {
  message: "The bearer token is missing or wrong.",
  type: "invalid_request_error",
  code: "invalid_api_key",
};
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
  requests: number;
}

export function openChat(options: ChatOptions): Chat {
  const state: State = {
    ...options,
    queues: queuesOf(options),
    connectionOf: numbering(),
    active: new Set(),
    visits: openVisits(),
    requests: 0,
  };
  return {
    handle: (call) => handle(state, call),
    counts: () => {
      const waiting = [...state.queues.values()].reduce((sum, queue) => sum + queue.waiting(), 0);
      return { requests: state.requests, inFlight: state.active.size, waiting };
    },
    close: () => {
      for (const exchange of state.active) exchange.abandon();
    },
  };
}

async function handle(state: State, call: Call): Promise<void> {
  const body = await readBody(call.request);
  const receivedNs = state.clock.now();
  if (body === "aborted") return;
  const parsed = body === "too-large" ? null : parseChatRequest(body.text);
  const connection = state.connectionOf(call.request.socket);
  const replica = (connection - 1) % call.profile.replicas.length;
  const slowness = call.profile.replicas[replica]! * driftAt(call.profile, receivedNs);
  const request = parsed?.ok === true ? parsed.request : null;
  const exchange = open(state, call, { connection, replica, slowness, request, receivedNs });
  await reply(state, exchange, call, answerTo(state, call, parsed, slowness), receivedNs);
}

function answerTo({ seed, visits }: State, call: Call, parsed: ParsedRequest | null, slowness: number): Answer {
  const { profileName, profile } = call;
  if (!isAuthorized(call.request, profile)) return plainError(401, UNAUTHORIZED);
  if (parsed === null) return plainError(413, TOO_LARGE);
  if (parsed.ok) {
    const { request } = parsed;
    const visit = visits.count(profileName, request.promptHash);
    return answerOf({ seed, profileName, profile, request, slowness, ...visit });
  }
  const message = parsed.problems.join(" ");
  return plainError(400, { message, type: "invalid_request_error", code: "invalid_request" });
}

function open(
  state: State,
  call: Call,
  known: Pick<RequestFacts, "connection" | "replica" | "slowness" | "receivedNs"> & {
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
  exchange.served(servedNs - acceptedNs);
  await exchange.play(answer.service, servedNs);
}

/** True when the request carries the profile's key, or the profile has none. */
export function isAuthorized(request: IncomingMessage, profile: Profile): boolean {
  return profile.apiKey === null || request.headers.authorization === `Bearer ${profile.apiKey}`;
}

function plainError(status: number, error: ApiError): Answer {
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
