import { request, type Agent, type IncomingHttpHeaders } from "node:http";
import { request as secureRequest } from "node:https";
import { PROFILES, type Profile } from "../../src/simulator/profile.ts";

/** A profile that waits for nothing and draws nothing: each test states what it is about. */
export const INSTANT: Profile = {
  ...PROFILES["sim-fast"],
  ttft: { baseMs: 0, perInputTokenMs: 0, sigma: 0 },
  interEvent: { meanMs: 0, sigma: 0 },
};

/** What a client saw of one exchange. */
export interface Seen {
  /** Null when the connection was lost before the headers. */
  readonly status: number | null;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Reads of the body; moments on the host's monotonic clock, nanoseconds. */
  readonly reads: readonly { readonly atNs: bigint; readonly text: string }[];
  /** Just before the request was handed to the socket. */
  readonly sentNs: bigint;
  readonly headersNs: bigint | null;
  /** Code of the error that ended it; null for a proper end. */
  readonly error: string | null;
}

/** Calls with node's own client, which shares no code with the transport of this project. Never rejects. */
export function call(
  url: string,
  given: { method?: "GET" | "POST"; body?: string; headers?: Record<string, string>; agent?: Agent; ca?: string } = {},
): Promise<Seen> {
  return new Promise((resolve) => {
    const reads: { atNs: bigint; text: string }[] = [];
    let status: number | null = null;
    let headers: IncomingHttpHeaders = {};
    let headersNs: bigint | null = null;
    let sentNs = 0n;
    const end = (error: string | null): void =>
      resolve({ status, headers, text: reads.map((read) => read.text).join(""), reads, sentNs, headersNs, error });
    const outgoing = (url.startsWith("https:") ? secureRequest : request)(url, {
      method: given.method ?? "POST",
      agent: given.agent ?? false,
      headers: given.headers ?? {},
      ...(given.ca === undefined ? {} : { ca: given.ca }),
    });
    outgoing.on("response", (response) => {
      headersNs = process.hrtime.bigint();
      status = response.statusCode ?? null;
      headers = response.headers;
      response.on("data", (data: Buffer) => reads.push({ atNs: process.hrtime.bigint(), text: data.toString("utf8") }));
      response.on("end", () => end(null));
      response.on("error", (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
    });
    outgoing.on("error", (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
    sentNs = process.hrtime.bigint();
    outgoing.end(given.body);
  });
}

/** The body of a chat request with one user message. */
export function chatBody(given: { prompt: string; maxTokens: number; stream?: boolean; usage?: boolean }): string {
  return JSON.stringify({
    model: "llama-3.1-405b-instruct",
    messages: [{ role: "user", content: given.prompt }],
    max_tokens: given.maxTokens,
    stream: given.stream ?? true,
    ...(given.usage === true ? { stream_options: { include_usage: true } } : {}),
  });
}

/** The `data:` payloads of a stream. */
export function payloads(text: string): readonly string[] {
  return text
    .split("\n\n")
    .filter((frame) => frame !== "")
    .map((frame) => frame.replace(/^data: /, ""));
}

/** What the simulator's chunks have in common, as far as the tests look. */
export interface Chunk {
  readonly model?: string;
  readonly choices?: readonly {
    readonly delta: { role?: string; content?: string };
    readonly finish_reason: string | null;
  }[];
  readonly usage?: {
    readonly prompt_tokens: number;
    readonly completion_tokens: number;
    readonly total_tokens: number;
  };
  readonly error?: { readonly code: string; readonly message: string };
}

/** The parsed chunks of a stream, terminator left out. */
export function chunksOf(text: string): readonly Chunk[] {
  return payloads(text)
    .filter((payload) => payload !== "[DONE]")
    .map((payload) => JSON.parse(payload) as Chunk);
}

/** The text of all chunks. */
export function textOf(text: string): string {
  return chunksOf(text)
    .map((each) => each.choices?.[0]?.delta.content ?? "")
    .join("");
}
