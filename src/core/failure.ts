import { plain } from "./text.ts";

/** The closed list of ways in which a request fails. A report counts by these and by nothing else. */
export const FAILURE_KINDS = [
  "auth",
  "bad-request",
  "not-found",
  "payment",
  "rate-limited",
  "overloaded",
  "server-error",
  "timeout",
  "network",
  "tls",
  "redirect",
  "protocol",
  "too-large",
  "truncated",
  "content-filter",
] as const;

export type FailureKind = (typeof FAILURE_KINDS)[number];

/** Those that another attempt a little later may not meet again; the others need a person, or another request. */
export const TRANSIENT_KINDS = [
  "rate-limited",
  "overloaded",
  "server-error",
  "timeout",
  "network",
  "protocol",
  "truncated",
] as const satisfies readonly FailureKind[];

export type TransientKind = (typeof TRANSIENT_KINDS)[number];

/** Which limit a `timeout` ran into. */
export type TimeoutStage = "connect" | "first-content" | "idle" | "total";

/** Why one request failed. Data, not an exception: it ends up in a row of the run folder. */
export interface Failure {
  readonly kind: FailureKind;
  /** Stage of the exchange: a {@link TimeoutStage} for a timeout, else `connect`, `headers`, `stream` or null. */
  readonly where: string | null;
  /** HTTP status, when there was one. */
  readonly status: number | null;
  /** Machine-readable code: `ECONNREFUSED`, or the provider's own error code. */
  readonly code: string | null;
  /** One line for a human, at most {@link FAILURE_DETAIL_MAX} characters, never holding a credential. */
  readonly detail: string | null;
}

export const FAILURE_DETAIL_MAX = 300;

/** Builds a {@link Failure}; what is not given is null. Texts are made inert: a server may have written them. */
export function failure(kind: FailureKind, fields: Partial<Omit<Failure, "kind">>): Failure {
  const { code = null, detail = null } = fields;
  return {
    kind,
    where: fields.where ?? null,
    status: fields.status ?? null,
    code: code === null ? null : plain(code),
    detail: detail === null ? null : oneLine(detail),
  };
}

function oneLine(text: string): string {
  const flat = plain(text);
  return flat.length <= FAILURE_DETAIL_MAX ? flat : `${flat.slice(0, FAILURE_DETAIL_MAX - 1)}…`;
}
