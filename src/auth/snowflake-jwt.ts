import { createHash, createPublicKey, type KeyObject } from "node:crypto";
import type { SignIn, SignInTools } from "../core/sign-in.ts";
import { signJwt } from "./jwt.ts";
import { serverClock } from "./server-clock.ts";
import { tokenSignIn, type Fetched } from "./token.ts";

/** The header that names the kind of a token. */
export const TOKEN_TYPE = "x-snowflake-authorization-token-type";
/** Snowflake grants an hour at most; a minute is left for clocks that differ. */
const LIFE_SECONDS = 3540;

/** A token that we sign with the user's key, and anew ahead of its end. */
export function keyPairSignIn(
  account: string,
  user: string,
  key: KeyObject,
  secrets: readonly string[],
  tools: SignInTools,
): SignIn {
  const clock = serverClock(tools.nowMs);
  const fetch = async (): Promise<Fetched> => {
    const nowMs = tools.nowMs();
    const value = signJwt(keyPairClaims(account, user, key, clock.nowMs()), key);
    return { ok: true, token: { value, fetchedMs: nowMs, expiresMs: nowMs + LIFE_SECONDS * 1000 } };
  };
  const signIn = tokenSignIn({ fetch, nowMs: tools.nowMs, secrets, beside: { [TOKEN_TYPE]: "KEYPAIR_JWT" } });
  return {
    ...signIn,
    refused: (...[request, response]: Parameters<typeof signIn.refused>) => {
      const isCorrected = clock.learn(response);
      // A token that was dated wrongly is of no use, however young it is.
      return isCorrected ? signIn.forget() : signIn.refused(request, response);
    },
  };
}

/**
 * The claims of Snowflake's key-pair authentication
 * (https://docs.snowflake.com/en/developer-guide/sql-api/authenticating): account and user in capitals, the account without
 * its region, and the fingerprint of the public key.
 */
function keyPairClaims(
  account: string,
  user: string,
  key: KeyObject,
  atMs: number,
): Readonly<Record<string, string | number>> {
  const locator = account.includes(".global") ? account.split("-")[0]! : account.split(".")[0]!;
  const subject = `${locator}.${user}`.toUpperCase();
  const der = createPublicKey(key).export({ type: "spki", format: "der" });
  const fingerprint = createHash("sha256").update(der).digest("base64");
  const iat = Math.floor(atMs / 1000);
  return { iss: `${subject}.SHA256:${fingerprint}`, sub: subject, iat, exp: iat + LIFE_SECONDS };
}
