import { isObject } from "../core/json.ts";
import type { ResponseHead, ServerTimings, TimingsSource } from "../core/provider.ts";
import { decimal } from "./spans.ts";

type Loose = { readonly [key: string]: unknown };

/**
 * The server's own clock, where each kind of server tells it, in milliseconds. What is not said is null, and nothing is made of
 * two figures:
 *
 * | source | stands in | queue | ttft | prompt | decode | total |
 * |---|---|---|---|---|---|---|
 * | `groq` (s) | `usage`, or `x_groq.usage` | `queue_time` | | `prompt_time` | `completion_time` | `total_time`, without the queue |
 * | `cerebras` (s) | `time_info` | `queue_time` | | `prompt_time` | `completion_time` | `total_time` |
 * | `sambanova` (s) | `usage` | | `time_to_first_token` | | | `total_latency` |
 * | `fireworks` (s) | headers `fireworks-…`, then `perf_metrics` | `prefill-queue-duration` | `server-time-to-first-token` | `prefill-duration` | `generation-duration` | `server-processing-time` |
 * | `llama.cpp` (ms) | `timings` | | | `prompt_ms` | `predicted_ms` | |
 */
export function chunkTimings(source: TimingsSource, chunk: Loose): ServerTimings | null {
  switch (source) {
    case "groq": {
      const groq = isObject(chunk["x_groq"]) ? chunk["x_groq"]["usage"] : undefined;
      const usage = [chunk["usage"], groq].find((each) => isObject(each) && each["total_time"] !== undefined);
      return stages(usage);
    }
    case "cerebras":
      return stages(chunk["time_info"]);
    case "sambanova":
      return known(chunk["usage"], { ttftMs: "time_to_first_token", totalMs: "total_latency" }, MS_PER_SECOND);
    case "fireworks":
      return known(chunk["perf_metrics"], FIREWORKS, MS_PER_SECOND);
    case "llama.cpp":
      return known(chunk["timings"], { promptMs: "prompt_ms", decodeMs: "predicted_ms" }, 1);
  }
}

/** What the head of a response tells already; only one source speaks there. */
export function headTimings(source: TimingsSource, { headers }: ResponseHead): ServerTimings | null {
  if (source !== "fireworks") return null;
  const prefixed = Object.fromEntries(Object.entries(FIREWORKS).map(([field, name]) => [field, `fireworks-${name}`]));
  return known(headers, prefixed, MS_PER_SECOND);
}

const MS_PER_SECOND = 1000;

const FIREWORKS = {
  queueMs: "prefill-queue-duration",
  ttftMs: "server-time-to-first-token",
  promptMs: "prefill-duration",
  decodeMs: "generation-duration",
  totalMs: "server-processing-time",
} as const;

function stages(times: unknown): ServerTimings | null {
  const names = {
    queueMs: "queue_time",
    promptMs: "prompt_time",
    decodeMs: "completion_time",
    totalMs: "total_time",
  } as const;
  return known(times, names, MS_PER_SECOND);
}

/** Null when none of the named members holds a time. */
function known(
  members: unknown,
  names: Readonly<Partial<Record<keyof ServerTimings, string>>>,
  msPerUnit: number,
): ServerTimings | null {
  if (!isObject(members)) return null;
  const read = (field: keyof ServerTimings): number | null => {
    const name = names[field];
    return name === undefined ? null : milliseconds(members[name], msPerUnit);
  };
  const server: ServerTimings = {
    queueMs: read("queueMs"),
    ttftMs: read("ttftMs"),
    promptMs: read("promptMs"),
    decodeMs: read("decodeMs"),
    totalMs: read("totalMs"),
  };
  return Object.values(server).every((value) => value === null) ? null : server;
}

/** To the nanosecond, which is all that these clocks have. */
function milliseconds(value: unknown, msPerUnit: number): number | null {
  const time = typeof value === "string" ? decimal(value) : value;
  if (typeof time !== "number" || !Number.isFinite(time) || time < 0) return null;
  return Math.round(time * msPerUnit * 1e6) / 1e6;
}
