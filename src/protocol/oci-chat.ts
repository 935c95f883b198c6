import { isObject } from "../core/json.ts";
import type { Call, FinishReason, Frame, HttpRequest, StreamPart, Wire } from "../core/provider.ts";
import { httpFailure, streamFailure } from "./errors.ts";
import { countOf, jsonOf, textOf, unreadable, within, type Loose } from "./loose.ts";

const FINISH: ReadonlyMap<string, FinishReason> = new Map([
  ["stop", "stop"],
  ["length", "length"],
  ["max_tokens", "length"],
  ["content_filter", "content-filter"],
  ["tool_calls", "tool-calls"],
]);

/**
 * The chat action of Oracle's Generative AI service in its GENERIC format: camelCase, roles in capitals, and one event for
 * each piece of the message.
 *
 * @param compartmentId that is billed
 */
export function ociChat(compartmentId: string): Wire {
  return {
    framing: "sse",
    request: (call) => request(call, compartmentId),
    reader: () => partsOf,
    failure: ({ status, body }) => httpFailure(status, body),
    // Whether a stream ends in [DONE] is not documented, and Oracle's own clients do not wait for it.
    expects: { terminator: false, usage: true },
  };
}

function request(call: Call, compartmentId: string): HttpRequest {
  const body = {
    compartmentId,
    servingMode: { servingType: "ON_DEMAND", modelId: call.modelId },
    chatRequest: {
      apiFormat: "GENERIC",
      messages: call.messages.map(({ role, content }) => ({
        role: role.toUpperCase(),
        content: [{ type: "TEXT", text: content }],
      })),
      maxTokens: call.maxOutputTokens,
      isStream: true,
      streamOptions: { isIncludeUsage: true },
      ...call.extraBody,
    },
  };
  return {
    method: "POST",
    url: call.baseUrl + call.endpoint,
    headers: { "content-type": "application/json", accept: "text/event-stream" },
    body: JSON.stringify(body),
  };
}

function partsOf(frame: Frame): StreamPart[] {
  const data = frame.data.trim();
  if (data === "[DONE]") return [{ type: "done" }];
  if (frame.event === "ping" || data === "") return [];
  const event = jsonOf(data);
  if (!isObject(event)) return [unreadable(data)];
  if (frame.event === "error" || isError(event)) return [{ type: "error", failure: streamFailure(event) }];
  const parts: StreamPart[] = [];
  const message = within(event, "message");
  const reasoning = textOf(message["reasoningContent"]);
  if (reasoning !== null) parts.push({ type: "content", channel: "reasoning", text: reasoning });
  const text = textOfContent(message["content"]);
  if (text !== null) parts.push({ type: "content", channel: "text", text });
  const reason = textOf(event["finishReason"]);
  if (reason !== null) parts.push({ type: "finish", reason: FINISH.get(reason.toLowerCase()) ?? "other" });
  const usage = usageOf(event["usage"]);
  if (usage !== null) parts.push(usage);
  return parts;
}

/** An error says what is wrong, and nothing of an answer. */
function isError(event: Loose): boolean {
  const says = (key: string): boolean => event[key] !== undefined && event[key] !== null;
  return says("error") || (says("code") && typeof event["message"] === "string");
}

/** The text of all pieces; we ask for no other kind. */
function textOfContent(content: unknown): string | null {
  if (!Array.isArray(content)) return null;
  return textOf(content.map((piece) => (isObject(piece) ? (textOf(piece["text"]) ?? "") : "")).join(""));
}

function usageOf(usage: unknown): StreamPart | null {
  if (!isObject(usage)) return null;
  const cached = countOf(within(usage, "promptTokensDetails")["cachedTokens"]);
  const [input, output] = [countOf(usage["promptTokens"]), countOf(usage["completionTokens"])];
  return { type: "usage", usage: { input, output, cached } };
}
