import type { CarbonOverrides } from "./carbon.ts";
import type { JsonObject } from "./json.ts";

/** Where a price comes from, and on what terms. A price without source and date is not a fact. */
export interface PriceTerms {
  /** Day or month on which the price was true, `YYYY-MM-DD` or `YYYY-MM`. */
  readonly asOf: string | null;
  /** Who says so: a URL, or `user` for a price from the command line or a config file. */
  readonly source: string;
  /** Least that is billed for a month, USD, used or not; null where no such minimum is known. */
  readonly minimumUsdPerMonth: number | null;
  /** ISO 4217 code of the currency that the seller states; the figures here are USD all the same. */
  readonly currency: string;
  /** What a reader has to know beside the figures: how they were converted, a window, a tax. */
  readonly note: string | null;
}

/** USD, no minimum, nothing to note. */
export const PLAIN_TERMS = { minimumUsdPerMonth: null, currency: "USD", note: null } as const;

/** USD per million tokens of requests that may wait for hours. */
export interface BatchPrice {
  readonly inputUsdPerMtok: number;
  readonly outputUsdPerMtok: number;
}

/** What a target charges. USD; per million tokens or per replica-hour. */
export type Price =
  | ({
      readonly kind: "tokens";
      readonly inputUsdPerMtok: number;
      readonly outputUsdPerMtok: number;
      /** Price of input read from a prefix cache; null when the seller has no such price. */
      readonly cachedInputUsdPerMtok: number | null;
      /** Null when the seller has no batch service, or none is known. */
      readonly batch: BatchPrice | null;
    } & PriceTerms)
  | ({ readonly kind: "hour"; readonly usdPerReplicaHour: number; readonly replicas: number } & PriceTerms)
  | { readonly kind: "unknown"; readonly reason: string };

/** What the buyer's account may take; null where the target's own headers shall tell. */
export interface AccountLimits {
  readonly requestsPerMinute: number | null;
  /** Input and output limit together. */
  readonly tokensPerMinute: number | null;
}

/** What is bought and compared. Every row is keyed by its id. */
export interface Target {
  readonly id: string;
  /** Id of the provider whose facts and dialect serve it. */
  readonly provider: string;
  /** Canonical model name, or the raw id when it has none. */
  readonly model: string;
  /** Model id on the wire. */
  readonly modelId: string;
  readonly region: string | null;
  readonly tier: string | null;
  /** Number format of the served weights as stated by the seller: `fp8`, `bf16`. */
  readonly precision: string | null;
  /** Without trailing slash; the endpoint path is appended. */
  readonly baseUrl: string;
  /** Path of the chat call, `/chat/completions`. */
  readonly endpoint: string;
  /** Name of the environment variable that holds the key; null when no key is needed. Never the key itself. */
  readonly apiKeyEnv: string | null;
  /** Parts of address or body that only the buyer knows, by the provider's names: `{ "account": "…" }`. Not secret. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Extra request headers, not secret: they are written to the manifest. */
  readonly headers: Readonly<Record<string, string>>;
  /** Extra members of the request body. */
  readonly extraBody: JsonObject;
  readonly price: Price;
  /** Null: nothing is known but what the target tells. */
  readonly limits: AccountLimits | null;
  /** What other sources state for the same thing: over 10 % apart, the price is disputed. */
  readonly otherPrices: readonly Price[];
  /** Regions in which the seller offers the model; any of them may serve while `region` is null. Empty when it does not say. */
  readonly publishedRegions: readonly string[];
  /** What the buyer or operator knows of hardware, place and grid. */
  readonly carbon: CarbonOverrides;
  /** Why the model is known to be gone, with the day where that is known: a `not-found` is then a finding. Null: it should answer. */
  readonly gone: string | null;
  /** Facts that the user put in place of the provider's file, by their names here. */
  readonly userSupplied: readonly string[];
  /** Made by the simulator; every row and page says so. */
  readonly simulated: boolean;
}

/**
 * USD for one call under a price list; cached input at its own price, and never more of it than input. Null for prices per hour or unknown: a call alone
 * has no cost there.
 */
export function callUsd(price: Price, tokens: { input: number; output: number; cached: number }): number | null {
  if (price.kind !== "tokens") return null;
  const cachedPrice = price.cachedInputUsdPerMtok ?? price.inputUsdPerMtok;
  const cached = Math.min(tokens.cached, tokens.input);
  const fresh = tokens.input - cached;
  return (fresh * price.inputUsdPerMtok + cached * cachedPrice + tokens.output * price.outputUsdPerMtok) / 1e6;
}
