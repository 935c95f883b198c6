import { isObject, type JsonObject } from "../core/json.ts";
import type { Call, FinishReason, Frame, HttpRequest, StreamPart, Wire } from "../core/provider.ts";
import { awsHttpFailure, awsStreamFailure } from "./aws-errors.ts";
import { countOf, durationMs, jsonOf, textOf, unreadable, within, type Loose } from "./loose.ts";

const FINISH: ReadonlyMap<string, FinishReason> = new Map([
  ["end_turn", "stop"],
  ["stop_sequence", "stop"],
  ["max_tokens", "length"],
  ["model_context_window_exceeded", "length"],
  ["content_filtered", "content-filter"],
  ["guardrail_intervened", "content-filter"],
  ["tool_use", "tool-calls"],
]);

/**
 * ConverseStream of AWS Bedrock: one body for all models, binary events. Events carry a padding member of random length,
 * which is not looked at: bytes per event say nothing about text.
 *
 * @param extra members of every body, such as the tier
 */
export function bedrockConverse(extra: JsonObject): Wire {
  return {
    framing: "aws-event-stream",
    request: (call) => request(call, extra),
    reader: () => partsOf,
    failure: awsHttpFailure,
  };
}

function request(call: Call, extra: JsonObject): HttpRequest {
  const system = call.messages.filter(({ role }) => role === "system").map(({ content }) => ({ text: content }));
  const turns = call.messages.filter(({ role }) => role !== "system");
  const { inferenceConfig, ...added } = { ...extra, ...call.extraBody };
  const body = {
    messages: turns.map(({ role, content }) => ({ role, content: [{ text: content }] })),
    ...(system.length === 0 ? {} : { system }),
    inferenceConfig: { ...(isObject(inferenceConfig) ? inferenceConfig : {}), maxTokens: call.maxOutputTokens },
    ...added,
  };
  return {
    method: "POST",
    url: modelUrl(call),
    headers: { "content-type": "application/json", accept: "application/vnd.amazon.eventstream" },
    body: JSON.stringify(body),
  };
}

/** The address of a model: its id stands in the path, colons and slashes encoded, as it will be signed. */
export function modelUrl({ baseUrl, endpoint, modelId }: Call): string {
  return baseUrl + endpoint.replace("{modelId}", encodeURIComponent(modelId));
}

function partsOf(frame: Frame): StreamPart[] {
  if (frame.isException === true) {
    return [{ type: "error", failure: awsStreamFailure(frame.event, frame.data) }];
  }
  const event = jsonOf(frame.data);
  if (!isObject(event)) return [unreadable(frame.data)];
  switch (frame.event) {
    case "contentBlockStart":
      return contentPart("tool", within(within(event, "start"), "toolUse")["name"]);
    case "contentBlockDelta":
      return deltaParts(within(event, "delta"));
    case "messageStop": {
      const reason = textOf(event["stopReason"]);
      return reason === null ? [] : [{ type: "finish", reason: FINISH.get(reason) ?? "other" }];
    }
    case "metadata":
      return metadataParts(event);
    default:
      return [];
  }
}

function deltaParts(delta: Loose): StreamPart[] {
  return [
    ...contentPart("reasoning", within(delta, "reasoningContent")["text"]),
    ...contentPart("text", delta["text"]),
    ...contentPart("tool", within(delta, "toolUse")["input"]),
  ];
}

function contentPart(channel: "text" | "reasoning" | "tool", value: unknown): StreamPart[] {
  const text = textOf(value);
  return text === null ? [] : [{ type: "content", channel, text }];
}

/** The last event of a good stream: counts, and the server's own clock for the whole request. */
function metadataParts(event: Loose): StreamPart[] {
  const usage = within(event, "usage");
  const [fresh, cached] = [countOf(usage["inputTokens"]), countOf(usage["cacheReadInputTokens"])];
  const totalMs = durationMs(within(event, "metrics")["latencyMs"]);
  const nothing = { queueMs: null, ttftMs: null, promptMs: null, decodeMs: null };
  return [
    {
      type: "usage",
      // What is read from or written to the cache is counted beside the input here, and in it everywhere else.
      usage: {
        input: fresh === null ? null : fresh + (cached ?? 0) + (countOf(usage["cacheWriteInputTokens"]) ?? 0),
        output: countOf(usage["outputTokens"]),
        cached,
      },
    },
    ...(totalMs === null ? [] : [{ type: "timings" as const, server: { ...nothing, totalMs } }]),
    { type: "done" },
  ];
}
