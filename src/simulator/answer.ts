import type { ChatRequest } from "./chat-request.ts";
import { faultAt, STREAM_FAULTS, type Fault, type FaultName } from "./fault.ts";
import {
  chunk,
  completion,
  DONE,
  errorBody,
  errorEvent,
  textChunks,
  usageBody,
  usageChunk,
  type ApiError,
  type FinishReason,
  type UsageBody,
} from "./openai.ts";
import type { Profile } from "./profile.ts";
import { randomOf, type Random } from "./random.ts";
import { WORDS } from "./words.ts";

/** What bytes without text say, for those who say it in another protocol. */
export type Saying =
  | { readonly is: "role" | "done" | "nothing" }
  | { readonly is: "finish"; readonly reason: FinishReason; readonly usage: UsageBody | null }
  | { readonly is: "usage"; readonly usage: UsageBody }
  | { readonly is: "error"; readonly error: ApiError };

/** One thing to do, at its offset from an anchor. `end` and what destroys the socket come last. */
export type Step =
  | {
      readonly act: "content";
      readonly atMs: number;
      readonly bytes: string | Buffer;
      readonly text: string;
      readonly tokens: number;
    }
  | {
      readonly act: "write" | "end";
      readonly atMs: number;
      readonly bytes: string | Buffer;
      readonly says: Saying;
    }
  /** Destroys the socket. */
  | { readonly act: "cut"; readonly atMs: number }
  /** The same with a TCP RST. */
  | { readonly act: "reset"; readonly atMs: number };

/** Everything that one request gets, fixed in advance. */
export interface Answer {
  readonly fault: FaultName | null;
  /** Null when the connection is lost before any header. */
  readonly status: number | null;
  readonly headers: Readonly<Record<string, string>>;
  /** Time before anything, added to the profile's round trip. */
  readonly delayMs: number;
  /** Steps anchored where the request is accepted, capacity or not. */
  readonly prologue: readonly Step[];
  /** Steps anchored where service starts; null when the request takes no capacity. In order of time, bounded. */
  readonly service: Iterable<Step> | null;
  /** Called once when service starts, before its first step: headers that are only known then. */
  readonly served?: (queueMs: number) => Readonly<Record<string, string>>;
}

/** Content events that an endless answer stops at, with a cut. */
const ENDLESS_EVENTS_MAX = 100_000;

