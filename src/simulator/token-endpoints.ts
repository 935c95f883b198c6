import type { KeyObject } from "node:crypto";
import type { Received } from "./checks/check.ts";
import { isCurrent, verifiedClaims } from "./checks/jwt.ts";
import { ACCOUNTS } from "./planted.ts";
import type { Tokens } from "./tokens.ts";

/** What a token is good for, at each cloud. */
export const AUDIENCES = {
  google: "https://www.googleapis.com/auth/cloud-platform",
  azure: "https://cognitiveservices.azure.com/.default",
  ibm: "ibm",
  databricks: "all-apis",
} as const;

export interface TokenReply {
  readonly status: number;
  readonly body: object;
}

export interface TokenContext {
  readonly tokens: Tokens;
  readonly nowMs: () => number;
  readonly googleKey: () => KeyObject;
  /** The address of the endpoint as its caller knows it. */
  readonly url: string;
}

/** The token service at a host and path; null when none is there. */
export function tokenEndpoint(
  host: string,
  path: string,
): ((form: URLSearchParams, received: Received, context: TokenContext) => TokenReply) | null {
  if (host === "oauth2.googleapis.com" && path === "/token") return google;
  if (host === "login.microsoftonline.com" && path.endsWith("/oauth2/v2.0/token")) return entra;
  if (host === "iam.cloud.ibm.com" && path === "/identity/token") return ibm;
  return host === ACCOUNTS.databricks.host && path === "/oidc/v1/token" ? databricks : null;
}

/** RFC 7523 for a service account, RFC 6749 section 6 for a user. */
function google(form: URLSearchParams, _received: Received, context: TokenContext): TokenReply {
  const { tokens, nowMs, googleKey, url } = context;
  const refuse = (description: string): TokenReply => oauthError(400, "invalid_grant", description);
  const { google: account } = ACCOUNTS;
  if (form.get("grant_type") === "refresh_token") {
    if (form.get("client_id") !== account.clientId || form.get("client_secret") !== account.clientSecret) {
      return oauthError(401, "invalid_client", "The OAuth client was not found.");
    }
    if (form.get("refresh_token") !== account.refreshToken) return refuse("Token has been expired or revoked.");
    return granted(tokens, AUDIENCES.google);
  }
  if (form.get("grant_type") !== "urn:ietf:params:oauth:grant-type:jwt-bearer") {
    return oauthError(400, "unsupported_grant_type", "Invalid grant_type.");
  }
  const read = verifiedClaims(form.get("assertion") ?? "", googleKey());
  if (read === null || read.header["kid"] !== account.keyId) return refuse("Invalid JWT Signature.");
  const { claims } = read;
  if (claims["iss"] !== account.email) return refuse("Invalid grant: account not found");
  if (claims["aud"] !== url) return refuse("Invalid JWT: Failed audience check.");
  if (!isCurrent(claims, nowMs())) {
    return refuse("Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.");
  }
  if (claims["scope"] !== AUDIENCES.google) return oauthError(400, "invalid_scope", "Invalid OAuth scope.");
  return granted(tokens, AUDIENCES.google);
}

function entra(form: URLSearchParams, { target }: Received, { tokens }: TokenContext): TokenReply {
  const { tenant, clientId, clientSecret } = ACCOUNTS.entra;
  if (!target.includes(`/${tenant}/`)) return oauthError(400, "invalid_request", "AADSTS90002: Tenant not found.");
  if (form.get("grant_type") !== "client_credentials") return oauthError(400, "unsupported_grant_type", "AADSTS70003");
  if (form.get("client_id") !== clientId)
    return oauthError(400, "unauthorized_client", "AADSTS700016: unknown client.");
  if (form.get("client_secret") !== clientSecret) {
    return oauthError(401, "invalid_client", "AADSTS7000215: Invalid client secret provided.");
  }
  const scope = form.get("scope") ?? "";
  if (!scope.endsWith("/.default"))
    return oauthError(400, "invalid_scope", "AADSTS1002012: scope must end in /.default.");
  return granted(tokens, scope);
}

function ibm(form: URLSearchParams, _received: Received, { tokens, nowMs }: TokenContext): TokenReply {
  if (form.get("grant_type") !== "urn:ibm:params:oauth:grant-type:apikey") {
    return { status: 400, body: { errorCode: "BXNIM0110E", errorMessage: "Property grant_type is wrong." } };
  }
  if (form.get("apikey") !== ACCOUNTS.ibm.apiKey) {
    return { status: 400, body: { errorCode: "BXNIM0415E", errorMessage: "Provided API key could not be found." } };
  }
  const { status, body } = granted(tokens, AUDIENCES.ibm);
  const { expires_in: seconds } = body as { readonly expires_in: number };
  const expiration = Math.floor(nowMs() / 1000) + seconds;
  return { status, body: { ...body, refresh_token: "not_supported", expiration } };
}

function databricks(form: URLSearchParams, { headers }: Received, { tokens }: TokenContext): TokenReply {
  const { clientId, clientSecret } = ACCOUNTS.databricks;
  const basic = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}`;
  if (headers["authorization"] !== basic) return oauthError(401, "invalid_client", "Client authentication failed");
  if (form.get("grant_type") !== "client_credentials") return oauthError(400, "unsupported_grant_type", "unsupported");
  if (form.get("scope") !== AUDIENCES.databricks) return oauthError(400, "invalid_scope", "unknown scope");
  return granted(tokens, AUDIENCES.databricks);
}

function granted(tokens: Tokens, audience: string): TokenReply {
  const { token, lifeSeconds } = tokens.issue(audience);
  return { status: 200, body: { access_token: token, token_type: "Bearer", expires_in: lifeSeconds } };
}

function oauthError(status: number, error: string, description: string): TokenReply {
  return { status, body: { error, error_description: description } };
}
