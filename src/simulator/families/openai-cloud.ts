import { parseChatRequest } from "../chat-request.ts";
import type { Received, Refusal, Verdict } from "../checks/check.ts";
import { JSON_HEADERS, type Family } from "./family.ts";

/** A cloud that speaks as OpenAI does, behind a sign-in of its own. */
export function openaiCloud(
  check: (received: Received) => Verdict,
  options: { readonly refuse: (refusal: Refusal) => object; readonly alwaysUsage: boolean },
): Family {
  return {
    check,
    read: ({ body }) => {
      const parsed = parseChatRequest(body);
      return parsed.ok && options.alwaysUsage
        ? { ok: true, request: { ...parsed.request, includeUsage: true } }
        : parsed;
    },
    refuse: (refusal) => ({ body: JSON.stringify(options.refuse(refusal)), headers: JSON_HEADERS }),
  };
}

/** The error bodies of these clouds. */
export const ERRORS = {
  google: ({ status, code, message }: Refusal) => [{ error: { code: status, message, status: code } }],
  databricks: ({ code, message }: Refusal) => ({ error_code: code, message }),
  snowflake: ({ code, message }: Refusal) => ({ code, message, data: null, success: false }),
  openai: ({ code, message }: Refusal) => ({ error: { message, type: "invalid_request_error", param: null, code } }),
} as const;