/** Smaller and cheaper, as a seller might hope that nobody notices. */
export const OTHER_MODEL = "llama-3.1-8b-instruct";
const HTML_PAGE = "<!doctype html><html><head><title>Welcome</title></head><body><h1>It works!</h1></body></html>\n";
export const UNAUTHORIZED: ApiError = {
  message: "The bearer token is missing or wrong.",
  type: "invalid_request_error",
  code: "invalid_api_key",
};
const GONE: ApiError = {
  message: "The model does not exist: it has been retired.",
  type: "invalid_request_error",
  code: "model_not_found",
};
const OVERLOADED: ApiError = { message: "The server is overloaded.", type: "server_error", code: "overloaded" };
export const RATE_LIMITED: ApiError = {
  message: "Rate limit reached.",
  type: "rate_limit_error",
  code: "rate_limit_exceeded",
};
const REFUSED: ApiError = { message: "This request is refused.", type: "invalid_request_error", code: "refused" };
const BROKEN: ApiError = { message: "The server had an error.", type: "server_error", code: "internal_error" };
const STREAM_HEADERS = { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" };
const JSON_HEADERS = { "content-type": "application/json" };

/**
 * A pure function of what is given: the same prompt gets the same text and gaps whenever it comes, and the same fault in a
 * run that asks the same. The slowness, a factor on all times of service, depends on the moment and the connection.
 */
export function answerOf(given: {
  readonly seed: number;
  readonly profileName: string;
  readonly profile: Profile;
  readonly request: ChatRequest;
  readonly slowness: number;
  /** Of the prompt, by the profile's prefix cache; null when it has none. */
  readonly cachedTokens: number | null;
  /** How often the prompt came before: another attempt is another draw. */
  readonly asked: number;
  /** Requests of the profile so far, this one included. */
  readonly turn: number;
}): Answer {
  const { profile, request } = given;
  // A stream of numbers per purpose: a longer answer begins like the shorter one.
  const draw = (purpose: string): Random => randomOf(given.seed, given.profileName, request.promptHash, purpose);
  const luck = draw(given.asked === 0 ? "fault" : `fault ${given.asked}`).uniform();
  const drawn = faultAt(profile.faults, luck, given.turn);
  const fault = drawn !== null && !request.stream && STREAM_FAULTS.includes(drawn.name) ? null : drawn;
  const refusal = refusalOf(fault);
  if (refusal !== null) return refusal;

  const { cachedTokens } = given;
  const ttftMeanMs = profile.ttft.baseMs + profile.ttft.perInputTokenMs * (request.promptTokens - (cachedTokens ?? 0));
  const ttftMs = draw("ttft").lognormal(ttftMeanMs, profile.ttft.sigma) * given.slowness;
  const gaps = draw("gaps");
  const gapMs = (): number => gaps.lognormal(profile.interEvent.meanMs, profile.interEvent.sigma) * given.slowness;
  const words = draw("words");
  const word = (): string => ` ${WORDS[Math.floor(words.uniform() * WORDS.length)]!}`;
  const parts: Parts = {
    profile,
    request,
    fault,
    cachedTokens,
    ttftMs,
    gapMs,
    word,
    identity: identityOf(request, fault),
  };
  return {
    fault: fault?.name ?? null,
    status: 200,
    headers: request.stream ? STREAM_HEADERS : JSON_HEADERS,
    delayMs: fault?.name === "slow-headers" ? fault.ms : 0,
    prologue: request.stream ? prologueSteps(parts) : [],
    service: request.stream ? streamSteps(parts) : wholeSteps(parts),
  };
}

/** An answer that is an error from the start, in the body that OpenAI gives it. */
export function errorAnswer(
  status: number,
  error: ApiError,
  extra: { readonly fault: FaultName | null; readonly headers: Readonly<Record<string, string>> },
): Answer {
  return {
    fault: extra.fault,
    status,
    headers: { ...JSON_HEADERS, ...extra.headers },
    delayMs: 0,
    prologue: [{ act: "end", atMs: 0, bytes: errorBody(error), says: { is: "error", error } }],
    service: null,
  };
}

/** The faults that strike before any work is done. */
function refusalOf(fault: Fault | null): Answer | null {
  switch (fault?.name) {
    case "http-401":
      return errorAnswer(401, UNAUTHORIZED, { fault: "http-401", headers: {} });
    case "http-404":
      return errorAnswer(404, GONE, { fault: "http-404", headers: {} });
    case "http-503":
      return errorAnswer(503, OVERLOADED, { fault: "http-503", headers: {} });
    case "http-429":
      return errorAnswer(429, RATE_LIMITED, { fault: "http-429", headers: { "retry-after": "1" } });
    case "refuse-400":
      return errorAnswer(400, REFUSED, { fault: "refuse-400", headers: {} });
    case "html-200":
      return {
        fault: "html-200",
        status: 200,
        headers: { "content-type": "text/html; charset=utf-8" },
        delayMs: 0,
        prologue: [{ act: "end", atMs: 0, bytes: HTML_PAGE, says: { is: "nothing" } }],
        service: null,
      };
    case "reset":
      return {
        fault: "reset",
        status: null,
        headers: {},
        delayMs: 0,
        prologue: [{ act: "reset", atMs: 0 }],
        service: null,
      };
    default:
      return null;
  }
}

/** The drawn parts of one answer. */
interface Parts {
  readonly profile: Profile;
  readonly request: ChatRequest;
  readonly fault: Fault | null;
  readonly cachedTokens: number | null;
  readonly ttftMs: number;
  readonly gapMs: () => number;
  readonly word: () => string;
  readonly identity: { readonly id: string; readonly model: string };
}

function identityOf(request: ChatRequest, fault: Fault | null): Parts["identity"] {
  const model = fault?.name === "other-model" ? OTHER_MODEL : request.model;
  return { id: `chatcmpl-${request.promptHash.slice(0, 24)}`, model };
}

function prologueSteps({ profile, identity }: Parts): readonly Step[] {
  const { roleMs, emptyDeltaMs } = profile.prologue;
  const role = chunk(identity, { delta: { role: "assistant", content: "" }, finish: null }, null);
  const steps: Step[] = [{ act: "write", atMs: roleMs, bytes: role, says: { is: "role" } }];
  if (emptyDeltaMs !== null) {
    const empty = chunk(identity, { delta: { content: "" }, finish: null }, null);
    steps.push({ act: "write", atMs: Math.max(roleMs, emptyDeltaMs), bytes: empty, says: { is: "nothing" } });
  }
  return steps;
}

/** Text, finish, usage, terminator; shorter where a fault says so. */
function* streamSteps(parts: Parts): Generator<Step> {
  const { profile, request, fault, identity } = parts;
  const running = profile.usage === "every-chunk" && fault?.name !== "no-usage";
  const half = Math.ceil(eventsOf(parts) / 2);
  const breaks = fault?.name === "cut" || fault?.name === "error-event";
  const count = fault?.name === "endless" ? ENDLESS_EVENTS_MAX : breaks ? half : eventsOf(parts);
  const pauseMs = (index: number): number => (fault?.name === "stall" && index === half ? fault.ms : 0);
  // Text never comes before the prologue, whatever the draw.
  let atMs = Math.max(parts.ttftMs, profile.prologue.roleMs, profile.prologue.emptyDeltaMs ?? 0);
  const textChunk = textChunks(identity);
  let sent = 0;
  for (let index = 0; index < count; index += 1) {
    // The sum of gaps fixed in advance: an absolute schedule with the configured distribution between chunks.
    if (index > 0) atMs += parts.gapMs() + pauseMs(index);
    const rest = fault?.name === "endless" ? Infinity : request.maxTokens - sent;
    const tokens = Math.min(profile.tokensPerEvent, rest);
    let text = "";
    for (let words = 0; words < tokens; words += 1) text += parts.word();
    sent += tokens;
    const usage = running ? usageOf(parts, sent) : null;
    yield { act: "content", atMs, bytes: textChunk(text, usage), text, tokens };
  }
  if (fault?.name === "cut" || fault?.name === "endless") {
    yield { act: "cut", atMs: atMs + parts.gapMs() };
  } else if (fault?.name === "error-event") {
    const says = { is: "error", error: BROKEN } as const;
    yield { act: "end", atMs: atMs + parts.gapMs(), bytes: errorEvent(BROKEN), says };
  } else {
    yield* finishSteps(parts, atMs + pauseMs(count), usageOf(parts, sent));
  }
}

function* finishSteps(parts: Parts, atMs: number, total: UsageBody): Generator<Step> {
  const { profile, request, fault, identity } = parts;
  const mode = fault?.name === "no-usage" ? "never" : profile.usage;
  const finish = fault?.name === "empty" ? "stop" : "length";
  const usage = mode === "finish-chunk" || mode === "every-chunk" ? total : null;
  const says = { is: "finish", reason: finish, usage } as const;
  yield { act: "write", atMs, bytes: chunk(identity, { delta: {}, finish }, usage), says };
  const usageAtMs = atMs + profile.epilogue.usageMs;
  if (mode === "on-request" && request.includeUsage) {
    yield { act: "write", atMs: usageAtMs, bytes: usageChunk(identity, total), says: { is: "usage", usage: total } };
  }
  const isWhole = fault?.name !== "no-done";
  const endMs = usageAtMs + profile.epilogue.doneMs;
  yield { act: "end", atMs: endMs, bytes: isWhole ? DONE : "", says: { is: isWhole ? "done" : "nothing" } };
}

/** The same text in one piece, at the moment at which a stream would have written the last of it. */
function* wholeSteps(parts: Parts): Generator<Step> {
  const { profile, fault, identity } = parts;
  let atMs = parts.ttftMs;
  let text = "";
  let tokens = 0;
  for (const step of streamSteps(parts)) {
    if (step.act === "content") {
      text += step.text;
      tokens += step.tokens;
    } else if (step.act === "end" && fault?.name === "error-event") {
      yield { act: "end", atMs: step.atMs, bytes: errorBody(BROKEN), says: step.says };
      return;
    } else if (step.act === "cut") {
      yield { act: "content", atMs, bytes: completion(identity, text, "length", null).slice(0, -2), text, tokens };
      yield step;
      return;
    } else if (step.act === "write") {
      // The finish chunk: what follows it has no meaning here.
      atMs = step.atMs;
      break;
    }
    atMs = step.atMs;
  }
  const usage = profile.usage === "never" || fault?.name === "no-usage" ? null : usageOf(parts, tokens);
  const bytes = completion(identity, text, fault?.name === "empty" ? "stop" : "length", usage);
  const says = { is: "nothing" } as const;
  yield tokens === 0 ? { act: "write", atMs, bytes, says } : { act: "content", atMs, bytes, text, tokens };
  yield { act: "end", atMs, bytes: "", says };
}

function eventsOf({ profile, request, fault }: Parts): number {
  return fault?.name === "empty" ? 0 : Math.ceil(request.maxTokens / profile.tokensPerEvent);
}

function usageOf({ request, cachedTokens }: Parts, tokens: number): UsageBody {
  return usageBody(request.promptTokens, tokens, cachedTokens);
}
