import type { ModelEntry, ModelStatus, Provider } from "../core/provider.ts";
import type { Price } from "../core/target.ts";
import { isDisputed, isStale, priceAgeDays } from "../measure/cost/price-facts.ts";
import { keyVariable } from "./make-target.ts";

/** One line of `herdbench providers list`: a provider as a seller of one model. */
export interface ProviderRow {
  readonly id: string;
  readonly name: string;
  readonly kind: Provider["kind"];
  readonly model: string;
  /** Null when the provider's file has no such model, or no id for it. */
  readonly modelId: string | null;
  readonly status: ModelStatus;
  readonly callable: boolean;
  readonly retiredOn: string | null;
  readonly lastSeen: string | null;
  readonly price: Price;
  readonly priceAgeDays: number | null;
  readonly stale: boolean;
  readonly disputed: boolean;
  readonly verified: string;
  readonly key: { readonly variable: string | null; readonly present: boolean };
}

/** Worth a try: a listing, one that was seen lately, or a deployment of the buyer's own. */
const CALLABLE: ReadonlySet<ModelStatus> = new Set(["listed", "unverified", "dedicated", "self-hosted"]);

const NO_ENTRY: ModelEntry = {
  id: null,
  aliases: [],
  status: "never-listed",
  statusNote: null,
  retiredOn: null,
  lastSeen: null,
  price: { kind: "unknown", reason: "not found" },
  otherPrices: [],
  tiers: {},
  precision: null,
  contextTokens: null,
  maxOutputTokens: null,
  source: null,
};

/** @param nowMs wall clock, for the age of prices */
export function providerRow(provider: Provider, model: string, env: NodeJS.ProcessEnv, nowMs: number): ProviderRow {
  const entry = provider.models[model] ?? noEntry(provider);
  const { price, status } = entry;
  const variable = keyVariable(provider, env);
  return {
    id: provider.id,
    name: provider.name,
    kind: provider.kind,
    model,
    modelId: entry.id,
    status,
    callable: CALLABLE.has(status),
    retiredOn: entry.retiredOn,
    lastSeen: entry.lastSeen,
    price,
    priceAgeDays: priceAgeDays(price, nowMs),
    stale: price.kind !== "unknown" && isStale(price, nowMs),
    disputed: isDisputed(price, entry.otherPrices),
    verified: verified(provider),
    key: { variable, present: variable !== null && (env[variable] ?? "") !== "" },
  };
}

/** An engine serves what its owner loads; a seller without the model has never listed it, as far as is known. */
function noEntry({ kind }: Provider): ModelEntry {
  return kind === "engine" ? { ...NO_ENTRY, status: "self-hosted" } : NO_ENTRY;
}

/** How well the wire is known: by a live exchange of our own, by what others recorded or published, or not at all. */
function verified({ verifiedLive, proof }: Provider): string {
  if (verifiedLive !== null) return `live ${verifiedLive}`;
  return proof.kind === "recorded" || proof.kind === "published" ? "fixture" : "never";
}
