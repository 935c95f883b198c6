/** A request as it came in, for those who check who sent it. */
export interface Received {
  readonly method: string;
  /** Path and query, as they stood in the request line. */
  readonly target: string;
  /** Lower-case names, repeated ones joined with a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Why a request is turned away: what the real service would answer. */
export interface Refusal {
  readonly status: number;
  /** The name of the error at that service. */
  readonly code: string;
  readonly message: string;
}

/** Null for who may come in. */
export type Verdict = Refusal | null;

/** The token after `Bearer`; null when there is none. */
export function bearerOf({ headers }: Received): string | null {
  return /^Bearer (\S+)$/.exec(headers["authorization"] ?? "")?.[1] ?? null;
}
