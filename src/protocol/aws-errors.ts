import { failure, type Failure, type FailureKind } from "../core/failure.ts";
import { isObject } from "../core/json.ts";
import type { WholeResponse } from "../core/provider.ts";
import { httpFailure } from "./errors.ts";
import { CODE_CHARS_MAX } from "./limits.ts";
import { jsonOf, textOf } from "./loose.ts";

/** Exceptions of Bedrock's runtime (AWS service model of 2026-08-07) and of its sign-in, without the word itself. */
const BY_TYPE: ReadonlyMap<string, FailureKind> = new Map([
  ["throttling", "rate-limited"],
  ["servicequotaexceeded", "rate-limited"],
  ["modelnotready", "overloaded"],
  ["serviceunavailable", "overloaded"],
  ["modeltimeout", "server-error"],
  ["modelerror", "server-error"],
  ["modelstreamerror", "server-error"],
  ["internalserver", "server-error"],
  ["validation", "bad-request"],
  ["conflict", "bad-request"],
  ["resourcenotfound", "not-found"],
  ["accessdenied", "auth"],
  ["unrecognizedclient", "auth"],
  ["invalidsignature", "auth"],
  ["incompletesignature", "auth"],
  ["missingauthenticationtoken", "auth"],
  ["expiredtoken", "auth"],
  // A status of 400, but our clock's fault: heard as a refusal, it is corrected.
  ["requestexpired", "auth"],
  ["invalidclienttokenid", "auth"],
]);

/** Sorts a refusal of AWS: the exception stands in a header, its sentence in the body. */
export function awsHttpFailure({ status, headers, body }: WholeResponse): Failure {
  const said = jsonOf(body);
  const loose = isObject(said) ? said : {};
  // The header appends the address of a schema: `ValidationException:http://…`.
  const type = textOf(headers["x-amzn-errortype"])?.split(":")[0] ?? textOf(loose["__type"])?.split("#").at(-1) ?? null;
  const kind = kindOf(type);
  if (kind === null) return httpFailure(status, body);
  return failure(kind, { where: "headers", status, code: codeOf(type), detail: messageIn(loose) });
}

/** Sorts an exception inside a stream. */
export function awsStreamFailure(type: string | null, data: string): Failure {
  const said = jsonOf(data);
  const detail = isObject(said) ? messageIn(said) : textOf(data);
  return failure(kindOf(type) ?? "server-error", { where: "stream", code: codeOf(type), detail });
}

function kindOf(type: string | null): FailureKind | null {
  return BY_TYPE.get((type ?? "").replace(/exception$/i, "").toLowerCase()) ?? null;
}

function codeOf(type: string | null): string | null {
  return type?.slice(0, CODE_CHARS_MAX) ?? null;
}

function messageIn(said: { readonly [key: string]: unknown }): string | null {
  return textOf(said["message"]) ?? textOf(said["Message"]);
}
