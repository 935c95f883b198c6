import { isObject } from "../core/json.ts";
import { statusIn } from "./errors.ts";
import { firstChoice, type Loose } from "./openai-choice.ts";

/** Names of events that are errors whatever they carry: `error`, `failed`, `response.failed`. */
const FAILED = /\b(?:error|fail(?:ed|ure)?|exception)\b/i;
/** What servers say of themselves when all is well: a word, success of HTTP, or an error code that is none. */
const WELL = /^(?:ok|success\w*|completed?|queued|pending|processing|running|0|2\d\d)$/i;

const UNSET: ReadonlySet<unknown> = new Set([undefined, null, "", false, 0, "0"]);

/** Members of which one makes an event a part of the answer or a word beside it; Cerebras, Fireworks and others send figures alone. */
const CHUNK_MEMBERS = ["choices", "usage", "x_groq", "timings", "time_info", "perf_metrics", "base_resp"] as const;

/**
 * The error that an event of a 200 stream carries in any of its shapes; null for a good one.
 * `value` is the event's data: as JSON, or as text when it is none.
 */
export function errorIn(event: string | null, value: unknown): unknown {
  if (event !== null && FAILED.test(event)) return value;
  // Some gateways wrap their error in a list.
  const chunk: unknown = Array.isArray(value) ? value[0] : value;
  if (!isObject(chunk)) return null;
  if (isSet(chunk["error"]) || chunk["object"] === "error" || isRefused(chunk["base_resp"])) return chunk;
  const groq = chunk["x_groq"];
  if (isObject(groq) && isSet(groq["error"])) return groq;
  const choice = firstChoice(chunk);
  if (choice !== null) return isSet(choice["error"]) ? choice : null;
  return isErrorLike(chunk) ? chunk : null;
}

/**
 * True for an object that is a chunk, or says only that all is well. Any other one is not understood, and may have been an
 * error: skipping it could make a broken answer look whole.
 */
export function isChunk(value: Loose): boolean {
  return (
    CHUNK_MEMBERS.some((name) => Object.hasOwn(value, name)) ||
    value["object"] === "chat.completion.chunk" ||
    value["type"] === "ping" ||
    value["success"] === true ||
    isWell(value["status"])
  );
}

/** An error without the name of one, as gateways in front of a model send it: never asked of a chunk with an answer. */
function isErrorLike(chunk: Loose): boolean {
  const { type, status, success } = chunk;
  if ([type, status].some((word) => typeof word === "string" && /error|exception|fail/i.test(word))) return true;
  if (success === false || statusIn(chunk) !== null || isSet(chunk["detail"])) return true;
  if (Object.entries(chunk).some(([name, value]) => /^error/i.test(name) && isSet(value))) return true;
  // A word beside a state that is well only tells how it goes.
  return !isWell(status) && ["message", "msg", "reason"].some((name) => isSet(chunk[name]) && !isWell(chunk[name]));
}

/** MiniMax sends a `base_resp` with every event, its `status_code` 0 where nothing is wrong. */
function isRefused(base: unknown): boolean {
  return isObject(base) && isSet(base["status_code"]);
}

function isWell(word: unknown): boolean {
  return (typeof word === "string" || typeof word === "number") && WELL.test(String(word));
}

/** Servers that fill in every member send an empty text, an empty list, 0 or false where there is no error. */
function isSet(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : !UNSET.has(value);
}
