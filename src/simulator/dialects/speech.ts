import type { ChatRequest } from "../chat-request.ts";
import { sseEvent, type Speech } from "../families/family.ts";
import { DONE, usageBody } from "../openai.ts";
import { shownAtEnd, type Served } from "./clock.ts";
import type { Dialect } from "./dialect.ts";
import { errorObject } from "./errors.ts";

/** What a request asks for beside the answer. */
export interface Wishes {
  /** `stream_options.continuous_usage_stats`: running totals in every chunk. */
  readonly runningUsage: boolean;
  /** `perf_metrics_in_response` */
  readonly metrics: boolean;
}

/** Constant, so that the same prompt gets the same bytes: 2024-07-23, the release of Llama 3.1. */
const CREATED = 1_721_692_800;

/**
 * One answer in a seller's dialect. `queueMs` is told once it is known, before anything is said that shows it.
 *
 * @param model that it names as its own
 */
export function speechOf(
  dialect: Dialect,
  request: ChatRequest,
  wishes: Wishes,
  model: string,
): Speech & { readonly served: { queueMs: number } } {
  const served = { queueMs: 0 };
  const state = { firstMs: 0, lastMs: 0, tokens: 0 };
  const head = { id: `chatcmpl-${request.promptHash.slice(0, 24)}`, object: "chat.completion.chunk", created: CREATED };
  const usageNow = (): object => usageBody(request.promptTokens, state.tokens, null);
  const isRunning = dialect.usage === "every-chunk" || (wishes.runningUsage && dialect.usage === "asked");
  const chunk = (delta: object, finish: string | null, more: object): string =>
    sseEvent({ ...head, model, choices: [{ index: 0, delta, finish_reason: finish }], ...more });
  const running = (): object => (isRunning ? { usage: usageNow() } : {});
  const clock = (): ReturnType<typeof shownAtEnd> => {
    const now: Served = { ...served, ...state, promptTokens: request.promptTokens };
    return shownAtEnd(dialect.clock, now, wishes.metrics);
  };
  const usageFollows = dialect.usage === "asked" && request.includeUsage;
  return {
    served,
    contentType: "text/event-stream; charset=utf-8",
    text: (text, tokens, atMs) => {
      const isFirst = state.tokens === 0;
      if (isFirst) state.firstMs = atMs;
      state.lastMs = atMs;
      state.tokens += tokens;
      const role = isFirst && dialect.opening === "text" ? { role: "assistant" } : {};
      return chunk({ ...role, content: text }, null, running());
    },
    say: (saying) => {
      switch (saying.is) {
        case "role":
          if (dialect.opening === "text") return "";
          return chunk({ role: "assistant", ...(dialect.opening === "role" ? {} : { content: "" }) }, null, running());
        case "finish": {
          const shown = clock();
          const usage = saying.usage === null && !isRunning ? {} : { usage: { ...usageNow(), ...shown.usage } };
          // The clock stands in the last chunk: where usage comes in one of its own, it comes there.
          return chunk({}, dialect.finish[saying.reason], { ...usage, ...(usageFollows ? {} : shown.chunk) });
        }
        case "usage": {
          const shown = clock();
          return sseEvent({ ...head, model, choices: [], usage: { ...usageNow(), ...shown.usage }, ...shown.chunk });
        }
        case "error": {
          const { code, message } = saying.error;
          const error = errorObject(dialect.errors, { status: 500, code, message });
          return sseEvent(dialect.clock === "groq" ? { x_groq: { id: "req_simulated", error: message } } : error);
        }
        case "done":
          return dialect.terminator ? DONE : "";
        case "nothing":
          return "";
      }
    },
  };
}
