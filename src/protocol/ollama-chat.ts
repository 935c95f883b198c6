import { isObject } from "../core/json.ts";
import type { Call, FinishReason, Frame, HttpRequest, StreamPart, Wire } from "../core/provider.ts";
import { httpFailure, streamFailure } from "./errors.ts";
import { MODEL_CHARS_MAX } from "./limits.ts";
import { countOf, durationMs, jsonOf, textOf, unreadable, within, type Loose } from "./loose.ts";
import { instantUs } from "./rfc3339.ts";

const FINISH: ReadonlyMap<string, FinishReason> = new Map([
  ["stop", "stop"],
  ["length", "length"],
]);
const MS_PER_NS = 1e-6;

/**
 * Ollama's own chat stream: one JSON a line, each with the server's clock, the last one with its timings.
 *
 * @param contextTokens room for prompt and answer: the server's own default is too short for many prompts
 */
export function ollamaChat(contextTokens: number): Wire {
  return {
    framing: "ndjson",
    request: (call) => request(call, contextTokens),
    reader: openReader,
    failure: ({ status, body }) => httpFailure(status, body),
  };
}

function request(call: Call, contextTokens: number): HttpRequest {
  const { options, ...extra } = call.extraBody;
  const body = {
    model: call.modelId,
    messages: call.messages,
    stream: true,
    options: { num_predict: call.maxOutputTokens, num_ctx: contextTokens, ...(isObject(options) ? options : {}) },
    ...extra,
  };
  return {
    method: "POST",
    url: call.baseUrl + call.endpoint,
    headers: { "content-type": "application/json", accept: "application/x-ndjson" },
    body: JSON.stringify(body),
  };
}

function openReader(): (frame: Frame) => readonly StreamPart[] {
  let isFirst = true;
  return ({ data }) => {
    const line = jsonOf(data);
    if (!isObject(line)) return [unreadable(data)];
    if (textOf(line["error"]) !== null || isObject(line["error"])) {
      return [{ type: "error", failure: streamFailure(line) }];
    }
    const parts: StreamPart[] = [];
    // Echoed in every line; once is enough.
    const model = isFirst ? textOf(line["model"]) : null;
    isFirst = false;
    if (model !== null) parts.push({ type: "model", id: model.slice(0, MODEL_CHARS_MAX) });
    const atUs = instantUs(textOf(line["created_at"]) ?? "");
    if (atUs !== null) parts.push({ type: "clock", atUs });
    parts.push(...contentParts(within(line, "message")));
    if (line["done"] === true) parts.push(...endParts(line));
    return parts;
  };
}

function contentParts(message: Loose): StreamPart[] {
  const [reasoning, text] = [textOf(message["thinking"]), textOf(message["content"])];
  return [
    ...(reasoning === null ? [] : [{ type: "content" as const, channel: "reasoning" as const, text: reasoning }]),
    ...(text === null ? [] : [{ type: "content" as const, channel: "text" as const, text }]),
  ];
}

/** The last line: why it stopped, what it counted, and where the time went, in nanoseconds. */
function endParts(line: Loose): StreamPart[] {
  const reason = textOf(line["done_reason"]);
  const [input, output] = [countOf(line["prompt_eval_count"]), countOf(line["eval_count"])];
  const ms = (key: string): number | null => durationMs(line[key], MS_PER_NS);
  const [loadMs, promptMs, decodeMs, totalMs] = [
    ms("load_duration"),
    ms("prompt_eval_duration"),
    ms("eval_duration"),
    ms("total_duration"),
  ];
  const ttftMs = loadMs === null || promptMs === null ? null : loadMs + promptMs;
  const server = { queueMs: null, ttftMs, promptMs, decodeMs, totalMs };
  return [
    ...(reason === null ? [] : [{ type: "finish" as const, reason: FINISH.get(reason) ?? "other" }]),
    ...(input === null && output === null ? [] : [{ type: "usage" as const, usage: { input, output, cached: null } }]),
    ...(Object.values(server).every((value) => value === null) ? [] : [{ type: "timings" as const, server }]),
    { type: "done" },
  ];
}
