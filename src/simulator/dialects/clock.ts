import type { Dialect } from "./dialect.ts";

/** How long one request took so far, by the server's own schedule, milliseconds from where its service began. */
export interface Served {
  /** Waited before that. */
  readonly queueMs: number;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly promptTokens: number;
  readonly tokens: number;
}

/** Members that a seller's clock adds to the last chunk, beside its usage. */
export interface Shown {
  readonly chunk: object;
  readonly usage: object;
}

const NOTHING: Shown = { chunk: {}, usage: {} };

/** What a seller shows of its clock at the end of an answer. Seconds, but for llama.cpp's milliseconds. */
export function shownAtEnd(clock: Dialect["clock"], served: Served, asksForMetrics: boolean): Shown {
  const { queueMs, firstMs, lastMs, promptTokens, tokens } = served;
  const decodeMs = lastMs - firstMs;
  const stages = {
    queue_time: queueMs / 1000,
    prompt_time: firstMs / 1000,
    completion_time: decodeMs / 1000,
  };
  switch (clock) {
    case null:
      return NOTHING;
    case "groq": {
      // Groq's total leaves the queue out.
      const times = { ...stages, total_time: lastMs / 1000 };
      return { chunk: { x_groq: { id: "req_simulated", usage: times } }, usage: times };
    }
    case "cerebras":
      return { chunk: { time_info: { ...stages, total_time: (queueMs + lastMs) / 1000 } }, usage: {} };
    case "sambanova":
      return {
        chunk: {},
        usage: {
          is_last_response: true,
          time_to_first_token: (queueMs + firstMs) / 1000,
          total_latency: (queueMs + lastMs) / 1000,
        },
      };
    case "fireworks":
      return asksForMetrics
        ? {
            chunk: {
              perf_metrics: {
                "prompt-tokens": promptTokens,
                "server-time-to-first-token": (queueMs + firstMs) / 1000,
                "server-processing-time": (queueMs + lastMs) / 1000,
              },
            },
            usage: {},
          }
        : NOTHING;
    case "llama.cpp":
      return {
        chunk: { timings: { prompt_n: promptTokens, prompt_ms: firstMs, predicted_n: tokens, predicted_ms: decodeMs } },
        usage: {},
      };
  }
}

/** What it shows in the head already, which it then holds back until the first text is there. */
export function shownInHead(
  clock: Dialect["clock"],
  served: Pick<Served, "queueMs" | "firstMs">,
): Readonly<Record<string, string>> {
  if (clock !== "fireworks") return {};
  return { "fireworks-server-time-to-first-token": ((served.queueMs + served.firstMs) / 1000).toFixed(3) };
}
