import type { ChatRequest, ParsedRequest } from "../chat-request.ts";
import { bearerOf, type Received } from "../checks/check.ts";
import { ACCOUNTS } from "../planted.ts";
import { isRecord } from "../record.ts";
import { asChat, bodyOf, JSON_HEADERS, sseEvent, type Family, type Speech } from "./family.ts";

/** Replicate's predictions; their streams are bare text and need no key. */
export function replicate(model: string): Family {
  return {
    check: (received) =>
      bearerOf(received) === ACCOUNTS.replicateToken
        ? null
        : { status: 401, code: "unauthenticated", message: "You did not pass a valid authentication token" },
    read: (received) => read(received, model),
    speech,
    refuse: ({ status, message }) => ({
      body: JSON.stringify({ title: "Refused", detail: message, status }),
      headers: JSON_HEADERS,
    }),
  };
}

function read(received: Received, model: string): ParsedRequest {
  const { stream, input } = bodyOf(received);
  if (stream !== true || !isRecord(input)) return { ok: false, problems: ["stream must be true and input an object."] };
  const { prompt, system_prompt: system, max_tokens: maxTokens } = input;
  const messages = [
    ...(typeof system === "string" ? [{ role: "system", content: system }] : []),
    { role: "user", content: prompt },
  ];
  return asChat({ model, messages, maxTokens });
}

function speech(request: ChatRequest): Speech {
  let id = 0;
  const event = (name: string, data: string): string => {
    id += 1;
    const lines = data.split("\n").map((line) => `data: ${line}\n`);
    return `event: ${name}\nid: ${request.promptHash.slice(0, 8)}:${id}\n${lines.join("")}\n`;
  };
  return {
    contentType: "text/event-stream; charset=utf-8",
    text: (text) => event("output", text),
    say: (saying) => {
      switch (saying.is) {
        case "role":
          return ": hi\n\n";
        case "done":
          return event("done", "{}");
        case "error":
          return sseEvent({ detail: saying.error.message }, "error");
        case "finish":
        case "usage":
        case "nothing":
          return "";
      }
    },
  };
}
