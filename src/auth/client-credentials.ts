import type { HttpRequest } from "../core/provider.ts";
import type { SignIn, SignInTools } from "../core/sign-in.ts";
import { tokenSignIn } from "./token.ts";
import { fetchToken } from "./token-endpoint.ts";

/** A program of its own, known to the token endpoint by id and secret. */
export interface ClientCredentials {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string;
  /** Where id and secret go (RFC 6749, section 2.3.1): `header` is HTTP basic authentication. */
  readonly in: "header" | "form";
}

/** The client credentials grant of OAuth 2.0 (RFC 6749, section 4.4): Microsoft Entra, Databricks. */
export function clientCredentialsSignIn(of: ClientCredentials, tools: SignInTools): SignIn {
  const grant = { grant_type: "client_credentials", scope: of.scope };
  const basic = Buffer.from(`${formEncoded(of.clientId)}:${formEncoded(of.clientSecret)}`).toString("base64");
  const headers: HttpRequest["headers"] = of.in === "header" ? { authorization: `Basic ${basic}` } : {};
  const form = of.in === "header" ? grant : { ...grant, client_id: of.clientId, client_secret: of.clientSecret };
  return tokenSignIn({
    fetch: () => fetchToken(tools, of.tokenUrl, form, headers),
    nowMs: tools.nowMs,
    secrets: [of.clientSecret, basic],
  });
}

/** As the standard wants id and secret before they are joined by a colon. */
function formEncoded(text: string): string {
  return new URLSearchParams({ _: text }).toString().slice(2);
}
