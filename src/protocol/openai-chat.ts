import { failure } from "../core/failure.ts";
import { isObject, type JsonObject } from "../core/json.ts";
import type { Call, Dialect, Frame, HttpRequest, ResponseHead, StreamPart, Usage, Wire } from "../core/provider.ts";
import { httpFailure, streamFailure } from "./errors.ts";
import { MODEL_CHARS_MAX } from "./limits.ts";
import { contentOf, finishOf, firstChoice, type Loose } from "./openai-choice.ts";
import { errorIn, isChunk } from "./openai-error.ts";
import { rateWindows } from "./rate-limits.ts";
import { chunkTimings, headTimings } from "./timings.ts";

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
  opening: "unknown",
  requires: [],
  refuses: [],
};

/** The OpenAI chat-completions stream, as nearly every seller speaks it, in one seller's dialect. */
export function openaiChat(dialect: Dialect): Wire {
  return {
    framing: "sse",
    request: (call) => request(call, dialect),
    reader: (head) => reader(head, dialect),
    failure: ({ status, body }) => httpFailure(status, body),
    expects: { terminator: dialect.terminator === "[DONE]", usage: dialect.usage !== "never" },
    rateWindows: (told) => rateWindows(dialect.rateLimits, told),
    whole: {
      request: (call) => wholeRequest(call, dialect),
      parts: (body) => wholeParts(body, dialect),
      models: (baseUrl) => ({ method: "GET", url: `${baseUrl}/models`, headers: { accept: JSON_TYPE }, body: null }),
    },
  };
}

function reader(head: ResponseHead, dialect: Dialect): ReturnType<Wire["reader"]> {
  let model: string | null = null;
  let early = dialect.timings === null ? null : headTimings(dialect.timings, head);
  return (frame) => {
    const parts = partsOf(frame, dialect);
    if (early !== null) parts.unshift({ type: "timings", server: early });
    early = null;
    // The model is echoed in every chunk; once is enough.
    return parts.filter((part) => {
      if (part.type !== "model") return true;
      const isNew = part.id !== model;
      model = part.id;
      return isNew;
    });
  };
}

const JSON_TYPE = "application/json";

function request(call: Call, dialect: Dialect): HttpRequest {
  const options = dialect.streamOptions ? { stream_options: { include_usage: true } } : {};
  return post(call, dialect, { stream: true, ...options }, "text/event-stream");
}

function wholeRequest(call: Call, dialect: Dialect): HttpRequest {
  return post(call, dialect, { stream: false }, JSON_TYPE);
}

function post(call: Call, dialect: Dialect, streaming: JsonObject, accept: string): HttpRequest {
  const body: Record<string, unknown> = {
    model: call.modelId,
    messages: call.messages,
    [dialect.maxTokensField]: call.maxOutputTokens,
    ...streaming,
    ...dialect.extraBody,
    ...call.extraBody,
  };
  for (const name of dialect.refuses) delete body[name];
  return {
    method: "POST",
    url: call.baseUrl + call.endpoint,
    headers: { "content-type": JSON_TYPE, accept },
    body: JSON.stringify(body),
  };
}

/** An answer in one piece is a chunk whose message stands where a stream has its delta. */
function wholeParts(body: string, dialect: Dialect): readonly StreamPart[] {
  const value = parsed(body);
  const error = errorIn(null, value ?? body);
  if (error !== null) return [{ type: "error", failure: streamFailure(error) }];
  if (isObject(value)) return chunkParts({ ...value, choices: withDeltas(value["choices"]) }, dialect);
  const detail = `body is no JSON object: ${body}`;
  return [{ type: "error", failure: failure("protocol", { where: "stream", detail }) }];
}

function withDeltas(choices: unknown): unknown {
  if (!Array.isArray(choices)) return choices;
  return choices.map((choice: unknown) => (isObject(choice) ? { ...choice, delta: choice["message"] } : choice));
}

function partsOf(frame: Frame, dialect: Dialect): StreamPart[] {
  const data = frame.data.trim();
  const value = parsed(data);
  const error = errorIn(frame.event, value ?? data);
  if (error !== null) return [{ type: "error", failure: streamFailure(error) }];
  // Frameworks that encode the data of every event put the terminator in quotes.
  if (data === "[DONE]" || value === "[DONE]") return [{ type: "done" }];
  if (frame.event === "ping" || saysNothing(data, value)) return [];
  if (isObject(value) && (isChunk(value) || Object.keys(value).length === 0)) return chunkParts(value, dialect);
  // Content may be in it: skipping it could make a broken answer look whole.
  const detail = `event is no ${value === undefined ? "JSON" : "chunk"}: ${data}`;
  return [{ type: "error", failure: failure("protocol", { where: "stream", detail }) }];
}

/** An empty event is a keep-alive of some proxies, a null one a slip of some gateways. */
function saysNothing(data: string, value: unknown): boolean {
  return data === "" || value === null || (Array.isArray(value) && value.length === 0);
}

function chunkParts(chunk: Loose, dialect: Dialect): StreamPart[] {
  const parts: StreamPart[] = [];
  const model = chunk["model"];
  if (typeof model === "string" && model !== "") parts.push({ type: "model", id: model.slice(0, MODEL_CHARS_MAX) });
  const choice = firstChoice(chunk);
  if (choice !== null) parts.push(...contentOf(choice));
  const finish = choice === null ? null : finishOf(choice, dialect.finishReasons);
  if (finish !== null) parts.push(finish);
  const usage = usageOf(chunk, choice);
  if (usage !== null) parts.push({ type: "usage", usage });
  const server = dialect.timings === null ? null : chunkTimings(dialect.timings, chunk);
  if (server !== null) parts.push({ type: "timings", server });
  return parts;
}

/** Undefined when the text is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
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
