import { failure, type Failure } from "../core/failure.ts";
import { isObject } from "../core/json.ts";
import type {
  Call,
  FollowUp,
  Frame,
  HttpRequest,
  Settlement,
  StreamPart,
  WholeResponse,
  Wire,
} from "../core/provider.ts";
import { httpFailure, streamFailure } from "./errors.ts";
import { llama3Prompt } from "./llama3-prompt.ts";
import { countOf, durationMs, jsonOf, textOf, within, type Loose } from "./loose.ts";
import { instantUs } from "./rfc3339.ts";

const MS_PER_SECOND = 1000;

/**
 * Replicate: a prediction is created, then its answer is streamed from an address that the first response names, as bare
 * text. Counts and times are in the record of the prediction, which is asked for once the answer is over.
 */
export const REPLICATE: Wire = {
  framing: "sse",
  request,
  follow,
  settle,
  reader: () => partsOf,
  failure: refusal,
  expects: { terminator: true, usage: false },
};

function request(call: Call): HttpRequest {
  const body = { stream: true, input: { ...promptOf(call), max_tokens: call.maxOutputTokens, ...call.extraBody } };
  return {
    method: "POST",
    url: call.baseUrl + call.endpoint.replace("{modelId}", call.modelId),
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify(body),
  };
}

/** The service wraps one question, with or without instructions, itself; a longer conversation is handed over whole. */
function promptOf({ messages }: Call): Readonly<Record<string, string>> {
  const [last] = messages.slice(-1);
  const [first] = messages;
  if (messages.length === 1 && last !== undefined) return { prompt: last.content };
  if (messages.length === 2 && first?.role === "system" && last !== undefined) {
    return { prompt: last.content, system_prompt: first.content };
  }
  return { prompt: llama3Prompt(messages), prompt_template: "{prompt}" };
}

function follow(response: WholeResponse): FollowUp | null {
  const url = response.status === 200 || response.status === 201 ? urlIn(response, "stream") : null;
  if (url === null) return null;
  const headers = { accept: "text/event-stream", "cache-control": "no-store" };
  return { request: { method: "GET", url, headers, body: null }, afterMs: 0 };
}

function settle(steps: readonly WholeResponse[]): Settlement | null {
  const url = steps[0] === undefined ? null : urlIn(steps[0], "get");
  if (url === null) return null;
  const headers = { accept: "application/json" };
  return { request: { method: "GET", url, headers, body: null }, read: recordParts };
}

function urlIn({ body }: WholeResponse, name: string): string | null {
  const prediction = jsonOf(body);
  return isObject(prediction) ? textOf(within(prediction, "urls")[name]) : null;
}

function partsOf({ event, data }: Frame): StreamPart[] {
  switch (event) {
    case "output":
      return data === "" ? [] : [{ type: "content", channel: "text", text: data }];
    case "error":
      return [{ type: "error", failure: streamFailure(jsonOf(data) ?? data) }];
    case "done":
      return doneParts(jsonOf(data));
    default:
      return [];
  }
}

/** The end of the stream: `{}` for a whole answer, else what became of it. */
function doneParts(data: unknown): StreamPart[] {
  const reason = isObject(data) ? textOf(data["reason"]) : null;
  if (reason === null) return [{ type: "done" }];
  const detail = `the prediction ended with ${reason}`;
  return [{ type: "error", failure: failure("server-error", { where: "stream", code: reason.slice(0, 100), detail }) }];
}

/** What the service says of a prediction before its record is whole, which may be later than the end of its stream. */
const UNFINISHED: ReadonlySet<unknown> = new Set(["queued", "starting", "processing"]);

/** What the record of a finished prediction adds. The queue is the time from its creation to its start. */
function recordParts({ status, body }: WholeResponse): readonly StreamPart[] | null {
  const prediction = status === 200 ? jsonOf(body) : null;
  if (!isObject(prediction)) return [];
  if (UNFINISHED.has(prediction["status"])) return null;
  const metrics = within(prediction, "metrics");
  const [input, output] = [countOf(metrics["input_token_count"]), countOf(metrics["output_token_count"])];
  const server = {
    queueMs: gapMs(prediction, "created_at", "started_at"),
    ttftMs: durationMs(metrics["time_to_first_token"], MS_PER_SECOND),
    promptMs: null,
    decodeMs: null,
    totalMs: durationMs(metrics["predict_time"], MS_PER_SECOND),
  };
  return [
    ...(input === null && output === null ? [] : [{ type: "usage" as const, usage: { input, output, cached: null } }]),
    ...(Object.values(server).every((value) => value === null) ? [] : [{ type: "timings" as const, server }]),
  ];
}

function gapMs(prediction: Loose, from: string, to: string): number | null {
  const instant = (key: string): number | null => instantUs(textOf(prediction[key]) ?? "");
  const [start, end] = [instant(from), instant(to)];
  return start === null || end === null || end < start ? null : (end - start) / 1000;
}

function refusal({ status, body }: WholeResponse): Failure {
  if (status >= 300) return httpFailure(status, body);
  return failure("protocol", { where: "headers", status, detail: "the prediction names no address to stream from" });
}
