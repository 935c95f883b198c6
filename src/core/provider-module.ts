import type { Dialect, ModelEntry, Provider, Tier, Wire } from "./provider.ts";
import type { SignInResult, SignInTools, Variables } from "./sign-in.ts";
import { PLAIN_TERMS, type Price, type Target } from "./target.ts";

/** A provider with what is code in it: what a TypeScript file in `providers/` exports as its default. */
export interface ProviderModule {
  readonly facts: Provider;
  wire(target: Target): Wire;
  /** Problems name what is missing and where to put it. */
  signIn(target: Target, variables: Variables, tools: SignInTools): Promise<SignInResult>;
}

/** A price that was looked for in vain. */
export const NO_PRICE: Price = { kind: "unknown", reason: "not found" };

const TIER: Tier = { id: null, price: null, regions: null, note: null };

const MODEL: Omit<ModelEntry, "id"> = {
  aliases: [],
  status: "unknown",
  statusNote: null,
  retiredOn: null,
  lastSeen: null,
  price: NO_PRICE,
  otherPrices: [],
  tiers: {},
  precision: null,
  contextTokens: null,
  maxOutputTokens: null,
  source: null,
};

/** What a file that brings its own wire has no use for is as of an endpoint that says nothing. */
const DIALECT: Dialect = {
  maxTokensField: "max_tokens",
  streamOptions: true,
  usage: "unknown",
  extraBody: {},
  terminator: "unknown",
  finishReasons: {},
  timings: null,
  rateLimits: "none",
  errors: "unknown",
  echo: "unknown",
  opening: "unknown",
  requires: [],
  refuses: [],
};

const PROVIDER: Omit<Provider, "id" | "name" | "kind" | "baseUrl" | "signIn" | "dialect" | "models"> = {
  endpoint: "/chat/completions",
  parameters: {},
  headers: {},
  regions: null,
  metricsPath: null,
  proof: { kind: "none", date: null, source: null },
  verifiedLive: null,
  publication: { terms: "unknown", source: null, date: null, note: null },
  notes: [],
  sources: [],
};

/** One model of a provider, as far as it is known. */
export type ModelGiven = Partial<Omit<ModelEntry, "tiers">> &
  Pick<ModelEntry, "id"> & { readonly tiers?: Readonly<Record<string, Partial<Tier>>> };

/** Facts with the same defaults as a JSON file has: what is left out was not found. */
export function providerFacts(
  given: Partial<Omit<Provider, "dialect" | "models">> &
    Pick<Provider, "id" | "name" | "kind" | "baseUrl" | "signIn"> & {
      readonly dialect?: Partial<Dialect>;
      readonly models: Readonly<Record<string, ModelGiven>>;
    },
): Provider {
  const models = Object.entries(given.models).map(([name, { tiers, ...model }]) => {
    const whole = Object.entries(tiers ?? {}).map(([tier, of]) => [tier, { ...TIER, ...of }] as const);
    return [name, { ...MODEL, ...model, tiers: Object.fromEntries(whole) }] as const;
  });
  return { ...PROVIDER, ...given, dialect: { ...DIALECT, ...given.dialect }, models: Object.fromEntries(models) };
}

/** A price per million tokens, USD, with its day and source; no price of its own for cached input. */
export function perMtok(
  inputUsdPerMtok: number,
  outputUsdPerMtok: number,
  asOf: string | null,
  source: string,
): Extract<Price, { kind: "tokens" }> {
  const [cachedInputUsdPerMtok, batch] = [null, null];
  return {
    kind: "tokens",
    inputUsdPerMtok,
    outputUsdPerMtok,
    cachedInputUsdPerMtok,
    batch,
    ...PLAIN_TERMS,
    asOf,
    source,
  };
}
