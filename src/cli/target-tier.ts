import type { ModelEntry, Tier } from "../core/provider.ts";

export type TierResult =
  | { readonly ok: true; /** Null for a name that nothing is known of. */ readonly tier: Tier | null }
  | { readonly ok: false; readonly problem: string };

/** What is known of the tier that a target names. A provider that states none takes any name, as a label. */
export function tierOf(name: string | null, model: ModelEntry | undefined): TierResult {
  const tiers = model?.tiers ?? {};
  if (name === null || Object.keys(tiers).length === 0) return { ok: true, tier: null };
  const tier = Object.hasOwn(tiers, name) ? tiers[name] : undefined;
  return tier === undefined
    ? { ok: false, problem: `there is no tier ${name}: the known ones are ${Object.keys(tiers).join(", ")}` }
    : { ok: true, tier };
}
