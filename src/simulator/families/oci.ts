import type { KeyObject } from "node:crypto";
import type { ParsedRequest } from "../chat-request.ts";
import type { Received } from "../checks/check.ts";
import { checkOci } from "../checks/oci-signature.ts";
import { ACCOUNTS } from "../planted.ts";
import { isRecord } from "../record.ts";
import { asChat, bodyOf, JSON_HEADERS, sseEvent, type Family, type Speech } from "./family.ts";

/** Oracle's Generative AI. */
export function oci(of: {
  readonly key: () => { readonly publicKey: KeyObject; readonly keyId: string };
  readonly nowMs: () => number;
}): Family {
  return {
    check: (received) => checkOci(received, { ...of.key(), nowMs: of.nowMs() }),
    read,
    speech,
    refuse: ({ code, message }) => ({ body: JSON.stringify({ code, message }), headers: JSON_HEADERS }),
  };
}

function read(received: Received): ParsedRequest {
  const { compartmentId, servingMode, chatRequest } = bodyOf(received);
  const problems: string[] = [];
  if (compartmentId !== ACCOUNTS.oci.compartment) problems.push("compartmentId is not known.");
  if (!isRecord(servingMode) || servingMode["servingType"] !== "ON_DEMAND") problems.push("servingType is not known.");
  const asked = isRecord(chatRequest) ? chatRequest : {};
  if (asked["apiFormat"] !== "GENERIC" || asked["isStream"] !== true) problems.push("apiFormat or isStream is wrong.");
  const messages = Array.isArray(asked["messages"]) ? (asked["messages"] as readonly unknown[]).map(plainTurn) : null;
  const model = isRecord(servingMode) ? servingMode["modelId"] : null;
  const parsed = asChat({ model, messages, maxTokens: asked["maxTokens"] });
  return parsed.ok && problems.length > 0 ? { ok: false, problems } : parsed;
}

/** Roles come in capitals, text in typed pieces. */
function plainTurn(turn: unknown): unknown {
  if (!isRecord(turn) || !Array.isArray(turn["content"])) return turn;
  const role = turn["role"];
  const pieces = turn["content"] as readonly unknown[];
  const texts = pieces.map((piece) => (isRecord(piece) && piece["type"] === "TEXT" ? piece["text"] : null));
  const isGood =
    typeof role === "string" && role === role.toUpperCase() && texts.every((text) => typeof text === "string");
  return { role: isGood ? role.toLowerCase() : null, content: isGood ? texts.join("") : null };
}

function speech(): Speech {
  const message = (text: string) => ({ index: 0, message: { role: "ASSISTANT", content: [{ type: "TEXT", text }] } });
  return {
    contentType: "text/event-stream",
    text: (text) => sseEvent(message(text)),
    say: (saying) => {
      switch (saying.is) {
        case "role":
          return sseEvent("{}", "ping");
        case "finish":
          return sseEvent({ finishReason: saying.reason, ...(saying.usage === null ? {} : usageOf(saying.usage)) });
        case "usage":
          return sseEvent(usageOf(saying.usage));
        case "error":
          return sseEvent({ code: "InternalServerError", message: saying.error.message }, "error");
        case "done":
          return sseEvent("[DONE]");
        case "nothing":
          return "";
      }
    },
  };
}

function usageOf(usage: {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
}) {
  return {
    usage: {
      promptTokens: usage.prompt_tokens,
      completionTokens: usage.completion_tokens,
      totalTokens: usage.total_tokens,
    },
  };
}
