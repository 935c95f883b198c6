import { failure } from "../core/failure.ts";
import { isObject } from "../core/json.ts";
import type { Dialect, FinishReason, StreamPart } from "../core/provider.ts";

/** A JSON object of which nothing is believed. */
export type Loose = { readonly [key: string]: unknown };

const FINISH: ReadonlyMap<string, FinishReason> = new Map([
  ["stop", "stop"],
  ["eos", "stop"],
  ["eos_token", "stop"],
  ["stop_sequence", "stop"],
  ["end_turn", "stop"],
  ["length", "length"],
  ["max_tokens", "length"],
  ["model_length", "length"],
  ["content_filter", "content-filter"],
  ["safety", "content-filter"],
  ["tool_calls", "tool-calls"],
  ["function_call", "tool-calls"],
]);

/** The server gave the answer up: OpenRouter's `error`, `abort` of vLLM and SGLang. */
const GIVEN_UP: ReadonlySet<string> = new Set(["error", "internal_error", "abort", "failed", "cancelled", "timeout"]);

/** Names of the reasoning beside the answer; some gateways send the same text under several. */
const REASONING = ["reasoning_content", "reasoning", "reasoning_details"] as const;
/** Types of those parts of a content list that are reasoning. */
const THOUGHTS: ReadonlySet<unknown> = new Set(["thinking", "reasoning"]);
/** Sellers nest a text four deep; deeper ones are an attack on the stack. */
const DEPTH_MAX = 8;

/** The choice of a chunk that is read. We ask for one answer; a server that sends several is read by its first. */
export function firstChoice(chunk: Loose): Loose | null {
  const choices = chunk["choices"];
  if (!Array.isArray(choices)) return null;
  return choices.filter(isObject).find((choice) => (choice["index"] ?? 0) === 0) ?? null;
}

/**
 * All that the model wrote in one chunk. A refusal is text of the answer: the model wrote it, and it is billed as any other.
 * Text beside a delta only repeats it, and counts where there is none.
 */
export function contentOf(choice: Loose): StreamPart[] {
  const delta = choice["delta"];
  if (!isObject(delta)) return contentPart("text", textOf(choice["text"]));
  const content = listed(delta["content"]);
  const named = REASONING.map((name) => textOf(delta[name])).find((text) => text !== "");
  return [
    ...contentPart("reasoning", named ?? textOf(content.filter(isThought))),
    ...contentPart("text", textOf(content.filter((part) => !isThought(part))) + textOf(delta["refusal"])),
    ...contentPart("tool", toolText(delta)),
  ];
}

/** Why the model stopped, by the seller's own words first; null while it goes on. */
export function finishOf(choice: Loose, own: Dialect["finishReasons"]): StreamPart | null {
  const said = choice["finish_reason"];
  if (typeof said !== "string") return null;
  const reason = said.toLowerCase();
  // Some gateways write the null of an unfinished answer in quotes.
  if (reason === "" || reason === "null") return null;
  const known = (Object.hasOwn(own, said) ? own[said] : undefined) ?? FINISH.get(reason);
  if (known !== undefined || !GIVEN_UP.has(reason)) return { type: "finish", reason: known ?? "other" };
  const detail = `the answer ended with finish_reason ${reason}`;
  return { type: "error", failure: failure("server-error", { where: "stream", code: reason, detail }) };
}

function contentPart(channel: "text" | "reasoning" | "tool", text: string): StreamPart[] {
  return text === "" ? [] : [{ type: "content", channel, text }];
}

/** The text of a text, of a part that holds one, or of a list of parts; empty where there is none. */
function textOf(value: unknown, depth = 0): string {
  if (typeof value === "string") return value;
  if (depth > DEPTH_MAX) return "";
  if (Array.isArray(value)) return value.map((part) => textOf(part, depth + 1)).join("");
  return isObject(value) ? textOf(value["text"] ?? value["thinking"] ?? value["summary"], depth + 1) : "";
}

function isThought(part: unknown): boolean {
  return isObject(part) && THOUGHTS.has(part["type"]);
}

/** Names and arguments of calls, in today's shape and in the one before it. */
function toolText(delta: Loose): string {
  const calls = listed(delta["tool_calls"]).map((call) => (isObject(call) ? call["function"] : null));
  const strings = [...calls, delta["function_call"]]
    .filter(isObject)
    .flatMap((call) => [call["name"], call["arguments"]]);
  return strings.filter((value) => typeof value === "string").join("");
}

function listed(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}
