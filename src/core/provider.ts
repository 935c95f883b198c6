import type { Failure } from "./failure.ts";
import type { JsonObject } from "./json.ts";
import type { Price } from "./target.ts";
import type { Us } from "./units.ts";

/** One request as it goes to the transport, credentials not yet added. */
export interface HttpRequest {
  readonly method: "GET" | "POST";
  /** Absolute URL. */
  readonly url: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** One server-sent event, one line of NDJSON or one message of a binary stream, decoded to text. */
export interface Frame {
  /** The `event:` field, or the type of the message or exception; null when absent. */
  readonly event: string | null;
  readonly data: string;
  /** Set where the framing itself says that the message is a failure and no event. */
  readonly isException?: true;
}

/** How the bytes of a stream are cut into frames. */
export type Framing = "sse" | "ndjson" | "aws-event-stream";

/** One turn of a conversation. */
export interface Message {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

/** A response before its stream begins, or one that is no stream. */
export interface ResponseHead {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Tokens as the provider bills them; null where it does not say. */
export interface Usage {
  readonly input: number | null;
  readonly output: number | null;
  readonly cached: number | null;
}

/** Why the model stopped, normalised. */
export type FinishReason = "stop" | "length" | "content-filter" | "tool-calls" | "other";

/** The server's own clock, in milliseconds; null where it does not say. */
export interface ServerTimings {
  readonly queueMs: number | null;
  readonly ttftMs: number | null;
  readonly promptMs: number | null;
  readonly decodeMs: number | null;
  readonly totalMs: number | null;
}

/** One limit: so much of something within a span of time. Null for what was not said. */
export interface RateWindow {
  readonly of: "requests" | "tokens" | "input-tokens" | "output-tokens";
  readonly windowMs: number | null;
  readonly limit: number | null;
  readonly remaining: number | null;
  /** Time until it is whole again. */
  readonly resetMs: number | null;
}

/** What one frame means. A frame may carry several parts, in this order on the wire. */
export type StreamPart =
  | { readonly type: "content"; readonly channel: "text" | "reasoning" | "tool"; readonly text: string }
  | { readonly type: "usage"; readonly usage: Usage }
  | { readonly type: "finish"; readonly reason: FinishReason }
  | { readonly type: "done" }
  | { readonly type: "error"; readonly failure: Failure }
  | { readonly type: "model"; readonly id: string }
  /** The server's own clock at this event, microseconds since an origin of its own. */
  | { readonly type: "clock"; readonly atUs: Us }
  | { readonly type: "timings"; readonly server: ServerTimings };

/** What a scenario asks of a target, before a dialect gives it a shape. */
export interface Call {
  readonly baseUrl: string;
  readonly endpoint: string;
  readonly modelId: string;
  /** Oldest first; the last one is the user's. */
  readonly messages: readonly Message[];
  readonly maxOutputTokens: number;
  readonly extraBody: JsonObject;
  /** The target's parameters, for a body that names an account or project. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** A response that is no stream, read to its end. */
export interface WholeResponse extends ResponseHead {
  readonly body: string;
}

/** The next request of a call that takes several exchanges. */
export interface FollowUp {
  readonly request: HttpRequest;
  /** Pause before it, milliseconds. */
  readonly afterMs: number;
}

/** A request that is worth sending once a call is over: what its answer adds to the record. */
export interface Settlement {
  readonly request: HttpRequest;
  /** Null while the record is not written to its end: it is worth asking again. */
  read(response: WholeResponse): readonly StreamPart[] | null;
}

/** What load on a gateway is made of: calls that are answered in one piece, and the list of models. */
export interface WholeCalls {
  request(call: Call): HttpRequest;
  /** What the body of a response with status 200 means. */
  parts(body: string): readonly StreamPart[];
  models(baseUrl: string): HttpRequest;
}

/** One wire protocol in one dialect: pure functions. */
export interface Wire {
  readonly framing: Framing;
  request(call: Call): HttpRequest;
  /**
   * For a call of several exchanges: what to ask after a response that is not yet the answer; null when it is a refusal.
   * Credentials go along to the origin of the target and to {@link Wire.origins}, never to one that a response names.
   */
  readonly follow?: (response: WholeResponse) => FollowUp | null;
  /** Origins beside the target's own that may be given its credentials. */
  readonly origins?: readonly string[];
  /** What to ask once the call is over, off the clock; null for nothing. `steps`: the responses before the answer. */
  readonly settle?: (steps: readonly WholeResponse[]) => Settlement | null;
  /** A fresh reader for one response: frame in, parts out, in the same call. The head is given once, before any frame. */
  reader(head: ResponseHead): (frame: Frame) => readonly StreamPart[];
  /** Sorts a response that is not a stream (status other than 200, or a body of another type) into a failure. */
  failure(response: WholeResponse): Failure;
  /** Whether a good stream holds a terminator and usage; absent: both. What is not expected is not missed. */
  readonly expects?: { readonly terminator: boolean; readonly usage: boolean };
  /** The limits that a response tells, each with its window; `errorText` is the body of a refusal. Absent: none are known. */
  rateWindows?(response: Pick<ResponseHead, "headers"> & { readonly errorText: string | null }): readonly RateWindow[];
  /** Absent where the protocol has no such calls. */
  readonly whole?: WholeCalls;
}

/** How one OpenAI-style endpoint differs from the baseline. */
export interface Dialect {
  readonly maxTokensField: "max_tokens" | "max_completion_tokens";
  /** Send `stream_options: {include_usage: true}`: some refuse it, some need it. */
  readonly streamOptions: boolean;
  /** When the stream reports usage: only if asked, by itself at the end, as running totals, never; or nobody knows. */
  readonly usage: "asked" | "default" | "every-chunk" | "never" | "unknown";
  /** Members that every request of this seller carries; a target's own come after them. */
  readonly extraBody: JsonObject;
  /** What ends a good stream. Without a `[DONE]` the end of the body is a normal end. */
  readonly terminator: "[DONE]" | "end-of-body" | "unknown";
  /** Finish reasons of its own beside the usual ones. */
  readonly finishReasons: Readonly<Record<string, FinishReason>>;
  /** Where the server's own clock is found; null when it tells none. */
  readonly timings: TimingsSource | null;
  readonly rateLimits: RateLimitProfile;
  /** Shape of its error bodies, for the record: one tolerant reader takes them all. */
  readonly errors: ErrorShape;
  /** Whether a good answer echoes the model id that was asked for. */
  readonly echo: "same" | "differs" | "unknown";
  /** What the first chunk holds, for the record: the first content is found wherever it stands. */
  readonly opening: "role" | "empty-text" | "text" | "unknown";
  /** Request members without which it refuses, for the record. */
  readonly requires: readonly string[];
  /** Request members that it refuses: never sent. */
  readonly refuses: readonly string[];
}

/**
 * How an error is written. `openai`: `{error: {message, type, param, code}}`; `fastapi`: `{detail: [{loc, msg, type}]}`; `object-error`:
 * `{object: "error", message}`; `message`: `{message}`; `error-text`: `{error: "…", error_type}`; `databricks`: `openai` with limits inside;
 * `google`: `{error: {code, message, status}}`.
 */
export type ErrorShape =
  | "openai"
  | "fastapi"
  | "object-error"
  | "message"
  | "error-text"
  | "databricks"
  | "google"
  | "unknown";

/** Which member or header of a response carries the server's own clock. */
export type TimingsSource = "groq" | "cerebras" | "sambanova" | "fireworks" | "llama.cpp";

/** How an endpoint tells its limits: names and units of the headers. */
export type RateLimitProfile =
  | "openai-duration"
  | "seconds"
  | "together"
  | "fireworks-tps"
  | "ietf-structured"
  | "body-retry-after"
  | "none";

/** Whether a model can be called, as far as public material says. */
export type ModelStatus =
  /** In the seller's current catalogue. */
  | "listed"
  /** Seen listed at `lastSeen`, not since. */
  | "unverified"
  /** Gone by announcement, at `retiredOn` where the day is known. */
  | "retired"
  /** Gone from the catalogue without a word. */
  | "delisted"
  /** Only on a deployment of one's own, paid by the hour. */
  | "dedicated"
  | "self-hosted"
  | "never-listed"
  | "unknown";

/** Another way to buy the same model at the same provider: a faster lane, a route over several regions. */
export interface Tier {
  /** Id on the wire; null: the model's own. */
  readonly id: string | null;
  /** Null: the model's own. */
  readonly price: Price | null;
  /** Where it is sold; null when that is unknown. */
  readonly regions: readonly string[] | null;
  readonly note: string | null;
}

/** One model at one provider. What is null was looked for and not found. */
export interface ModelEntry {
  /** Id on the wire; null where none was found, as for a model that was never listed. */
  readonly id: string | null;
  /** Other ids under which the same model was asked for or echoed. */
  readonly aliases: readonly string[];
  readonly status: ModelStatus;
  /** What is known of the status, one line; null when nothing is. */
  readonly statusNote: string | null;
  /** Day or month, `2026-07-07` or `2026-07`. */
  readonly retiredOn: string | null;
  readonly lastSeen: string | null;
  readonly price: Price;
  /** What other sources state for the same thing: over 10 % apart, the price is disputed. */
  readonly otherPrices: readonly Price[];
  /** By name, as a target states it. */
  readonly tiers: Readonly<Record<string, Tier>>;
  readonly precision: string | null;
  readonly contextTokens: number | null;
  readonly maxOutputTokens: number | null;
  /** Where the facts of this entry come from. */
  readonly source: string | null;
}

/** A part of the address or body that only the buyer knows: a workspace, an account, a project. */
export interface Parameter {
  readonly title: string;
  /** Environment variables that hold it, the first one that is set counts. Not secret. */
  readonly env: readonly string[];
  /** Used when nothing else is given; empty when it may be left out, null when it has to be given. */
  readonly standard: string | null;
}

/** A program of the buyer's own, known by id and secret, which gets a token for them (RFC 6749, section 4.4). */
export interface ClientCredentialsFacts {
  /** Where the token comes from, relative to the base URL; `{name}` stands for a parameter or, in capitals, a variable. */
  readonly tokenUrl: string;
  /** Variables that hold the id, and the secret: the first one that is set counts. */
  readonly clientId: readonly string[];
  readonly clientSecret: readonly string[];
  readonly scope: string;
  /** Where id and secret go: HTTP basic authentication, or the form. */
  readonly in: "header" | "form";
}

/** How a provider is signed in to. */
export type SignInFacts =
  | { readonly scheme: "none" }
  /** `authorization: Bearer KEY`; the key stands in the first of these variables that is set. */
  | {
      readonly scheme: "bearer";
      readonly env: readonly string[];
      readonly optional: boolean;
      /** Header that gets the bare key as well, because some of the service's addresses read it there; null for none. */
      readonly keyHeader: string | null;
      /** What serves when no key is set; null when there is no such way. */
      readonly clientCredentials: ClientCredentialsFacts | null;
    }
  /** The bare key in a header of the provider's own. */
  | { readonly scheme: "header"; readonly header: string; readonly env: readonly string[] }
  /** Signatures, or tokens that are fetched: done by the code of the provider's file, from these variables. */
  | { readonly scheme: "code"; readonly title: string; readonly env: readonly string[] };

/** How well the wire of a provider is proven. A constructed stream follows the documentation and proves nothing. */
export interface Proof {
  readonly kind: "recorded" | "published" | "constructed" | "none";
  /** Day or month of the recording or publication. */
  readonly date: string | null;
  readonly source: string | null;
}

/** Whether figures measured at a provider may be published, as far as its terms were read. */
export interface Publication {
  readonly terms: "allowed" | "conditions" | "unknown";
  /** Where it says so; null for unknown. */
  readonly source: string | null;
  /** Day or month on which that was read. */
  readonly date: string | null;
  /** The conditions, one line. */
  readonly note: string | null;
}

/** Facts and dialect of one seller or engine, as its file in `providers/` states them. */
export interface Provider {
  /** Equal to the file name. */
  readonly id: string;
  readonly name: string;
  readonly kind: "seller" | "cloud" | "aggregator" | "engine" | "simulator";
  /** Address without trailing slash; `{name}` stands for a parameter. Null when only the user knows it. */
  readonly baseUrl: string | null;
  readonly endpoint: string;
  /** By the name in the address. `region` comes from the target. */
  readonly parameters: Readonly<Record<string, Parameter>>;
  readonly signIn: SignInFacts;
  /** Extra headers, not secret. */
  readonly headers: Readonly<Record<string, string>>;
  readonly dialect: Dialect;
  /** Regions that a buyer can choose; null when none is offered or known. */
  readonly regions: readonly string[] | null;
  /** Path, on the host of the base URL, of the engine's own metrics in Prometheus' text format; null when it has none. */
  readonly metricsPath: string | null;
  readonly proof: Proof;
  /** Day on which an exchange with the live endpoint was last recorded; null: never. */
  readonly verifiedLive: string | null;
  readonly publication: Publication;
  /** What a user should know, a sentence each: limits, traps, quirks. */
  readonly notes: readonly string[];
  readonly sources: readonly string[];
  /** By canonical model name. */
  readonly models: Readonly<Record<string, ModelEntry>>;
}

/** The canonical model when none is named. */
export const DEFAULT_MODEL = "llama-3.1-405b-instruct";

/** `retired 2026-07-07: EOL by its model card`: that a model is gone, as far as public material says; null when it is not. */
export function goneNote(entry: ModelEntry | undefined): string | null {
  if (entry?.status !== "retired" && entry?.status !== "delisted") return null;
  const day = entry.retiredOn === null ? "" : ` ${entry.retiredOn}`;
  return `${entry.status}${day}${entry.statusNote === null ? "" : `: ${entry.statusNote}`}`;
}
