import { isObject } from "../core/json.ts";
import { decimal, spanMs, wholeUs } from "../protocol/spans.ts";

/** What an endpoint said about when to come again. */
export interface Said {
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Body of a refusal, or the message of an error inside a stream; null when there was none. */
  readonly errorText: string | null;
}

/** `together` and others send it on a refusal only, in seconds; elsewhere the same name is a moment in time. */
const RESET_SECONDS_MAX = 24 * 3600;

/**
 * How long an endpoint asks to wait, in milliseconds: by the header `retry-after` (seconds, an HTTP date, or a duration such
 * as `2m59.56s`), `retry-after-ms`, then by the error itself (a member such as `retry_after`, or words such as "try again in
 * 1.5s"), then, where there is an error, by `x-ratelimit-reset` in seconds. Null when nothing is said that can be read.
 *
 * @param wallMs our own wall clock, for a date whose response does not tell the server's
 */
export function retryAfterMs({ headers, errorText }: Said, wallMs: number): number | null {
  const inHeader = decimal(headers["retry-after-ms"]) ?? spanOrDate(headers["retry-after"], headers, wallMs);
  if (inHeader !== null || errorText === null) return inHeader;
  const reset = headers["x-ratelimit-reset"];
  const seconds = decimal(reset);
  return inError(errorText) ?? (seconds !== null && seconds <= RESET_SECONDS_MAX ? seconds * 1000 : null);
}

function spanOrDate(text: string | undefined, headers: Said["headers"], wallMs: number): number | null {
  if (text === undefined) return null;
  const span = spanMs(text);
  if (span !== null) return span;
  const at = dateMs(text);
  if (at === null) return null;
  // By the server's own clock where it tells it: what is meant is a span, and ours may be wrong.
  return Math.max(0, at - (dateMs(headers["date"] ?? "") ?? wallMs));
}

/** `Wed, 21 Oct 2026 07:28:00 GMT` and the two older forms of RFC 9110, 5.6.7. */
function dateMs(text: string): number | null {
  if (!/^\s*[A-Z][a-z]{2,8},? .*\d\d:\d\d:\d\d/.test(text)) return null;
  const zoned = /GMT|UTC|[+-]\d{4}/.test(text) ? text : `${text} GMT`;
  const at = Date.parse(zoned);
  return Number.isNaN(at) ? null : at;
}

/** Members in which sellers state a wait, and milliseconds per unit of a plain number in them. */
const MEMBERS: Readonly<Record<string, number>> = {
  retry_after: 1000,
  retryAfter: 1000,
  retry_after_seconds: 1000,
  retry_after_ms: 1,
  retryAfterMs: 1,
  // google.rpc.RetryInfo: "3.5s".
  retryDelay: 1000,
};
/** As many digits as a header may have: beyond them a wait is no number of milliseconds any more. */
const NUMBER_MAX = 1e15;
/** Sellers nest three levels; deeper ones are an attack on the stack. */
const DEPTH_MAX = 8;

function inError(text: string): number | null {
  return inMember(parsed(text), 0) ?? inWords(text);
}

function inMember(value: unknown, depth: number): number | null {
  if (depth > DEPTH_MAX) return null;
  if (Array.isArray(value)) return first(value, (item) => inMember(item, depth + 1));
  if (!isObject(value)) return null;
  return first(Object.entries(value), ([name, member]) => {
    const unitMs = Object.hasOwn(MEMBERS, name) ? MEMBERS[name]! : null;
    return (unitMs === null ? null : waitIn(member, unitMs)) ?? inMember(member, depth + 1);
  });
}

function waitIn(member: unknown, unitMs: number): number | null {
  if (typeof member === "number") return member >= 0 && member < NUMBER_MAX ? wholeUs(member * unitMs) : null;
  if (typeof member !== "string") return null;
  const plain = decimal(member);
  return plain === null ? spanMs(member) : wholeUs(plain * unitMs);
}

const WORDS =
  /\b(?:try again|retry|wait)\s+(?:(?:in|after|for|at least)\s+)*((?:\d{1,9}(?:\.\d{1,9})?\s*(?:ms|milliseconds?|s|sec|secs|seconds?|m|min|mins|minutes?|h|hours?)\s*)+)(?![a-z])/i;

/** "Please try again in 2m59.56s", "retry after 26 seconds". */
function inWords(text: string): number | null {
  const found = WORDS.exec(text)?.[1];
  if (found === undefined) return null;
  const compact = found
    .toLowerCase()
    .replace(/\s+/g, "")
    .replace(/milliseconds?/g, "ms")
    .replace(/(seconds?|secs?)/g, "s")
    .replace(/(minutes?|mins?)/g, "m")
    .replace(/hours?/g, "h");
  return spanMs(compact);
}

function first<T>(items: readonly T[], find: (item: T) => number | null): number | null {
  for (const item of items) {
    const found = find(item);
    if (found !== null) return found;
  }
  return null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
