import { DEFAULT_MODEL, goneNote, type ModelEntry, type Provider } from "../core/provider.ts";
import type { Target } from "../core/target.ts";
import { loadProvider } from "../registry.ts";
import { FAULT_NAMES } from "../simulator/fault.ts";
import { fixedHeaders } from "../auth/static.ts";
import type { SignIn } from "../core/sign-in.ts";
import { isCloud, simulatedCloud } from "./simulated-cloud.ts";
import { addressOf } from "./target-address.ts";
import { UsageError } from "./usage-error.ts";

/** `simulator:together`, or `simulator:together@http-429` for one whose every request meets that fault. */
const NAME = /^simulator:([a-z0-9][a-z0-9-]*)(?:@([a-z0-9-]+))?$/;
/** The fault that stands for a retired model: then alone the note of its provider's file belongs to the run. */
const RETIRED = "http-404";

/** Whether a target stands for a provider, played by the simulator. */
export function isSimulatedProvider({ simulated, provider }: Pick<Target, "simulated" | "provider">): boolean {
  return simulated && provider !== "simulator";
}

/** What to know of a simulated provider that has no id for the model that is asked of everyone; null where it plays that one. */
export function otherModelNote({ model, ...target }: Pick<Target, "simulated" | "provider" | "model">): string | null {
  if (!isSimulatedProvider(target) || model === DEFAULT_MODEL) return null;
  return `plays ${model}: its file has no id for ${DEFAULT_MODEL}`;
}

/**
 * A provider's own dialect, address and models, served by the simulator with planted credentials; null when the name is not
 * of this kind. No variable of the environment is read for it.
 *
 * @param origin of the simulator, or what stands for it until it is started
 * @throws UsageError when the provider has no address to play
 */
export async function simulatedProvider(
  name: string,
  ownFolder: string | null,
  origin: string,
): Promise<Target | null> {
  const [, id, fault] = NAME.exec(name) ?? [];
  if (id === undefined) return null;
  if (fault !== undefined && !(FAULT_NAMES as readonly string[]).includes(fault)) {
    throw new UsageError(`${name}: no fault "${fault}"; known ones: ${FAULT_NAMES.join(", ")}`);
  }
  const provider = await loadProvider(id, ownFolder);
  const [model, entry] = modelOf(provider);
  const gone = fault === RETIRED ? goneNote(entry) : null;
  if (isCloud(id)) return { ...(await simulatedCloud({ name, id, model, fault }, ownFolder, origin)), gone };
  const { region, parameters, path } = plantedAddress(provider);
  return {
    id: name,
    provider: provider.id,
    model,
    modelId: entry?.id ?? model,
    region,
    tier: null,
    precision: entry?.precision ?? null,
    baseUrl: `${origin}/provider/${id}${fault === undefined ? "" : `@${fault}`}${path}`,
    endpoint: provider.endpoint,
    apiKeyEnv: null,
    parameters,
    headers: provider.headers,
    extraBody: {},
    price: entry?.price ?? { kind: "unknown", reason: "no price in the provider's file" },
    otherPrices: entry?.otherPrices ?? [],
    publishedRegions: provider.regions ?? [],
    carbon: {},
    limits: null,
    gone,
    userSupplied: [],
    simulated: true,
  };
}

/** What the simulator has to know to play the providers of these targets, by their ids: plain data, without any of our code. */
export async function simulatedDialects(
  targets: readonly Target[],
  ownFolder: string | null,
): Promise<Readonly<Record<string, object>>> {
  const played = targets.filter((target) => isSimulatedProvider(target) && !isCloud(target.provider));
  const ids = new Set(played.map(({ provider }) => provider));
  const providers = await Promise.all([...ids].map((id) => loadProvider(id, ownFolder)));
  return Object.fromEntries(providers.map((provider) => [provider.id, dialectOf(provider)]));
}

/** Signs in with the planted key, in the way of the provider. Nothing is taken out of texts: the key opens nothing. */
export function plantedSignIn({ id, signIn }: Provider): SignIn {
  const key = keyOf({ id, signIn });
  return fixedHeaders(key === null ? {} : { [key.header]: key.value }, []);
}

function keyOf({ id, signIn }: Pick<Provider, "id" | "signIn">): { header: string; value: string } | null {
  const planted = `planted-key-of-${id}`;
  switch (signIn.scheme) {
    // What is signed in to by code is no dialect's matter.
    case "code":
    case "none":
      return null;
    case "bearer":
      return { header: "authorization", value: `Bearer ${planted}` };
    case "header":
      return { header: signIn.header, value: planted };
  }
}

/** The default model if the provider has an id for it, else its first one with an id. */
function modelOf({ models }: Provider): readonly [string, ModelEntry | undefined] {
  const known = Object.entries(models).filter(([, { id }]) => id !== null);
  return known.find(([name]) => name === DEFAULT_MODEL) ?? known[0] ?? [DEFAULT_MODEL, undefined];
}

function plantedAddress(provider: Provider) {
  const planted = Object.keys(provider.parameters).map((name) => [name, `planted-${name.replaceAll("_", "-")}`]);
  const given = { baseUrl: null, region: "planted", parameters: Object.fromEntries(planted) as Record<string, string> };
  const found = addressOf(provider, given, {});
  if (!found.ok) {
    throw new UsageError(...found.problems.map((problem) => `simulator:${provider.id}: ${problem}`));
  }
  const { baseUrl, parameters } = found.address;
  return { region: provider.regions?.[0] ?? null, parameters, path: new URL(baseUrl).pathname };
}

function dialectOf(provider: Provider): object {
  const { dialect, models, endpoint, metricsPath } = provider;
  const { path } = plantedAddress(provider);
  const ids = Object.entries(models).flatMap(([name, { id, aliases }]) => [name, id ?? name, ...aliases]);
  return {
    paths: { chat: path + endpoint, models: `${path}/models`, metrics: metricsPath },
    key: keyOf(provider),
    models: [...new Set([...ids, DEFAULT_MODEL])],
    usage: dialect.usage === "unknown" ? "asked" : dialect.usage,
    opening: dialect.opening === "unknown" ? "empty-text" : dialect.opening,
    terminator: dialect.terminator !== "end-of-body",
    finish: { stop: wordFor("stop", dialect.finishReasons), length: wordFor("length", dialect.finishReasons) },
    clock: dialect.timings,
    limits: dialect.rateLimits,
    errors: dialect.errors === "unknown" ? "openai" : dialect.errors,
    echoes: dialect.echo !== "differs",
    requires: dialect.requires,
    refuses: dialect.refuses,
  };
}

/** The provider's own word for a finish reason, where it has one. */
function wordFor(reason: "stop" | "length", own: Provider["dialect"]["finishReasons"]): string {
  return Object.entries(own).find(([, meaning]) => meaning === reason)?.[0] ?? reason;
}
