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
  return {
    authorize: async (request: HttpRequest) => ({
      ...request,
      headers: { ...request.headers, authorization: `Bearer ${key}` },
    }),
    redact: redactor([key]),
  };
}

/** Takes secrets out of a text, in every form that a server, a proxy or a log is likely to give them. */
export function redactor(secrets: readonly string[]): (text: string) => string {
  const forms = [...new Set(secrets.flatMap(formsOf))].filter((form) => form !== "");
  return (text) => forms.reduce(withoutPieces, text);
}

function formsOf(secret: string): readonly string[] {
  // Base64 of a longer text (`user:KEY`) holds the secret in one of three alignments.
  const base64 = [0, 1, 2].map((shift) => Buffer.from(" ".repeat(shift) + secret).toString("base64"));
  return [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    Array.from(secret).reverse().join(""),
    ...base64,
    ...base64.map((text) => text.replaceAll("+", "-").replaceAll("/", "_")),
  ];
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
