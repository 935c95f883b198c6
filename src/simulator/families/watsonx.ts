import type { ChatRequest, ParsedRequest } from "../chat-request.ts";
import type { Received, Verdict } from "../checks/check.ts";
import { ACCOUNTS } from "../planted.ts";
import { isRecord } from "../record.ts";
import { asChat, bodyOf, JSON_HEADERS, sseEvent, type Family, type Speech } from "./family.ts";

/** IBM watsonx.ai. */
export function watsonx(check: (received: Received) => Verdict): Family {
  return {
    check,
    read,
    speech,
    refuse: ({ status, code, message }) => ({
      body: JSON.stringify({ errors: [{ code, message }], trace: "5e1f", status_code: status }),
      headers: JSON_HEADERS,
    }),
  };
}

function read(received: Received): ParsedRequest {
  const { model_id: model, project_id: project, space_id: space, messages, max_tokens: maxTokens } = bodyOf(received);
  const problems: string[] = [];
  const version = new URL(received.target, "http://localhost").searchParams.get("version") ?? "";
  if (!/^\d{4}-\d\d-\d\d$/.test(version)) problems.push("version must be a day.");
  if (project !== ACCOUNTS.ibm.project && space !== ACCOUNTS.ibm.space) problems.push("project_id is not known.");
  const turns = Array.isArray(messages) ? (messages as readonly unknown[]).map(plainTurn) : null;
  const parsed = asChat({ model, messages: turns, maxTokens });
  return parsed.ok && problems.length > 0 ? { ok: false, problems } : parsed;
}

/** A user's content comes in typed pieces. */
function plainTurn(turn: unknown): unknown {
  if (!isRecord(turn) || !Array.isArray(turn["content"])) return turn;
  const pieces = turn["content"] as readonly unknown[];
  const texts = pieces.map((piece) => (isRecord(piece) && piece["type"] === "text" ? piece["text"] : null));
  return { role: turn["role"], content: texts.every((text) => typeof text === "string") ? texts.join("") : null };
}

function speech(request: ChatRequest): Speech {
  let id = 0;
  const event = (of: object): string => {
    id += 1;
    const head = { id: `chatcmpl-${request.promptHash.slice(0, 24)}`, model_id: request.model, model_version: "3.1.0" };
    return `id: ${id}\n${sseEvent({ ...head, ...of }, "message")}`;
  };
  const choice = (delta: object, finish: string | null) => [{ index: 0, finish_reason: finish, delta }];
  return {
    contentType: "text/event-stream",
    text: (text) => event({ choices: choice({ content: text }, null) }),
    say: (saying) => {
      switch (saying.is) {
        case "role": {
          const warnings = [{ message: "This model is a simulation.", id: "disclaimer_warning" }];
          return event({ choices: choice({ role: "assistant", content: "" }, null), system: { warnings } });
        }
        case "finish": {
          const usage = saying.usage === null ? {} : { usage: saying.usage };
          return event({ choices: choice({ content: "" }, saying.reason), ...usage });
        }
        case "usage":
          return event({ choices: [], usage: saying.usage });
        case "error":
          return sseEvent(
            { errors: [{ code: "internal_error", message: saying.error.message }], status_code: 500 },
            "error",
          );
        case "done":
        case "nothing":
          return "";
      }
    },
  };
}
