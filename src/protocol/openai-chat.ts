import { failure } from "../core/failure.ts";
import { isObject } from "../core/json.ts";
import type {
  Call,
  Dialect,
  FinishReason,
  Frame,
  HttpRequest,
  ServerTimings,
  StreamPart,
  Usage,
  Wire,
} from "../core/provider.ts";
import { httpFailure, streamFailure } from "./errors.ts";
import { MODEL_CHARS_MAX } from "./limits.ts";

type Loose = { readonly [key: string]: unknown };

const FINISH: ReadonlyMap<string, FinishReason> = new Map([
  ["stop", "stop"],
  ["eos", "stop"],
  ["eos_token", "stop"],
  ["stop_sequence", "stop"],
  ["end_turn", "stop"],
  ["length", "length"],
  ["max_tokens", "length"],
  ["content_filter", "content-filter"],
  ["tool_calls", "tool-calls"],
  ["function_call", "tool-calls"],
]);

/** The server gave the answer up: OpenRouter's `error`, `abort` of vLLM and SGLang. */
const GIVEN_UP: ReadonlySet<string> = new Set(["error", "abort", "failed", "cancelled", "timeout"]);

/** The dialect of a server that follows OpenAI in everything. */
export const PLAIN: Dialect = {
  maxTokensField: "max_tokens",
  streamOptions: true,
  usage: "asked",
  extraBody: {},
  terminator: "[DONE]",
  finishReasons: {},
  timings: null,
  rateLimits: "none",
  errors: "openai",
  echo: "same",
  refuses: [],
};

/** The OpenAI chat-completions stream, as nearly every seller speaks it, in one seller's dialect. */
export function openaiChat(dialect: Dialect): Wire {
  return {
    framing: "sse",
    request: (call) => request(call, dialect),
    reader: () => {
      let model: string | null = null;
      return (frame) => {
        const parts = partsOf(frame, dialect);
        // The model is echoed in every chunk; once is enough.
        return parts.filter((part) => {
          if (part.type !== "model") return true;
          const isNew = part.id !== model;
          model = part.id;
          return isNew;
        });
      };
    },
    failure: ({ status, body }) => httpFailure(status, body),
  };
}

function request(call: Call, dialect: Dialect): HttpRequest {
  const body: Record<string, unknown> = {
    model: call.modelId,
    messages: call.messages,
    [dialect.maxTokensField]: call.maxOutputTokens,
    stream: true,
    ...(dialect.streamOptions ? { stream_options: { include_usage: true } } : {}),
    ...dialect.extraBody,
    ...call.extraBody,
  };
  for (const name of dialect.refuses) delete body[name];
  return {
    method: "POST",
    url: call.baseUrl + call.endpoint,
    headers: { "content-type": "application/json", accept: "text/event-stream" },
    body: JSON.stringify(body),
  };
}

function partsOf(frame: Frame, dialect: Dialect): StreamPart[] {
  const data = frame.data.trim();
  if (data === "[DONE]") return [{ type: "done" }];
  // An empty event is a keep-alive of some proxies.
  if (data === "") return [];
  let chunk: unknown;
  try {
    chunk = JSON.parse(data);
  } catch {
    if (frame.event === "ping") return [];
    return [{ type: "error", failure: failure("protocol", { where: "stream", detail: `event is not JSON: ${data}` }) }];
  }
  const error = errorIn(frame, chunk);
  if (error !== null) return [{ type: "error", failure: streamFailure(error) }];
  if (!isObject(chunk)) return [];
  const parts: StreamPart[] = [];
  const model = nonEmpty(chunk["model"]);
  if (model !== null) parts.push({ type: "model", id: model.slice(0, MODEL_CHARS_MAX) });
  const choice = firstChoice(chunk);
  if (choice !== null) parts.push(...contentOf(choice));
  const finish = nonEmpty(choice?.["finish_reason"]);
  if (finish !== null) parts.push(finishOf(finish, dialect));
  const usage = usageOf(chunk, choice);
  if (usage !== null) parts.push({ type: "usage", usage });
  const server = timingsOf(chunk["timings"]);
  if (server !== null) parts.push({ type: "timings", server });
  return parts;
}

