import type { Dialect, FollowUp, WholeResponse, Wire } from "../core/provider.ts";
import { openaiChat } from "./openai-chat.ts";
import { textOf } from "./loose.ts";

/** Between two questions whether a request that waits in the queue is served. */
const POLL_MS = 250;

/**
 * NVIDIA's API catalogue: the OpenAI dialect, but that a busy function answers 202 and has to be asked again for the answer.
 * The time in between is part of the call.
 *
 * @param statusUrl where to ask, the id of the request to be appended
 */
export function nvidiaChat(dialect: Dialect, statusUrl: string): Wire {
  return {
    ...openaiChat(dialect),
    follow: (response) => follow(response, statusUrl),
    origins: [new URL(statusUrl).origin],
  };
}

function follow({ status, headers }: WholeResponse, statusUrl: string): FollowUp | null {
  const id = status === 202 ? textOf(headers["nvcf-reqid"]) : null;
  if (id === null) return null;
  const request = {
    method: "GET" as const,
    url: `${statusUrl}/${encodeURIComponent(id)}`,
    headers: { accept: "text/event-stream" },
    body: null,
  };
  return { request, afterMs: POLL_MS };
}
