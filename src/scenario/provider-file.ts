import { z } from "zod";
import type { Provider } from "../core/provider.ts";
import type { Price } from "../core/target.ts";

const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, "must be a day, YYYY-MM-DD");
const usd = z.number().nonnegative();
const source = { asOf: day.nullable(), source: z.string().min(1) };

/** A price as every file states it. */
export const priceSchema: z.ZodType<Price> = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("tokens"),
    inputUsdPerMtok: usd,
    outputUsdPerMtok: usd,
    cachedInputUsdPerMtok: usd.nullable(),
    ...source,
  }),
  z.strictObject({ kind: z.literal("hour"), usdPerReplicaHour: usd, replicas: z.int().positive(), ...source }),
  z.strictObject({ kind: z.literal("unknown"), reason: z.string().min(1) }),
]);

const providerSchema: z.ZodType<Provider> = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
  name: z.string().min(1),
  baseUrl: z.url().nullable(),
  endpoint: z.string().startsWith("/"),
  apiKeyEnv: z
    .string()
    .regex(/^[A-Z_][A-Z0-9_]*$/)
    .nullable(),
  dialect: z.strictObject({
    maxTokensField: z.enum(["max_tokens", "max_completion_tokens"]),
    streamOptions: z.boolean(),
  }),
  models: z.record(
    z.string(),
    z.strictObject({
      id: z.string().min(1),
      price: priceSchema,
      precision: z.string().nullable(),
      contextTokens: z.int().positive().nullable(),
      maxOutputTokens: z.int().positive().nullable(),
    }),
  ),
});

/** Reads a provider file; every problem at once, each with its path. */
export function parseProvider(
  text: string,
  fileName: string,
): { readonly ok: true; readonly provider: Provider } | { readonly ok: false; readonly problems: readonly string[] } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { ok: false, problems: [`not JSON: ${error instanceof Error ? error.message : String(error)}`] };
  }
  const parsed = providerSchema.safeParse(json);
  if (!parsed.success) {
    return {
      ok: false,
      problems: parsed.error.issues.map(({ path, message }) => `${path.join(".") || "file"}: ${message}`),
    };
  }
  if (`${parsed.data.id}.json` !== fileName) {
    return { ok: false, problems: [`id: must equal the file name ${fileName}, is ${parsed.data.id}`] };
  }
  return { ok: true, provider: parsed.data };
}