/** The server's own clock as llama.cpp reports it on its last chunk, milliseconds. */
function timingsOf(timings: unknown): ServerTimings | null {
  if (!isObject(timings)) return null;
  const [promptMs, decodeMs] = [milliseconds(timings["prompt_ms"]), milliseconds(timings["predicted_ms"])];
  if (promptMs === null && decodeMs === null) return null;
  return { queueMs: null, ttftMs: null, promptMs, decodeMs, totalMs: null };
}

function milliseconds(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : null;
}

function finishOf(reason: string, { finishReasons }: Dialect): StreamPart {
  const own = Object.hasOwn(finishReasons, reason) ? finishReasons[reason] : undefined;
  const known = own ?? FINISH.get(reason);
  if (known !== undefined || !GIVEN_UP.has(reason)) return { type: "finish", reason: known ?? "other" };
  const detail = `the answer ended with finish_reason ${reason}`;
  return { type: "error", failure: failure("server-error", { where: "stream", code: reason, detail }) };
}

/** The error object of a chunk that carries one; null for a good chunk. */
function errorIn(frame: Frame, chunk: unknown): unknown {
  if (frame.event?.toLowerCase() === "error") return chunk ?? {};
  // Some gateways wrap their error in a list.
  if (Array.isArray(chunk)) return chunk.length > 0 && isObject(chunk[0]) ? errorIn(frame, chunk[0]) : null;
  if (!isObject(chunk)) return null;
  if (chunk["error"] !== undefined && chunk["error"] !== null) return chunk;
  if (chunk["object"] === "error") return chunk;
  const groq = chunk["x_groq"];
  if (isObject(groq) && groq["error"] !== undefined && groq["error"] !== null) return groq;
  if (chunk["choices"] === undefined && chunk["usage"] === undefined && isErrorLike(chunk)) return chunk;
  const choice = firstChoice(chunk);
  return isObject(choice?.["error"]) ? choice : null;
}

/** An error without the name of one, as gateways in front of a model send it. */
function isErrorLike(chunk: Loose): boolean {
  const says = (key: string): boolean => chunk[key] !== undefined && chunk[key] !== null;
  return chunk["type"] === "error" || says("detail") || says("errors") || (says("code") && says("message"));
}

/** We ask for one answer; a server that sends several is read by its first. */
function firstChoice(chunk: Loose): Loose | null {
  const choices = chunk["choices"];
  if (!Array.isArray(choices)) return null;
  return choices.filter(isObject).find((choice) => (choice["index"] ?? 0) === 0) ?? null;
}

function contentOf(choice: Loose): StreamPart[] {
  const delta = isObject(choice["delta"]) ? choice["delta"] : {};
  const parts: StreamPart[] = [];
  // Some gateways send the same reasoning under both names.
  const reasoning = nonEmpty(delta["reasoning_content"]) ?? nonEmpty(delta["reasoning"]);
  if (reasoning !== null) parts.push({ type: "content", channel: "reasoning", text: reasoning });
  const text = nonEmpty(delta["content"]) ?? (choice["delta"] === undefined ? nonEmpty(choice["text"]) : null);
  if (text !== null) parts.push({ type: "content", channel: "text", text });
  const tool = toolText(delta["tool_calls"]);
  if (tool !== null) parts.push({ type: "content", channel: "tool", text: tool });
  return parts;
}

function toolText(calls: unknown): string | null {
  if (!Array.isArray(calls)) return null;
  const texts = calls.filter(isObject).map((call) => {
    const target = isObject(call["function"]) ? call["function"] : {};
    return `${nonEmpty(target["name"]) ?? ""}${nonEmpty(target["arguments"]) ?? ""}`;
  });
  return nonEmpty(texts.join(""));
}

function usageOf(chunk: Loose, choice: Loose | null): Usage | null {
  const groq = isObject(chunk["x_groq"]) ? chunk["x_groq"]["usage"] : undefined;
  const usage = [chunk["usage"], groq, choice?.["usage"]].find(isObject);
  if (usage === undefined) return null;
  const details = isObject(usage["prompt_tokens_details"]) ? usage["prompt_tokens_details"] : {};
  return {
    input: count(usage["prompt_tokens"]),
    output: count(usage["completion_tokens"]),
    cached: count(details["cached_tokens"]),
  };
}

function count(value: unknown): number | null {
  // A row holds no count beyond the safe integers.
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

function nonEmpty(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
