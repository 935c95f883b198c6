import type { ChatRequest, ParsedRequest } from "../chat-request.ts";
import type { Received } from "../checks/check.ts";
import { isRecord } from "../record.ts";
import { asChat, bodyOf, JSON_HEADERS, type Family, type Speech } from "./family.ts";

const NS_PER_MS = 1e6;

/** An Ollama server, which knows no keys. */
export function ollama(nowMs: () => number): Family {
  return {
    check: () => null,
    read,
    speech: (request) => speech(request, nowMs),
    refuse: ({ message }) => ({ body: JSON.stringify({ error: message }), headers: JSON_HEADERS }),
  };
}

function read(received: Received): ParsedRequest {
  const { model, messages, stream, options } = bodyOf(received);
  if (stream === false) return { ok: false, problems: ["stream must not be false."] };
  const asked = isRecord(options) ? options : {};
  return asChat({ model, messages, maxTokens: asked["num_predict"] });
}

function speech(request: ChatRequest, nowMs: () => number): Speech {
  const line = (of: object): string =>
    `${JSON.stringify({ model: request.model, created_at: createdAt(nowMs()), ...of })}\n`;
  const message = (content: string) => ({ message: { role: "assistant", content } });
  let firstMs: number | null = null;
  let reason = "stop";
  let counts: object = {};
  return {
    contentType: "application/x-ndjson",
    text: (text, _tokens, atMs) => {
      firstMs ??= atMs;
      return line({ ...message(text), done: false });
    },
    say: (saying, atMs) => {
      switch (saying.is) {
        case "finish":
          ({ reason } = saying);
          if (saying.usage !== null) counts = countsOf(saying.usage);
          return "";
        case "usage":
          counts = countsOf(saying.usage);
          return "";
        case "done": {
          const [promptNs, totalNs] = [Math.round((firstMs ?? atMs) * NS_PER_MS), Math.round(atMs * NS_PER_MS)];
          const times = {
            total_duration: totalNs,
            load_duration: 0,
            prompt_eval_duration: promptNs,
            eval_duration: totalNs - promptNs,
          };
          return line({ ...message(""), done: true, done_reason: reason, ...counts, ...times });
        }
        case "error":
          return `${JSON.stringify({ error: saying.error.message })}\n`;
        case "role":
        case "nothing":
          return "";
      }
    },
  };
}

function countsOf(usage: { readonly prompt_tokens: number; readonly completion_tokens: number }): object {
  return { prompt_eval_count: usage.prompt_tokens, eval_count: usage.completion_tokens };
}

/** With nanoseconds, as Go writes it. */
function createdAt(nowMs: number): string {
  const whole = new Date(nowMs).toISOString();
  const ns = Math.floor((nowMs % 1) * NS_PER_MS);
  return `${whole.slice(0, -1)}${String(ns).padStart(6, "0")}Z`;
}
