import { failure, type Failure, type FailureKind } from "../core/failure.ts";
import { isObject } from "../core/json.ts";
import { CODE_CHARS_MAX } from "./limits.ts";

const BY_STATUS: ReadonlyMap<number, FailureKind> = new Map([
  [400, "bad-request"],
  [401, "auth"],
  [402, "payment"],
  [403, "auth"],
  [404, "not-found"],
  // A proxy on the way wants to be signed in to: the target has said nothing.
  [407, "network"],
  [408, "server-error"],
  [410, "not-found"],
  [424, "server-error"],
  [429, "rate-limited"],
  [503, "overloaded"],
  [529, "overloaded"],
]);

/** Words in a code, type or message that say more than the status does; first match wins. */
const BY_WORD: readonly (readonly [RegExp, FailureKind])[] = [
  [/content[_ ]?filter|responsible_ai|content management policy/i, "content-filter"],
  [/model[_ ](not[_ ]found|decommissioned|deprecated|retired)|unknown[_ ]model|allowed now, your model/i, "not-found"],
  [/does not exist|end of life|no longer available/i, "not-found"],
  [/insufficient[_ ](quota|credit|balance|funds)|billing|payment/i, "payment"],
  [/rate[_ -]?limit|too many requests|throttl/i, "rate-limited"],
  [/overload|capacity|unavailable|model not ready/i, "overloaded"],
  [/invalid[_ ]api[_ ]key|unauthori[sz]ed|authentication|permission/i, "auth"],
  [/invalid[_ ]request|validation|bad[_ ]request/i, "bad-request"],
];

/** Status, code and message of an error in any of the shapes that sellers send; null where a shape does not say. */
interface ErrorFields {
  readonly status: number | null;
  readonly code: string | null;
  readonly message: string | null;
}

/**
 * Sorts a response other than a good stream into the closed failure kinds. Vendor bodies are read tolerantly: whatever is
 * not understood falls back on the status.
 */
export function httpFailure(status: number, body: string): Failure {
  const fields = errorFields(parsed(body));
  const detail = fields.message ?? body;
  // A 200 says nothing of an error in its body, which may state a status of its own.
  const stated = status === 200 ? (fields.status ?? status) : status;
  return failure(kindOf(stated, wordsOf(fields)), {
    where: "headers",
    status,
    code: fields.code,
    detail: detail === "" ? null : detail,
  });
}

/** Sorts an error event inside a 200 stream. */
export function streamFailure(error: unknown): Failure {
  const fields = errorFields(error);
  const words = wordsOf(fields);
  const kind = fields.status === null ? (kindByWord(words) ?? "server-error") : kindOf(fields.status, words);
  return failure(kind, { where: "stream", status: fields.status, code: fields.code, detail: fields.message });
}

/** What tells the kind. Links are left out: a rate limit that leads to the billing page is still a rate limit. */
function wordsOf({ code, message }: ErrorFields): string {
  return `${code ?? ""} ${message ?? ""}`.replace(/https?:\S+/g, "");
}

function kindOf(status: number, words: string): FailureKind {
  if (status >= 300 && status < 400) return "redirect";
  // Text Generation Inference says 429 when it has no room, whoever asks.
  if (status === 429 && /^overloaded\b/.test(words)) return "overloaded";
  const byStatus = BY_STATUS.get(status);
  // A plain 400 or 5xx hides finer kinds; other statuses are already precise.
  if (byStatus === undefined || byStatus === "bad-request") {
    const byWord = kindByWord(words);
    if (byWord !== null) return byWord;
  }
  if (byStatus !== undefined) return byStatus;
  if (status >= 500) return "server-error";
  return status >= 400 ? "bad-request" : "protocol";
}

function kindByWord(words: string): FailureKind | null {
  return BY_WORD.find(([pattern]) => pattern.test(words))?.[1] ?? null;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

const NOTHING: ErrorFields = { status: null, code: null, message: null };
/** Sellers nest two or three levels; deeper ones are an attack on the stack. */
const DEPTH_MAX = 8;

/** Where a message stands, the most telling first. */
const MESSAGES = ["message", "msg", "error_message", "error_msg", "status_msg", "title", "reason"] as const;

/** Reads `{error:{…}}`, `{error:"…"}`, `{errors:[…]}`, `{object:"error",…}`, `{detail:…}` and `{message}`. */
function errorFields(value: unknown, depth = 0): ErrorFields {
  if (depth > DEPTH_MAX) return NOTHING;
  if (typeof value === "string") return { ...NOTHING, message: text(value) };
  if (Array.isArray(value)) return errorFields(value[0], depth + 1);
  if (!isObject(value)) return NOTHING;
  const inner = value["error"] ?? value["Error"] ?? value["errors"] ?? value["base_resp"];
  if (inner !== undefined && inner !== null) {
    const fields = errorFields(inner, depth + 1);
    return { ...fields, status: fields.status ?? statusIn(value), code: fields.code ?? codeIn(value) };
  }
  const detail = value["detail"];
  if (detail !== undefined && detail !== null) return { ...errorFields(detail, depth + 1), status: statusIn(value) };
  const message = MESSAGES.map((name) => text(value[name])).find((said) => said !== null) ?? null;
  return { status: statusIn(value), code: codeIn(value) ?? codeOf(value["type"]), message };
}

/** The HTTP status of an error that a body or an event states itself; null when it states none. */
export function statusIn(value: { readonly [key: string]: unknown }): number | null {
  for (const key of ["status", "status_code", "statusCode", "http_status_code", "code"]) {
    const status = Number(text(value[key]));
    if (Number.isInteger(status) && status >= 300 && status <= 599) return status;
  }
  return null;
}

function codeIn(value: { readonly [key: string]: unknown }): string | null {
  return (
    codeOf(value["code"]) ?? codeOf(value["error_code"]) ?? codeOf(value["error_type"]) ?? codeOf(value["status_code"])
  );
}

function codeOf(value: unknown): string | null {
  return text(value)?.slice(0, CODE_CHARS_MAX) ?? null;
}

function text(value: unknown): string | null {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : null;
}
