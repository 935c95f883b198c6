import { isObject, type JsonObject } from "../core/json.ts";
import type { Call, FinishReason, Frame, HttpRequest, StreamPart, Wire } from "../core/provider.ts";
import { awsHttpFailure, awsStreamFailure } from "./aws-errors.ts";
import { modelUrl } from "./bedrock-converse.ts";
import { llama3Prompt } from "./llama3-prompt.ts";
import { countOf, durationMs, jsonOf, textOf, unreadable, type Loose } from "./loose.ts";

const FINISH: ReadonlyMap<string, FinishReason> = new Map([
  ["stop", "stop"],
  ["length", "length"],
]);

/**
 * InvokeModelWithResponseStream of AWS Bedrock for Llama models: the prompt as bare text, chunks of JSON in base64, and at
 * the end the server's own times to first byte and in all.
 *
 * @param headers of every request, such as the tier
 */
export function bedrockInvoke(extra: { readonly body: JsonObject; readonly headers: HttpRequest["headers"] }): Wire {
  return {
    framing: "aws-event-stream",
    request: (call) => request(call, extra),
    reader: () => partsOf,
    failure: awsHttpFailure,
  };
}

function request(call: Call, extra: Parameters<typeof bedrockInvoke>[0]): HttpRequest {
  const prompt = llama3Prompt(call.messages);
  const body = { prompt, max_gen_len: call.maxOutputTokens, ...extra.body, ...call.extraBody };
  return {
    method: "POST",
    url: modelUrl(call),
    headers: {
      "content-type": "application/json",
      accept: "application/vnd.amazon.eventstream",
      "x-amzn-bedrock-accept": "application/json",
      ...extra.headers,
    },
    body: JSON.stringify(body),
  };
}

function partsOf(frame: Frame): StreamPart[] {
  if (frame.isException === true) {
    return [{ type: "error", failure: awsStreamFailure(frame.event, frame.data) }];
  }
  if (frame.event !== "chunk") return [];
  const wrapper = jsonOf(frame.data);
  const encoded = isObject(wrapper) ? wrapper["bytes"] : null;
  const chunk = typeof encoded === "string" ? jsonOf(Buffer.from(encoded, "base64").toString("utf8")) : undefined;
  return isObject(chunk) ? chunkParts(chunk) : [unreadable(frame.data)];
}

function chunkParts(chunk: Loose): StreamPart[] {
  const parts: StreamPart[] = [];
  const text = textOf(chunk["generation"]);
  if (text !== null) parts.push({ type: "content", channel: "text", text });
  const reason = textOf(chunk["stop_reason"]);
  if (reason !== null) parts.push({ type: "finish", reason: FINISH.get(reason) ?? "other" });
  const metrics = chunk["amazon-bedrock-invocationMetrics"];
  if (!isObject(metrics)) {
    // A running total in each chunk: exact tokens per event.
    const usage = { input: countOf(chunk["prompt_token_count"]), output: countOf(chunk["generation_token_count"]) };
    if (usage.input !== null || usage.output !== null) parts.push({ type: "usage", usage: { ...usage, cached: null } });
    return parts;
  }
  const [input, output] = [countOf(metrics["inputTokenCount"]), countOf(metrics["outputTokenCount"])];
  parts.push({ type: "usage", usage: { input, output, cached: null } });
  const [ttftMs, totalMs] = [durationMs(metrics["firstByteLatency"]), durationMs(metrics["invocationLatency"])];
  if (ttftMs !== null || totalMs !== null) {
    parts.push({ type: "timings", server: { queueMs: null, ttftMs, promptMs: null, decodeMs: null, totalMs } });
  }
  parts.push({ type: "done" });
  return parts;
}
