import type { HttpRequest } from "../core/provider.ts";
import type { SignIn, SignInResult, SignInTools, Variables } from "../core/sign-in.ts";
import { awsKeys, type AwsKeys } from "./aws-credentials.ts";
import { askVariables } from "./credentials.ts";
import { serverClock } from "./server-clock.ts";
import { fixedBearer, withHeaders } from "./static.ts";

/** A signature is good for five minutes from its date; half of that is left for a clock that is a little off. */
const FRESH_MS = 150_000;
/** Between two looks at a file whose keys were refused. */
const REREAD_MS_MIN = 10_000;
/** Of the secrets that were in use, so many may still be echoed somewhere. */
const SECRETS_MAX = 16;

/**
 * AWS Bedrock: its own API key when there is one, else Signature Version 4 with keys from variables or a profile.
 *
 * @param apiKeyEnv the variable of this target's Bedrock API key, in place of the usual one
 */
export async function awsSignIn(
  of: { readonly service: string; readonly region: string; readonly apiKeyEnv: string | null },
  variables: Variables,
  tools: SignInTools,
): Promise<SignInResult> {
  const name = of.apiKeyEnv ?? "AWS_BEARER_TOKEN_BEDROCK";
  if (of.apiKeyEnv !== null || variables(name) !== null) {
    const asked = askVariables(variables);
    const key = asked.needKey([name], "Bedrock API key");
    return asked.problems.length > 0 ? { ok: false, problems: asked.problems } : { ok: true, signIn: fixedBearer(key) };
  }
  const found = await awsKeys(variables, tools);
  if (!found.ok) return { ok: false, problems: [found.problem] };
  return { ok: true, signIn: keySignIn(found.keys, of, () => awsKeys(variables, tools), tools) };
}

function keySignIn(
  first: AwsKeys,
  scope: { readonly service: string; readonly region: string },
  read: () => ReturnType<typeof awsKeys>,
  tools: SignInTools,
): SignIn {
  const clock = serverClock(tools.nowMs);
  const derived = new Map<string, ArrayBuffer>();
  let keys = first;
  let readMs = tools.nowMs();
  let mustRead = false;
  const seen = secretsOf(first);

  const reread = async (): Promise<void> => {
    mustRead = false;
    readMs = tools.nowMs();
    const found = await read();
    // Derived keys are kept by day and region; those of old keys are of no use.
    if (found.ok && found.keys.accessKeyId !== keys.accessKeyId) derived.clear();
    if (!found.ok) return;
    keys = found.keys;
    seen.push(...secretsOf(keys));
    seen.splice(0, seen.length - SECRETS_MAX);
  };
  return {
    authorize: async (request) => {
      if (mustRead) await reread();
      const signed = await signV4(request, keys, { ...scope, atMs: clock.nowMs() }, derived);
      return { ok: true, request: signed, freshForMs: FRESH_MS };
    },
    // Tools that renew a session write it into the file: it is worth another look.
    refused: (_request, response) => {
      if (clock.learn(response)) return true;
      if (tools.nowMs() - readMs < REREAD_MS_MIN) return false;
      mustRead = true;
      return true;
    },
    secrets: () => seen,
  };
}

function secretsOf({ secretAccessKey, sessionToken }: AwsKeys): string[] {
  return [secretAccessKey, ...(sessionToken === null ? [] : [sessionToken])];
}

/** Headers of ours that a proxy on the way would not touch. */
const SIGNED = /^(?:content-type|x-amzn?-.*)$/;

/**
 * Signs a request with AWS Signature Version 4
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html): the headers that it adds.
 * The path is encoded a second time, so what stands in the URL must already be what is sent: `%3A` for a colon.
 */
export async function signV4(
  request: HttpRequest,
  keys: AwsKeys,
  scope: { readonly service: string; readonly region: string; readonly atMs: number },
  derived: Map<string, ArrayBuffer> = new Map(),
): Promise<HttpRequest> {
  const { AwsV4Signer } = await import("aws4fetch");
  const signer = new AwsV4Signer({
    method: request.method,
    url: request.url,
    headers: Object.entries(request.headers).filter(([name]) => SIGNED.test(name)),
    ...(request.body === null ? {} : { body: request.body }),
    accessKeyId: keys.accessKeyId,
    secretAccessKey: keys.secretAccessKey,
    ...(keys.sessionToken === null ? {} : { sessionToken: keys.sessionToken }),
    service: scope.service,
    region: scope.region,
    datetime: new Date(scope.atMs).toISOString().replace(/[:-]|\.\d{3}/g, ""),
    allHeaders: true,
    cache: derived,
  });
  const { headers } = await signer.sign();
  const added = ["authorization", "x-amz-date", "x-amz-security-token"].flatMap((name) => {
    const value = headers.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  return withHeaders(request, Object.fromEntries(added));
}
