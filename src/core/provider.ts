import type { Failure } from "./failure.ts";
import type { JsonObject } from "./json.ts";
import type { Price } from "./target.ts";

/** One request as it goes to the transport, credentials not yet added. */
export interface HttpRequest {
  readonly method: "GET" | "POST";
  /** Absolute URL. */
  readonly url: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** One server-sent event or one line of NDJSON, decoded to text. */
export interface Frame {
  /** The `event:` field; null when absent. */
  readonly event: string | null;
  readonly data: string;
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

/** What one frame means. A frame may carry several parts, in this order on the wire. */
export type StreamPart =
  | { readonly type: "content"; readonly channel: "text" | "reasoning" | "tool"; readonly text: string }
  | { readonly type: "usage"; readonly usage: Usage }
  | { readonly type: "finish"; readonly reason: FinishReason }
  | { readonly type: "done" }
  | { readonly type: "error"; readonly failure: Failure }
  | { readonly type: "model"; readonly id: string }
  | { readonly type: "timings"; readonly server: ServerTimings };

/** What a scenario asks of a target, before a dialect gives it a shape. */
export interface Call {
  readonly baseUrl: string;
  readonly endpoint: string;
  readonly modelId: string;
  /** The user message. */
  readonly prompt: string;
  readonly maxOutputTokens: number;
  readonly extraBody: JsonObject;
}

/** One wire protocol in one dialect: three pure functions. */
export interface Wire {
  request(call: Call): HttpRequest;
  /** A fresh reader for one response: frame in, parts out, in the same call. */
  reader(): (frame: Frame) => readonly StreamPart[];
  /** Sorts a response that is not a stream (status other than 200, or a body of another type) into a failure. */
  failure(response: { status: number; headers: Readonly<Record<string, string>>; body: string }): Failure;
}

/** How one OpenAI-style endpoint differs from the baseline. */
export interface Dialect {
  readonly maxTokensField: "max_tokens" | "max_completion_tokens";
  /** Send `stream_options: {include_usage: true}`: some refuse it, some need it. */
  readonly streamOptions: boolean;
}

/** One model at one provider. */
export interface ModelEntry {
  /** Id on the wire. */
  readonly id: string;
  readonly price: Price;
  readonly precision: string | null;
  readonly contextTokens: number | null;
  readonly maxOutputTokens: number | null;
}

/** Facts and dialect of one seller or engine, as its file in `providers/` states them. */
export interface Provider {
  /** Equal to the file name. */
  readonly id: string;
  readonly name: string;
  /** Null when only the user knows it: a self-hosted engine. */
  readonly baseUrl: string | null;
  readonly endpoint: string;
  /** Environment variable of the key; null when none is needed. */
  readonly apiKeyEnv: string | null;
  readonly dialect: Dialect;
  /** By canonical model name. */
  readonly models: Readonly<Record<string, ModelEntry>>;
}

/** The canonical model when none is named. */
export const DEFAULT_MODEL = "llama-3.1-405b-instruct";
