/** The bodies of the OpenAI chat completions protocol, as this server writes them. */

/** What all chunks of one answer share. */
export interface Identity {
  readonly id: string;
  readonly model: string;
}

export interface UsageBody {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  /** Absent without a prefix cache. */
  readonly prompt_tokens_details?: { readonly cached_tokens: number };
}

export interface ApiError {
  readonly message: string;
  readonly type: "invalid_request_error" | "rate_limit_error" | "server_error";
  readonly code: string;
}

export type FinishReason = "length" | "stop";

/** Constant, so that the same prompt gets the same bytes: 2024-07-23, the release of Llama 3.1. */
const CREATED = 1_721_692_800;

export const DONE = "data: [DONE]\n\n";

/** @param cachedTokens of the prompt; null without a prefix cache */
export function usageBody(promptTokens: number, completionTokens: number, cachedTokens: number | null): UsageBody {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    ...(cachedTokens === null ? {} : { prompt_tokens_details: { cached_tokens: cachedTokens } }),
  };
}

/** One event of a stream. Without a usage the key is absent. */
export function chunk(
  identity: Identity,
  choice: { readonly delta: { role?: string; content?: string }; readonly finish: FinishReason | null },
  usage: UsageBody | null,
): string {
  const choices = [{ index: 0, delta: choice.delta, finish_reason: choice.finish }];
  return event({ ...chunkHead(identity), choices, ...(usage === null ? {} : { usage }) });
}

/** Writes the events of text of one answer, as `chunk` would; what they share is made once, since there are thousands a second. */
export function textChunks(identity: Identity): (text: string, usage: UsageBody | null) => string {
  const head = `data: ${JSON.stringify(chunkHead(identity)).slice(0, -1)},"choices":[{"index":0,"delta":{"content":`;
  return (text, usage) => {
    const tail = usage === null ? "" : `,"usage":${JSON.stringify(usage)}`;
    return `${head}${JSON.stringify(text)}},"finish_reason":null}]${tail}}\n\n`;
  };
}

/** The event that carries usage and no choice. */
export function usageChunk(identity: Identity, usage: UsageBody): string {
  return event({ ...chunkHead(identity), choices: [], usage });
}

/** An error in the middle of a stream whose status is already 200. */
export function errorEvent(error: ApiError): string {
  return `data: ${errorBody(error)}\n\n`;
}

/** An answer in one piece. */
export function completion(identity: Identity, text: string, finish: FinishReason, usage: UsageBody | null): string {
  return JSON.stringify({
    id: identity.id,
    object: "chat.completion",
    created: CREATED,
    model: identity.model,
    choices: [{ index: 0, message: { role: "assistant", content: text }, finish_reason: finish }],
    ...(usage === null ? {} : { usage }),
  });
}

export function modelList(ids: readonly string[]): string {
  const data = ids.map((id) => ({ id, object: "model", created: CREATED, owned_by: "simulator" }));
  return JSON.stringify({ object: "list", data });
}

export function errorBody(error: ApiError): string {
  return JSON.stringify({ error: { message: error.message, type: error.type, param: null, code: error.code } });
}

function chunkHead(identity: Identity) {
  return { id: identity.id, object: "chat.completion.chunk", created: CREATED, model: identity.model };
}

function event(body: object): string {
  return `data: ${JSON.stringify(body)}\n\n`;
}
