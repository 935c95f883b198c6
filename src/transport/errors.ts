import { failure, type Failure, type FailureKind } from "../core/failure.ts";
import type { Proxy } from "./route.ts";

/** How far an exchange had come when it broke. */
export type Stage = "connect" | "headers" | "stream";

/** Our own time-out of the connect step; other errors come from Node and undici. */
export class ConnectTimeout extends Error {
  override readonly name = "ConnectTimeout";
}

/** The proxy, not the target, could not be reached or refused the way through. */
export class ProxyError extends Error {
  override readonly name = "ProxyError";
  readonly code: string;

  constructor({ origin }: Pick<Proxy, "origin">, what: string, code: string) {
    super(`proxy ${origin}: ${what}`);
    this.code = code;
  }

  /** What went wrong on the way to the proxy. */
  static from(proxy: Pick<Proxy, "origin">, error: Error): ProxyError {
    const cause = firstCause(error);
    return new ProxyError(proxy, cause.message, codeOf(cause) ?? "ERR_PROXY");
  }
}

const TLS_CODE = /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|UNABLE_TO_|SELF_SIGNED|EPROTO|HOSTNAME_MISMATCH|INVALID_CA)/;
/** llhttp refusing bytes that are not HTTP, and undici refusing headers that are too large. */
const PROTOCOL_CODE = /^(HPE_|UND_ERR_HEADERS_OVERFLOW|UND_ERR_RESPONSE)/;
/** Answers that HTTP/1.1 allows, but not to what was asked; undici has no code of their own for them. */
const PROTOCOL_MESSAGE = /^bad (response|upgrade)$/;
/** A body that ended before its length or its last chunk. */
const CUT_CODE = /^(UND_ERR_SOCKET|UND_ERR_RES_CONTENT_LENGTH_MISMATCH)$/;

/** Sorts an exception of the transport into a failure kind. Headers and URLs are never quoted: they may hold a key. */
export function transportFailure(error: Error, where: Stage): Failure {
  if (error instanceof ConnectTimeout) return failure("timeout", { where: "connect", detail: error.message });
  const cause = firstCause(error);
  const code = codeOf(cause);
  const detail = cause.message === "" ? cause.name : cause.message;
  return failure(kindOf(cause, code, where), { where, code, detail });
}

function kindOf(cause: Error, code: string | null, where: Stage): FailureKind {
  if (code !== null && TLS_CODE.test(code)) return "tls";
  // The far side closed in the middle of a body. (A reset, in contrast, has a code of the system's.)
  if (where === "stream" && (CUT_CODE.test(code ?? "") || cause.message.includes("Invalid EOF state")))
    return "truncated";
  // A length and chunks at once: no body has begun that could have been cut.
  if (code === "UND_ERR_RES_CONTENT_LENGTH_MISMATCH" || PROTOCOL_MESSAGE.test(cause.message)) return "protocol";
  // undici leaves the parser's code out when the first bytes are not HTTP at all.
  if (cause.name === "HTTPParserError" || (code !== null && PROTOCOL_CODE.test(code))) return "protocol";
  return "network";
}

/** Happy Eyeballs reports one AggregateError for all addresses; its first cause says most. */
function firstCause(error: Error): Error {
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return error.errors[0];
  return error.cause instanceof Error && codeOf(error) === null ? error.cause : error;
}

function codeOf(error: Error): string | null {
  return "code" in error && typeof error.code === "string" ? error.code : null;
}
