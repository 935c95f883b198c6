import type { SignInTools, Variables } from "../core/sign-in.ts";
import { firstOf, homePath } from "./credentials.ts";
import { readIni, type Section } from "./ini.ts";

/** Long-lived keys, or those of a session. */
export interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | null;
}

export type AwsKeysResult =
  | { readonly ok: true; readonly keys: AwsKeys }
  | { readonly ok: false; readonly problem: string };

/** Profiles that get their keys from elsewhere need AWS's own tools. */
const ELSEWHERE = ["role_arn", "credential_process", "sso_session", "sso_start_url", "login_session"];

/**
 * Keys from the variables, else from the profile that `AWS_PROFILE` names (`default` without it) in
 * `~/.aws/credentials` or `~/.aws/config`.
 */
export async function awsKeys(variables: Variables, tools: SignInTools): Promise<AwsKeysResult> {
  const accessKeyId = variables("AWS_ACCESS_KEY_ID");
  const secretAccessKey = variables("AWS_SECRET_ACCESS_KEY");
  if (accessKeyId !== null && secretAccessKey !== null) {
    return { ok: true, keys: { accessKeyId, secretAccessKey, sessionToken: variables("AWS_SESSION_TOKEN") } };
  }
  if (accessKeyId !== null || secretAccessKey !== null) {
    const missing = accessKeyId === null ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY";
    return { ok: false, problem: `half of a key: set the environment variable ${missing} too` };
  }
  return profileKeys(firstOf(variables, ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"]) ?? "default", variables, tools);
}

async function profileKeys(profile: string, variables: Variables, tools: SignInTools): Promise<AwsKeysResult> {
  const read = async (variable: string, path: string): Promise<ReadonlyMap<string, Section>> =>
    readIni((await tools.readFile(homePath(variables(variable) ?? path, variables))) ?? "");
  const credentials = await read("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials");
  const config = await read("AWS_CONFIG_FILE", "~/.aws/config");
  const settings = new Map([
    ...(config.get(profile === "default" ? profile : `profile ${profile}`) ?? []),
    ...(credentials.get(profile) ?? []),
  ]);
  const accessKeyId = settings.get("aws_access_key_id");
  const secretAccessKey = settings.get("aws_secret_access_key");
  if (accessKeyId !== undefined && secretAccessKey !== undefined) {
    return {
      ok: true,
      keys: { accessKeyId, secretAccessKey, sessionToken: settings.get("aws_session_token") ?? null },
    };
  }
  const elsewhere = ELSEWHERE.find((key) => settings.has(key));
  const problem =
    elsewhere === undefined
      ? `no AWS credentials: set AWS_BEARER_TOKEN_BEDROCK, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE to a profile of ~/.aws/credentials with keys (${profile} has none)`
      : `the AWS profile ${profile} gets its keys by ${elsewhere}: put them into the environment with "aws configure export-credentials --profile ${profile} --format env"`;
  return { ok: false, problem };
}
