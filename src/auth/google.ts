import type { KeyObject } from "node:crypto";
import { isObject } from "../core/json.ts";
import type { SignInResult, SignInTools, Variables } from "../core/sign-in.ts";
import { homePath } from "./credentials.ts";
import { rsaKey, signJwt } from "./jwt.ts";
import { serverClock } from "./server-clock.ts";
import { tokenSignIn, type Fetched } from "./token.ts";
import { fetchToken } from "./token-endpoint.ts";

/*
 * By hand and not by google-auth-library: that one reads files, environment and clock itself, so neither a skewed clock nor a
 * token's renewal could be tested or kept outside the timed requests; and it would be 23 packages for one form.
 */

const SCOPE = "https://www.googleapis.com/auth/cloud-platform";
const TOKEN_URL = "https://oauth2.googleapis.com/token";
/** Longest life that Google grants an assertion. */
const ASSERTION_SECONDS = 3600;
const WELL_KNOWN = "application_default_credentials.json";

/**
 * Google's application default credentials: the file that `GOOGLE_APPLICATION_CREDENTIALS` names, else the one that
 * `gcloud auth application-default login` leaves. It holds a service account, or a user's refresh token.
 */
export async function googleSignIn(variables: Variables, tools: SignInTools): Promise<SignInResult> {
  const named = variables("GOOGLE_APPLICATION_CREDENTIALS");
  const folder = variables("CLOUDSDK_CONFIG") ?? "~/.config/gcloud";
  const path = homePath(named ?? `${folder}/${WELL_KNOWN}`, variables);
  const text = await tools.readFile(path);
  if (text === null) {
    const mend = `set GOOGLE_APPLICATION_CREDENTIALS to a service account's file, or run "gcloud auth application-default login"`;
    return { ok: false, problems: [`no Google credentials: ${path} cannot be read; ${mend}`] };
  }
  const file = parsed(text);
  switch (file["type"]) {
    case "service_account":
      return serviceAccount(path, file, tools);
    case "authorized_user":
      return authorizedUser(path, file, tools);
    default:
      return {
        ok: false,
        problems: [`${path}: its type must be service_account or authorized_user; others are not supported`],
      };
  }
}

/** RFC 7523: an assertion signed with the account's key is exchanged for a token. */
function serviceAccount(path: string, file: Loose, tools: SignInTools): SignInResult {
  const [email, pem, keyId] = ["client_email", "private_key", "private_key_id"].map((name) => file[name]);
  const key = typeof pem === "string" ? rsaKey(pem, null) : null;
  if (typeof email !== "string" || key === null || typeof pem !== "string") {
    return { ok: false, problems: [`${path}: client_email or an RSA private_key is missing: download the key again`] };
  }
  const account = { email, key, keyId: typeof keyId === "string" ? keyId : null, tokenUrl: tokenUrl(file) };
  const clock = serverClock(tools.nowMs);
  const fetch = async (): Promise<Fetched> => {
    const first = await exchangeAssertion(account, clock.nowMs(), tools);
    // An assertion from the future or the past is refused: once more by the server's own clock.
    const isMended = !first.ok && first.head !== undefined && clock.learn(first.head);
    return isMended ? exchangeAssertion(account, clock.nowMs(), tools) : first;
  };
  return { ok: true, signIn: tokenSignIn({ fetch, nowMs: tools.nowMs, secrets: [pem, ...linesOf(pem)] }) };
}

interface Account {
  readonly email: string;
  readonly key: KeyObject;
  readonly keyId: string | null;
  readonly tokenUrl: string;
}

function exchangeAssertion(account: Account, atMs: number, tools: SignInTools): Promise<Fetched> {
  const iat = Math.floor(atMs / 1000);
  const claims = { iss: account.email, scope: SCOPE, aud: account.tokenUrl, iat, exp: iat + ASSERTION_SECONDS };
  const assertion = signJwt(claims, account.key, account.keyId ?? undefined);
  return fetchToken(tools, account.tokenUrl, { grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion });
}

function authorizedUser(path: string, file: Loose, tools: SignInTools): SignInResult {
  const [id, secret, refreshToken] = ["client_id", "client_secret", "refresh_token"].map((name) => file[name]);
  if (typeof id !== "string" || typeof secret !== "string" || typeof refreshToken !== "string") {
    return { ok: false, problems: [`${path}: client_id, client_secret or refresh_token is missing: log in again`] };
  }
  const form = { grant_type: "refresh_token", client_id: id, client_secret: secret, refresh_token: refreshToken };
  const project = file["quota_project_id"];
  return {
    ok: true,
    signIn: tokenSignIn({
      fetch: () => fetchToken(tools, tokenUrl(file), form),
      nowMs: tools.nowMs,
      secrets: [secret, refreshToken],
      ...(typeof project === "string" ? { beside: { "x-goog-user-project": project } } : {}),
    }),
  };
}

type Loose = { readonly [key: string]: unknown };

function tokenUrl(file: Loose): string {
  const url = file["token_uri"];
  return typeof url === "string" && URL.canParse(url) ? url : TOKEN_URL;
}

/** The body of a key line by line: whoever echoes it may change its line ends. */
function linesOf(pem: string): string[] {
  return pem.split(/\s+/).filter((line) => line.length > 40);
}

function parsed(text: string): Loose {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
