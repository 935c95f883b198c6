import { failure, type Failure } from "../core/failure.ts";
import type { HttpRequest, ResponseHead } from "../core/provider.ts";
import type { SignIn } from "../core/sign-in.ts";
import { withHeaders } from "./static.ts";

/** A token with its life. */
export interface Token {
  readonly value: string;
  readonly fetchedMs: number;
  readonly expiresMs: number;
}

export type Fetched =
  | { readonly ok: true; readonly token: Token }
  | {
      readonly ok: false;
      readonly failure: Failure;
      /** Absent when no server answered. */ readonly head?: ResponseHead;
    };

/** A new token is fetched once a fifth of the old one's life is left, or five minutes, whichever is less. */
const LEFT_SHARE = 0.2;
const LEFT_MS_MAX = 300_000;
/** A token that has so little left is not sent any more. */
const MARGIN_SHARE = 0.05;
const MARGIN_MS_MAX = 10_000;
/** Between two tries at a token endpoint that refuses. */
const PAUSE_MS = 5_000;
/** A younger token is not thrown away: a service that refuses every token must not be answered by a storm of new ones. */
const REFUSED_AGE_MS_MIN = 30_000;
/** Tokens that may still be echoed somewhere. */
const SECRETS_MAX = 8;

/** A sign-in whose token can be thrown away. */
export interface TokenSignIn extends SignIn {
  /** The next request gets a new token. Always true: what was authorised before is void. */
  forget(): true;
}

/**
 * A bearer token that is fetched when first needed, kept, and renewed ahead of its end: behind the back of the requests as
 * long as the old one lasts. Whoever asks while one is being fetched waits for that one.
 *
 * @param secrets of the sign-in itself, beside the tokens
 * @param beside headers that go with each request and are no secret
 */
export function tokenSignIn(of: {
  readonly fetch: () => Promise<Fetched>;
  readonly nowMs: () => number;
  readonly secrets: readonly string[];
  readonly beside?: HttpRequest["headers"];
}): TokenSignIn {
  const { nowMs } = of;
  const seen: string[] = [];
  let current: Token | null = null;
  let pending: Promise<Fetched> | null = null;
  let refusal: { readonly atMs: number; readonly fetched: Fetched } | null = null;

  const fetch = async (): Promise<Fetched> => {
    const fetched = await of.fetch();
    pending = null;
    refusal = fetched.ok ? null : { atMs: nowMs(), fetched };
    if (!fetched.ok) return fetched;
    current = fetched.token;
    seen.push(current.value);
    seen.splice(0, seen.length - SECRETS_MAX);
    return fetched;
  };
  /** Nobody waits for a service that has just refused: its next answer is for those who come later. */
  const renew = (): Promise<Fetched> => {
    const last = refusal;
    if (last === null || nowMs() - last.atMs >= PAUSE_MS) pending ??= fetch();
    return last === null ? pending! : Promise.resolve(last.fetched);
  };
  const token = async (): Promise<Fetched> => {
    if (current === null || leftMs(current, nowMs()) <= 0) return renew();
    const { fetchedMs, expiresMs } = current;
    // The old one serves meanwhile, so nobody waits and a failure is heard of only when it ends.
    if (nowMs() >= expiresMs - Math.min(LEFT_MS_MAX, (expiresMs - fetchedMs) * LEFT_SHARE)) void renew();
    return { ok: true, token: current };
  };
  const forget = (): true => {
    current = null;
    return true;
  };
  return {
    authorize: async (request) => {
      const fetched = await token();
      if (!fetched.ok) return fetched;
      const headers = { ...of.beside, authorization: `Bearer ${fetched.token.value}` };
      const freshForMs = Math.max(0, leftMs(fetched.token, nowMs()));
      return { ok: true, request: withHeaders(request, headers), freshForMs };
    },
    refused: (request) => {
      const isCurrent = current !== null && request.headers["authorization"] === `Bearer ${current.value}`;
      if (!isCurrent || nowMs() - current!.fetchedMs < REFUSED_AGE_MS_MIN) return false;
      return forget();
    },
    forget,
    secrets: () => [...of.secrets, ...seen],
  };
}

/** For how long a token may still be sent. */
function leftMs({ fetchedMs, expiresMs }: Token, nowMs: number): number {
  return expiresMs - Math.min(MARGIN_MS_MAX, (expiresMs - fetchedMs) * MARGIN_SHARE) - nowMs;
}

/** A sign-in that failed: always `auth`, where `sign-in`. */
export function signInFailure(fields: Pick<Partial<Failure>, "status" | "code" | "detail">): Failure {
  return failure("auth", { where: "sign-in", ...fields });
}
