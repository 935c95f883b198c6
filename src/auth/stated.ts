import type { ClientCredentialsFacts, SignInFacts } from "../core/provider.ts";
import type { SignIn, SignInResult, SignInTools, Variables } from "../core/sign-in.ts";
import type { Target } from "../core/target.ts";
import { clientCredentialsSignIn } from "./client-credentials.ts";
import { askVariables, firstOf } from "./credentials.ts";
import { fixedBearer, fixedHeaders } from "./static.ts";

/**
 * The sign-in of a provider whose file only states it: none, a key in a variable, or a program's id and secret where there
 * is no key.
 */
export function statedSignIn(
  facts: SignInFacts,
  target: Pick<Target, "apiKeyEnv" | "baseUrl" | "parameters">,
  variables: Variables,
  tools: SignInTools,
): SignInResult {
  const { apiKeyEnv } = target;
  const asked = askVariables(variables);
  if (
    facts.scheme === "bearer" &&
    facts.clientCredentials !== null &&
    (apiKeyEnv === null || variables(apiKeyEnv) === null)
  ) {
    const grant = facts.clientCredentials;
    if (firstOf(variables, [...grant.clientId, ...grant.clientSecret]) !== null) {
      return clientCredentials(grant, target, variables, tools);
    }
    asked.problem(
      `no API key: set the environment variable ${facts.env[0]}, or ${grant.clientId[0]} and ${grant.clientSecret[0]}`,
    );
    return { ok: false, problems: asked.problems };
  }
  if (apiKeyEnv === null) return { ok: true, signIn: fixedHeaders({}, []) };
  const key = asked.needKey([apiKeyEnv], "API key");
  if (asked.problems.length > 0) return { ok: false, problems: asked.problems };
  return { ok: true, signIn: keySignIn(facts, key) };
}

function keySignIn(facts: SignInFacts, key: string): SignIn {
  if (facts.scheme === "header") return fixedHeaders({ [facts.header]: key }, [key]);
  const isTwice = facts.scheme === "bearer" && facts.keyHeader !== null;
  return fixedBearer(key, isTwice ? { [facts.keyHeader]: key } : {});
}

function clientCredentials(
  grant: ClientCredentialsFacts,
  target: Pick<Target, "baseUrl" | "parameters">,
  variables: Variables,
  tools: SignInTools,
): SignInResult {
  const asked = askVariables(variables);
  const clientId = asked.need(grant.clientId, "client id");
  const clientSecret = asked.need(grant.clientSecret, "client secret");
  const path = grant.tokenUrl.replace(/\{(\w+)\}/g, (_whole, name: string, at: number) => {
    const isParameter = Object.hasOwn(target.parameters, name);
    const value = isParameter ? target.parameters[name]! : asked.need([name], `${name} for the token`);
    return at === 0 ? serviceOf(value) : value;
  });
  const tokenUrl = URL.parse(path, `${target.baseUrl}/`)?.href ?? null;
  if (tokenUrl === null) asked.problem(`${path} is no address to get a token from`);
  if (tokenUrl === null || asked.problems.length > 0) return { ok: false, problems: asked.problems };
  const of = { tokenUrl, clientId, clientSecret, scope: grant.scope, in: grant.in };
  return { ok: true, signIn: clientCredentialsSignIn(of, tools) };
}

/**
 * The address of a service, which variables such as AZURE_AUTHORITY_HOST hold with or without scheme and last slash. Without
 * a scheme it would be a path at the target, and the secret would go there.
 */
function serviceOf(value: string): string {
  const bare = value.replace(/\/+$/, "");
  return bare === "" || /^https?:\/\//i.test(bare) ? bare : `https://${bare}`;
}
