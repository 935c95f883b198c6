import { isObject } from "../core/json.ts";
import { statusIn } from "./errors.ts";
import { firstChoice, type Loose } from "./openai-choice.ts";

/**
 * The error that an event of a 200 stream carries in any of its shapes; null for a good one.
 * `value` is the event's data: as JSON, or as text when it is none.
 */
export function errorIn(event: string | null, value: unknown): unknown {
  if (event?.toLowerCase() === "error") return value;
  // Some gateways wrap their error in a list.
  const chunk: unknown = Array.isArray(value) ? value[0] : value;
  if (!isObject(chunk)) return null;
  if (isSet(chunk["error"]) || chunk["object"] === "error") return chunk;
  const groq = chunk["x_groq"];
  if (isObject(groq) && isSet(groq["error"])) return groq;
  const choice = firstChoice(chunk);
  if (choice !== null) return isSet(choice["error"]) ? choice : null;
  return !isObject(chunk["usage"]) && isErrorLike(chunk) ? chunk : null;
}

/** An error without the name of one, as gateways in front of a model send it: never asked of a chunk with an answer. */
function isErrorLike(chunk: Loose): boolean {
  const { type, message } = chunk;
  if (typeof type === "string" && /error|exception/i.test(type)) return true;
  if (isSet(chunk["detail"]) || isSet(chunk["errors"]) || statusIn(chunk) !== null) return true;
  if (!isSet(message)) return false;
  // A message alone is what gateways say when the model behind them is gone; one beside other words may tell how it goes.
  return Object.keys(chunk).length === 1 || ["code", "error_code", "error_type"].some((name) => isSet(chunk[name]));
}

/** Servers that fill in every member send an empty text, an empty list or false where there is no error. */
function isSet(value: unknown): boolean {
  return Array.isArray(value)
    ? value.length > 0
    : value !== undefined && value !== null && value !== "" && value !== false;
}
