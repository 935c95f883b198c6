import type { Call, Dialect, HttpRequest, Wire } from "../core/provider.ts";
import { openaiChat } from "./openai-chat.ts";

/**
 * `chat_stream` of IBM watsonx.ai: a body of its own and a stream that is chosen by the path, of events in the OpenAI shape.
 *
 * @param place `project_id` or `space_id`, with its value
 * @param version of the API, a day
 */
export function watsonxChat(dialect: Dialect, place: Readonly<Record<string, string>>, version: string): Wire {
  // Neither an answer in one piece nor a list of models is asked for as OpenAI does it.
  const { whole: _whole, ...wire } = openaiChat(dialect);
  return { ...wire, request: (call) => request(call, place, version) };
}

function request(call: Call, place: Readonly<Record<string, string>>, version: string): HttpRequest {
  const body = {
    model_id: call.modelId,
    ...place,
    messages: call.messages.map(({ role, content }) => ({
      role,
      content: role === "user" ? [{ type: "text", text: content }] : content,
    })),
    max_tokens: call.maxOutputTokens,
    ...call.extraBody,
  };
  return {
    method: "POST",
    url: `${call.baseUrl}${call.endpoint}?version=${encodeURIComponent(version)}`,
    headers: { "content-type": "application/json", accept: "text/event-stream" },
    body: JSON.stringify(body),
  };
}
