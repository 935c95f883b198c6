import type { HttpRequest } from "../core/provider.ts";
import type { Target } from "../core/target.ts";
import type { Contender } from "../run/contender.ts";
import { UsageError } from "./usage-error.ts";

/** How one target is signed in to. */
export type SignIn = Pick<Contender, "authorize" | "redact">;

/** A shorter piece of a key gives nothing away, and stands in many an innocent text. */
const PIECE_CHARS_MIN = 8;

/**
 * Bearer keys by the variables that the targets name. All missing ones are reported together; no key is ever quoted.
 *
 * @throws UsageError naming each variable that is unset or cannot be a header value
 */
export function signIns(targets: readonly Target[], env: NodeJS.ProcessEnv): Map<string, SignIn> {
  const problems: string[] = [];
  const byTarget = new Map<string, SignIn>();
  for (const { id, apiKeyEnv } of targets) {
    if (apiKeyEnv === null) {
      byTarget.set(id, { authorize: async (request) => request, redact: (text) => text });
      continue;
    }
    const key = env[apiKeyEnv]?.trim() ?? "";
    if (key === "") problems.push(`${id}: no API key: set the environment variable ${apiKeyEnv}`);
    else if (!/^[\u0021-\u007e]+$/.test(key)) {
      problems.push(`${id}: ${apiKeyEnv} holds characters that no key has; set it again without spaces or quotes`);
    }
    byTarget.set(id, bearer(key));
  }
  if (problems.length > 0) throw new UsageError(...problems);
  return byTarget;
}

function bearer(key: string): SignIn {
  const forms = [...new Set([key, encodeURIComponent(key), Buffer.from(key).toString("base64")])];
  return {
    authorize: async (request: HttpRequest) => ({
      ...request,
      headers: { ...request.headers, authorization: `Bearer ${key}` },
    }),
    redact: (text) => forms.reduce(withoutPieces, text),
  };
}

/** The text without the secret and without any piece of it: sellers like to quote a key's beginning and end. */
function withoutPieces(text: string, secret: string): string {
  const chars = Math.min(PIECE_CHARS_MIN, secret.length);
  let clean = "";
  let at = 0;
  while (at < text.length) {
    let length = 0;
    while (at + length < text.length && secret.includes(text.slice(at, at + length + 1))) length += 1;
    const isPiece = length >= chars;
    clean += isPiece ? "[redacted]" : text.charAt(at);
    at += isPiece ? length : 1;
  }
  return clean;
}
