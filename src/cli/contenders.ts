import type { Provider } from "../core/provider.ts";
import type { Target } from "../core/target.ts";
import { echoTest } from "../protocol/echo.ts";
import { openaiChat } from "../protocol/openai-chat.ts";
import { loadProvider } from "../registry.ts";
import type { Contender } from "../run/contender.ts";
import { signIns } from "./credentials.ts";
import type { Network } from "./network.ts";
import { isSimulatedProvider, plantedSignIn } from "./simulated-provider.ts";

/**
 * Targets with their wire, their sign-in and the way to them.
 *
 * @param ownFolder provider files of the user's own, null for none
 * @throws UsageError naming every key that is missing
 */
export async function contendersOf(
  targets: readonly Target[],
  ownFolder: string | null,
  env: NodeJS.ProcessEnv,
  network: Network,
): Promise<Contender[]> {
  const signIn = signIns(targets, env);
  return Promise.all(
    targets.map(async (target) => {
      const provider = await loadProvider(target.provider, ownFolder);
      const { authorize, redact } = isSimulatedProvider(target) ? plantedSignIn(provider) : signIn.get(target.id)!;
      return {
        target,
        wire: openaiChat(provider.dialect),
        metricsUrl: metricsUrl(target, provider),
        isModel: echoTest(provider.dialect.echo, namesOf(target, provider)),
        route: network.routes.get(target.id)!,
        authorize,
        redact: (text: string) => network.redact(redact(text)),
      };
    }),
  );
}

/** Every name of the model that a target asks for. */
function namesOf({ model, modelId }: Target, { models }: Provider): string[] {
  const entry = models[model];
  return [modelId, model, entry?.id ?? modelId, ...(entry?.aliases ?? [])];
}

function metricsUrl({ baseUrl, simulated }: Target, { metricsPath }: Provider): string | null {
  if (metricsPath === null) return null;
  const { origin, pathname } = new URL(baseUrl);
  // The simulator keeps a room for each provider, whose host it is.
  const room = simulated ? (/^\/provider\/[^/]+/.exec(pathname)?.[0] ?? "") : "";
  return origin + room + metricsPath;
}
