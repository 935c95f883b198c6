import { readFile as readText } from "node:fs/promises";
import type { Provider } from "../core/provider.ts";
import type { ProviderModule } from "../core/provider-module.ts";
import type { SignIn, SignInResult, SignInTools } from "../core/sign-in.ts";
import type { Target } from "../core/target.ts";
import { echoTest } from "../protocol/echo.ts";
import { loadModule } from "../registry.ts";
import type { Contender } from "../run/contender.ts";
import { DIRECT } from "../transport/route.ts";
import { redactorOf } from "./credentials.ts";
import type { Network } from "./network.ts";
import { isCloud, plantedSurroundings } from "./simulated-cloud.ts";
import { isSimulatedProvider, plantedSignIn } from "./simulated-provider.ts";
import { tokenExchange } from "./token-exchange.ts";
import { UsageError } from "./usage-error.ts";

/**
 * Targets with their wire, their sign-in and the way to them. Simulated ones are signed in to with planted accounts, and the
 * simulator has to run for it.
 *
 * @param ownFolder provider files of the user's own, null for none
 * @throws UsageError naming every credential that is missing
 */
export async function contendersOf(
  targets: readonly Target[],
  ownFolder: string | null,
  env: NodeJS.ProcessEnv,
  network: Network,
): Promise<Contender[]> {
  const problems: string[] = [];
  const contenders: Contender[] = [];
  for (const target of targets) {
    const module = await loadModule(target.provider, ownFolder);
    const result = await signInOf(target, module, env, tokenExchange(network.routeTo));
    if (!result.ok) problems.push(...result.problems.map((problem) => `${target.id}: ${problem}`));
    else contenders.push(contenderOf(target, module, result.signIn, network));
  }
  if (problems.length > 0) throw new UsageError(...problems);
  return contenders;
}

/** A target as its provider's module has it, signed in. */
export function contenderOf(
  target: Target,
  { facts, wire }: ProviderModule,
  { authorize, refused, secrets }: SignIn,
  network: Network,
): Contender {
  // Tokens come and go.
  const redact = redactorOf(secrets);
  return {
    target,
    wire: wire(target),
    metricsUrl: metricsUrl(target, facts),
    isModel: echoTest(facts.dialect.echo, namesOf(target, facts)),
    route: network.routes.get(target.id) ?? DIRECT,
    authorize,
    refused,
    redact: (text) => network.redact(redact(text)),
  };
}

/** What is missing to sign in to a target. Nothing is sent. */
export async function missingToSignIn(
  target: Target,
  ownFolder: string | null,
  env: NodeJS.ProcessEnv,
): Promise<readonly string[]> {
  const module = await loadModule(target.provider, ownFolder);
  const result = await signInOf(target, module, env, () => Promise.reject(new Error("nothing is asked yet")));
  return result.ok ? [] : result.problems;
}

async function signInOf(
  target: Target,
  module: ProviderModule,
  env: NodeJS.ProcessEnv,
  exchange: SignInTools["exchange"],
): Promise<SignInResult> {
  const isPlayed = isSimulatedProvider(target);
  if (isPlayed && !isCloud(target.provider)) return { ok: true, signIn: plantedSignIn(module.facts) };
  const { variables, readFile } = isPlayed ? await plantedSurroundings(target, exchange) : surroundings(env);
  return module.signIn(target, variables, { nowMs: () => Date.now(), exchange, readFile });
}

/** What this user has in environment and files. */
function surroundings(env: NodeJS.ProcessEnv): Awaited<ReturnType<typeof plantedSurroundings>> {
  return {
    variables: (name) => (env[name] ?? "").trim() || null,
    readFile: (path) => readText(path, "utf8").catch(() => null),
  };
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
