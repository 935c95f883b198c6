import { DEFAULT_MODEL } from "../core/provider.ts";
import type { PricedTarget } from "../measure/cost/quote.ts";
import { loadProvider } from "../registry.ts";
import type { Config, TargetEntry } from "../scenario/config.ts";
import { UNSET } from "./make-target.ts";
import { NO_ORIGIN } from "./select-targets.ts";
import { simulatedTargets } from "./simulated-targets.ts";
import { UsageError } from "./usage-error.ts";

/** The flags that say whose prices are asked for. */
export interface CostTargetOptions {
  readonly target?: readonly string[];
  readonly provider?: readonly string[];
  readonly providersDir?: string;
  readonly model?: string;
  readonly config?: string;
}

/**
 * Targets as far as a price list knows them: no address and no key is needed to ask what something costs. `--provider` and
 * `--target`, else all of the config, else the simulated ones.
 */
export async function pricedTargets(options: CostTargetOptions, config: Config | null): Promise<PricedTarget[]> {
  if (options.model !== undefined && options.provider === undefined) {
    throw new UsageError("--model: needs --provider; the targets of herdbench.json name their own");
  }
  const model = options.model ?? DEFAULT_MODEL;
  const providers = (options.provider ?? []).map((id): TargetEntry => ({ ...UNSET, id, provider: id, model }));
  const named = options.target === undefined ? [] : namedEntries(options.target, config);
  const entries = [...providers, ...named];
  const asked = entries.length === 0 ? (config?.targets ?? simulatedTargets(NO_ORIGIN)) : entries;
  return Promise.all(asked.map((entry) => pricedTarget(entry, options.providersDir ?? null)));
}

type Named = TargetEntry | PricedTarget;

function namedEntries(ids: readonly string[], config: Config | null): Named[] {
  const known: readonly Named[] = [...(config?.targets ?? []), ...simulatedTargets(NO_ORIGIN)];
  const strays = ids.filter((id) => !known.some((one) => one.id === id));
  if (strays.length > 0) {
    const names = known.map(({ id }) => id).join(", ");
    throw new UsageError(...strays.map((id) => `no target "${id}"; known ones: ${names}`));
  }
  return ids.map((id) => known.find((one) => one.id === id)!);
}

async function pricedTarget(entry: Named, ownFolder: string | null): Promise<PricedTarget> {
  if ("simulated" in entry) return entry;
  const { id, provider, model, region, tier } = entry;
  const known = (await loadProvider(provider, ownFolder)).models[model];
  return {
    id,
    provider,
    model,
    region,
    tier,
    precision: entry.precision ?? known?.precision ?? null,
    price: entry.price ?? known?.price ?? { kind: "unknown", reason: "no price in the config or the provider's file" },
    otherPrices: entry.price === null ? (known?.otherPrices ?? []) : [],
    simulated: false,
  };
}
