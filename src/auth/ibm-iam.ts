import type { SignInResult, SignInTools, Variables } from "../core/sign-in.ts";
import { askVariables } from "./credentials.ts";
import { fixedBearer } from "./static.ts";
import { tokenSignIn } from "./token.ts";
import { fetchToken } from "./token-endpoint.ts";

const KEYS = ["WATSONX_APIKEY", "WATSONX_API_KEY", "WATSONX_AI_APIKEY"];

/**
 * IBM Cloud: an API key is exchanged for a bearer token, or a token is there already.
 *
 * @param iamUrl of the token service, `https://iam.cloud.ibm.com`
 * @param apiKeyEnv the variable of this target's key, in place of the usual ones
 */
export function ibmSignIn(
  iamUrl: string,
  apiKeyEnv: string | null,
  variables: Variables,
  tools: SignInTools,
): SignInResult {
  const asked = askVariables(variables);
  if (apiKeyEnv === null && variables("WATSONX_TOKEN") !== null) {
    const token = asked.needKey(["WATSONX_TOKEN"], "token");
    return asked.problems.length > 0
      ? { ok: false, problems: asked.problems }
      : { ok: true, signIn: fixedBearer(token) };
  }
  const apiKey = asked.need(apiKeyEnv === null ? KEYS : [apiKeyEnv], "IBM Cloud API key");
  if (asked.problems.length > 0) return { ok: false, problems: asked.problems };
  const form = { grant_type: "urn:ibm:params:oauth:grant-type:apikey", apikey: apiKey };
  const fetch = () => fetchToken(tools, `${iamUrl}/identity/token`, form);
  return { ok: true, signIn: tokenSignIn({ fetch, nowMs: tools.nowMs, secrets: [apiKey] }) };
}
