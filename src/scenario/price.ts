import { z } from "zod";
import type { Price } from "../core/target.ts";
import { readJsonText } from "./json-text.ts";
import { check, problem, strictObject } from "./problems.ts";

const PRICE_USD_MAX = 1e6;
const TEXT_CHARS_MAX = 300;

const text = z.string().min(1).max(TEXT_CHARS_MAX);
const optionalText = text.nullable().default(null);
const usd = z.number().nonnegative().max(PRICE_USD_MAX);

const priceTerms = {
  asOf: z.iso.date("must be a day, such as 2026-11-23").describe("Day on which the price was true."),
  source: text.default("user").describe("Who says so: a URL, or user."),
  minimumUsdPerMonth: usd.nullable().default(null).describe("Least that is billed for a month, used or not."),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, "must be an ISO 4217 code, such as EUR")
    .default("USD")
    .describe("Currency that the seller states; the figures here are USD."),
  note: optionalText.describe("How it was converted, a window, a tax."),
};

const tokenPriceSchema = strictObject({
  inputUsdPerMtok: usd.describe("USD per million input tokens."),
  outputUsdPerMtok: usd.describe("USD per million output tokens."),
  cachedInputUsdPerMtok: usd.nullable().default(null).describe("Null when cached input has no price of its own."),
  batch: strictObject({ inputUsdPerMtok: usd, outputUsdPerMtok: usd })
    .nullable()
    .default(null)
    .describe("USD per million tokens of requests that may wait for hours."),
  ...priceTerms,
}).transform((price) => ({ kind: "tokens" as const, ...price }));

const hourPriceSchema = strictObject({
  usdPerReplicaHour: z.number().positive().max(PRICE_USD_MAX),
  replicas: z.int().min(1).max(100_000),
  ...priceTerms,
}).transform((price) => ({ kind: "hour" as const, ...price }));

/** One price as a user writes it; the kind is told by its members. */
export const priceSchema = z.union([tokenPriceSchema, hourPriceSchema]);

/** Prices by the id of their target, or everything that is wrong with them. */
export type PricesResult =
  | { readonly ok: true; readonly prices: Readonly<Record<string, Price>> }
  | { readonly ok: false; readonly problems: readonly string[] };

/**
 * Reads a file of prices: one JSON object, `{"target-id": {"inputUsdPerMtok": …}}`, each as in `herdbench.json`.
 *
 * @param targets ids that may be priced
 */
export function parsePrices(source: string, targets: readonly string[]): PricesResult {
  const read = readJsonText(source);
  if (!read.ok) return read;
  const checked = check(z.record(z.string(), priceSchema), read.value);
  if (!checked.ok) return checked;
  const strays = Object.keys(checked.value).filter((id) => !targets.includes(id));
  const problems = strays.map((id) => problem([id], `is no target here; the targets are ${targets.join(", ")}`));
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, prices: checked.value };
}
