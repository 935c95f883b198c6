import { z } from "zod";
import type { Provider } from "../core/provider.ts";
import type { Price } from "../core/target.ts";
import { readJsonText } from "./json-text.ts";
import { check, problem, strictObject } from "./problems.ts";

const usd = z.number().nonnegative();
const priceSource = {
  asOf: z.iso.date("must be a day, such as 2026-11-23").nullable(),
  source: z.string().min(1),
};

const priceSchema: z.ZodType<Price> = z.discriminatedUnion("kind", [
  strictObject({
    kind: z.literal("tokens"),
    inputUsdPerMtok: usd,
    outputUsdPerMtok: usd,
    cachedInputUsdPerMtok: usd.nullable(),
    ...priceSource,
  }),
  strictObject({ kind: z.literal("hour"), usdPerReplicaHour: usd, replicas: z.int().positive(), ...priceSource }),
  strictObject({ kind: z.literal("unknown"), reason: z.string().min(1) }),
]);

const modelSchema = strictObject({
  id: z.string().min(1),
  price: priceSchema,
  precision: z.string().nullable(),
  contextTokens: z.int().positive().nullable(),
  maxOutputTokens: z.int().positive().nullable(),
});

const providerSchema: z.ZodType<Provider> = strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, "must be lower-case letters, digits and hyphens"),
  name: z.string().min(1),
  baseUrl: z.url().nullable(),
  endpoint: z.string().startsWith("/"),
  apiKeyEnv: z
    .string()
    .regex(/^[A-Z_][A-Z0-9_]*$/, "must be the name of an environment variable in capitals")
    .nullable(),
  dialect: strictObject({
    maxTokensField: z.enum(["max_tokens", "max_completion_tokens"]),
    streamOptions: z.boolean(),
  }),
  models: z.record(z.string(), modelSchema),
});

/** A provider, or everything that is wrong with its file. */
export type ProviderResult =
  | { readonly ok: true; readonly provider: Provider }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Reads a provider file; every problem at once, each with its path. */
export function parseProvider(text: string, fileName: string): ProviderResult {
  const read = readJsonText(text);
  if (!read.ok) return read;
  const checked = check(providerSchema, read.value);
  if (!checked.ok) return checked;
  if (`${checked.value.id}.json` !== fileName) {
    return { ok: false, problems: [problem(["id"], `must equal the file name ${fileName}, is ${checked.value.id}`)] };
  }
  return { ok: true, provider: checked.value };
}
