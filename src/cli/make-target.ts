import { goneNote, type Provider } from "../core/provider.ts";
import type { Target } from "../core/target.ts";
import { loadProvider } from "../registry.ts";
import type { TargetEntry } from "../scenario/config.ts";
import { addressOf } from "./target-address.ts";
import { tierOf } from "./target-tier.ts";
import { UsageError } from "./usage-error.ts";

/** What a target made of flags leaves to its provider. */
export const UNSET: Omit<TargetEntry, "id" | "provider" | "model"> = {
  modelId: null,
  region: null,
  tier: null,
  precision: null,
  baseUrl: null,
  endpoint: null,
  apiKeyEnv: null,
  parameters: {},
  headers: {},
  extraBody: {},
  price: null,
  limits: null,
  carbon: {},
  expect: null,
  maxCostUsd: null,
  maxTotalTokens: null,
  maxRequests: null,
};

/** Facts of a provider's file that a target may replace by its own word. */
const OVERRIDABLE = ["modelId", "precision", "baseUrl", "endpoint", "price"] as const;

/**
 * The target that an entry describes, with the facts of its provider where it says nothing.
 *
 * @param ownFolder provider files of the user's own, null for none
 * @throws UsageError naming all that is missing from the address
 */
export async function makeTarget(
  entry: TargetEntry,
  ownFolder: string | null,
  env: NodeJS.ProcessEnv,
): Promise<Target> {
  const provider = await loadProvider(entry.provider, ownFolder);
  const model = provider.models[entry.model];
  const sold = tierOf(entry.tier, model);
  const tier = sold.ok ? sold.tier : null;
  const found = addressOf(provider, { ...entry, region: entry.region ?? tier?.regions?.[0] ?? null }, env);
  const problems = [...(sold.ok ? [] : [sold.problem]), ...(found.ok ? [] : found.problems)];
  if (!found.ok || problems.length > 0) {
    throw new UsageError(...problems.map((problem) => `target ${entry.id}: ${problem}`));
  }
  const { signIn } = provider;
  return {
    id: entry.id,
    provider: provider.id,
    model: entry.model,
    modelId: entry.modelId ?? tier?.id ?? model?.id ?? entry.model,
    tier: entry.tier,
    precision: entry.precision ?? model?.precision ?? null,
    ...found.address,
    endpoint: entry.endpoint ?? provider.endpoint,
    apiKeyEnv: entry.apiKeyEnv ?? (signIn.scheme === "code" ? null : keyVariable(provider, env)),
    headers: { ...provider.headers, ...entry.headers },
    extraBody: entry.extraBody,
    price: entry.price ??
      tier?.price ??
      model?.price ?? { kind: "unknown", reason: "no price in the config or the provider's file" },
    limits: entry.limits,
    otherPrices: entry.price === null ? (model?.otherPrices ?? []) : [],
    publishedRegions: provider.regions ?? [],
    carbon: entry.carbon,
    // The user's own address, key or id may well lead somewhere else than to what is gone.
    gone: entry.baseUrl === null && entry.modelId === null ? goneNote(model) : null,
    userSupplied: OVERRIDABLE.filter((name) => entry[name] !== null),
    simulated: false,
  };
}

/** The variable that holds the key: the first one that is set, else the first one to ask for; null when none is needed. */
export function keyVariable({ signIn }: Provider, env: NodeJS.ProcessEnv): string | null {
  if (signIn.scheme === "none") return null;
  const set = signIn.env.find((name) => (env[name] ?? "") !== "");
  if (set !== undefined) return set;
  return signIn.scheme === "bearer" && signIn.optional ? null : (signIn.env[0] ?? null);
}
