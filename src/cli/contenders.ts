import type { Provider } from "../core/provider.ts";
import type { Target } from "../core/target.ts";
import { echoTest } from "../protocol/echo.ts";
import { openaiChat } from "../protocol/openai-chat.ts";
import { loadProvider } from "../registry.ts";
import type { Contender } from "../run/contender.ts";
import { signIns } from "./credentials.ts";
import { isSimulatedProvider, plantedSignIn } from "./simulated-provider.ts";

/**
 * Targets with their wire and their sign-in.
 *
 * @param ownFolder provider files of the user's own, null for none
 * @throws UsageError naming every key that is missing
 */
export async function contendersOf(
  targets: readonly Target[],
  ownFolder: string | null,
  env: NodeJS.ProcessEnv,
): Promise<Contender[]> {
  const signIn = signIns(targets, env);
  return Promise.all(
    targets.map(async (target) => {
      const provider = await loadProvider(target.provider, ownFolder);
      return {
        target,
        wire: openaiChat(provider.dialect),
        metricsUrl: metricsUrl(target, provider),
        isModel: echoTest(provider.dialect.echo, namesOf(target, provider)),
        ...(isSimulatedProvider(target) ? plantedSignIn(provider) : signIn.get(target.id)!),
      };
    }),
  );
}

/** Every name of the model that a target asks for. */
function namesOf({ model, modelId }: Target, { models }: Provider): string[] {
  const entry = models[model];
  return [modelId, model, entry?.id ?? modelId, ...(entry?.aliases ?? [])];
}

/** What a user expects of these variables does not happen yet: better said than found out. */
export function warnOfProxy(): void {
  const set = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"].filter(
    (name) => (process.env[name] ?? "") !== "",
  );
  if (set.length > 0)
    process.stderr.write(`herdbench: ${set.join(", ")}: not used by this version, connections are direct\n`);
}

function metricsUrl({ baseUrl, simulated }: Target, { metricsPath }: Provider): string | null {
  if (metricsPath === null) return null;
  const { origin, pathname } = new URL(baseUrl);
  // The simulator keeps a room for each provider, whose host it is.
  const room = simulated ? (/^\/provider\/[^/]+/.exec(pathname)?.[0] ?? "") : "";
  return origin + room + metricsPath;
}
