import type { HttpRequest } from "../core/provider.ts";
import type { Target } from "../core/target.ts";
import { UsageError } from "./usage-error.ts";

/** Adds a target's credentials to a request. */
export type Authorize = (request: HttpRequest) => Promise<HttpRequest>;

/**
 * Bearer keys by the variables that the targets name. All missing ones are reported together; no key is ever quoted.
 *
 * @throws UsageError naming each variable that is unset or cannot be a header value
 */
export function authorizers(targets: readonly Target[], env: NodeJS.ProcessEnv): Map<string, Authorize> {
  const problems: string[] = [];
  const byTarget = new Map<string, Authorize>();
  for (const { id, apiKeyEnv } of targets) {
    if (apiKeyEnv === null) {
      byTarget.set(id, async (request) => request);
      continue;
    }
    const key = env[apiKeyEnv]?.trim() ?? "";
    if (key === "") problems.push(`${id}: no API key: set the environment variable ${apiKeyEnv}`);
    else if (!/^[\u0021-\u007e]+$/.test(key))
      problems.push(`${id}: ${apiKeyEnv} holds characters that no key has; set it again without spaces or quotes`);
    byTarget.set(id, async (request) => ({
      ...request,
      headers: { ...request.headers, authorization: `Bearer ${key}` },
    }));
  }
  if (problems.length > 0) throw new UsageError(...problems);
  return byTarget;
}
