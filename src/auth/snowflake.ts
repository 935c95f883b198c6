import type { SignInResult, SignInTools, Variables } from "../core/sign-in.ts";
import { askVariables, firstOf, homePath } from "./credentials.ts";
import { rsaKey } from "./jwt.ts";
import { keyPairSignIn, TOKEN_TYPE } from "./snowflake-jwt.ts";
import { fixedBearer } from "./static.ts";

const ACCESS_TOKENS = ["SNOWFLAKE_PAT", "SNOWFLAKE_CORTEX_PAT"];
const KEY_FILES = ["SNOWFLAKE_PRIVATE_KEY_PATH", "SNOWFLAKE_PRIVATE_KEY_FILE"];

/**
 * Snowflake: a programmatic access token, a key-pair JWT that somebody else made, or one that we sign with the user's key.
 *
 * @param account identifier, as it stands in the address
 * @param apiKeyEnv the variable of this target's access token, in place of the usual ones
 */
export async function snowflakeSignIn(
  account: string,
  apiKeyEnv: string | null,
  variables: Variables,
  tools: SignInTools,
): Promise<SignInResult> {
  const asked = askVariables(variables);
  const given = (names: readonly string[], type: string): SignInResult => {
    const token = asked.needKey(names, "Snowflake token");
    if (asked.problems.length > 0) return { ok: false, problems: asked.problems };
    return { ok: true, signIn: fixedBearer(token, { [TOKEN_TYPE]: type }) };
  };
  const accessTokens = apiKeyEnv === null ? ACCESS_TOKENS : [apiKeyEnv];
  if (apiKeyEnv !== null || firstOf(variables, accessTokens) !== null) {
    return given(accessTokens, "PROGRAMMATIC_ACCESS_TOKEN");
  }
  if (variables("SNOWFLAKE_JWT") !== null) return given(["SNOWFLAKE_JWT"], "KEYPAIR_JWT");
  if (firstOf(variables, KEY_FILES) === null) {
    const [path] = KEY_FILES;
    const problem = `no Snowflake credentials: set ${ACCESS_TOKENS[0]}, or SNOWFLAKE_USER and ${path}`;
    return { ok: false, problems: [problem] };
  }
  const user = asked.need(["SNOWFLAKE_USER"], "Snowflake user");
  const path = homePath(asked.need(KEY_FILES, "private key"), variables);
  const passphrase = firstOf(variables, ["SNOWFLAKE_PRIVATE_KEY_PASSPHRASE", "PRIVATE_KEY_PASSPHRASE"]);
  const pem = await tools.readFile(path);
  const key = pem === null ? null : rsaKey(pem, passphrase);
  if (key === null) {
    asked.problem(
      pem === null ? `${path} cannot be read` : `${path} is no RSA key, or SNOWFLAKE_PRIVATE_KEY_PASSPHRASE is wrong`,
    );
  }
  if (key === null || pem === null || asked.problems.length > 0) return { ok: false, problems: asked.problems };
  const secrets = [pem, ...(passphrase === null ? [] : [passphrase])];
  return { ok: true, signIn: keyPairSignIn(account, user, key, secrets, tools) };
}
