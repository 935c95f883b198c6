import type { Failure } from "./failure.ts";
import type { HttpRequest, ResponseHead, WholeResponse } from "./provider.ts";

/** What a sign-in may use of the world. */
export interface SignInTools {
  /** Wall clock, milliseconds since 1970. */
  nowMs(): number;
  /** One small exchange, with a token endpoint. Never throws. */
  exchange(request: HttpRequest): Promise<Exchanged>;
  /** The text of a file; null when there is none that can be read. */
  readFile(path: string): Promise<string | null>;
}

export type Exchanged =
  | { readonly ok: true; readonly response: WholeResponse }
  | { readonly ok: false; readonly failure: Failure };

/** The value of an environment variable, white space around it cut off; null when it is unset or empty. */
export type Variables = (name: string) => string | null;

/** A request with credentials, or why there are none. Data, never an exception: it ends up in a row. */
export type Authorized =
  | {
      readonly ok: true;
      readonly request: HttpRequest;
      /** For how long it may wait before it is sent, milliseconds: signatures and tokens run out. */
      readonly freshForMs: number;
    }
  | { readonly ok: false; readonly failure: Failure };

/** One target's credentials at work. */
export interface SignIn {
  /** Adds credentials; fetches or renews a token where it has to. Called outside timed requests. Never rejects. */
  authorize(request: HttpRequest): Promise<Authorized>;
  /**
   * Hears that an authorised request was refused with 401 or 403. True when the next request will be signed in another way:
   * our clock was off, the token is thrown away, the file is read again. What was authorised before is void then.
   */
  refused(request: HttpRequest, response: ResponseHead): boolean;
  /** All that no text may hold: keys and the tokens fetched so far. */
  secrets(): readonly string[];
}

/** A sign-in, or everything that is missing for it, each with its mend. */
export type SignInResult =
  | { readonly ok: true; readonly signIn: SignIn }
  | { readonly ok: false; readonly problems: readonly string[] };
