import { z } from "zod";
import { isObject } from "../core/json.ts";
import type { Provider } from "../core/provider.ts";
import { extraBodySchema } from "./extra-body.ts";
import { readJsonText } from "./json-text.ts";
import { check, problem, strictObject } from "./problems.ts";

const TEXT_CHARS_MAX = 1000;
const line = z.string().min(1).max(TEXT_CHARS_MAX);
const usd = z.number().nonnegative();
const count = z.int().positive();
/** A fact that was looked for and not found is null. */
const found = <T extends z.ZodType>(schema: T) => schema.nullable().default(null);
const variable = z.string().regex(/^[A-Z_][A-Z0-9_]*$/, "must be the name of an environment variable in capitals");
const headerName = z.string().regex(/^[!#$%&'*+.^_`|~\da-z-]{1,100}$/, "must be a header name in lower case");
const dayOrMonth = z
  .string()
  .regex(
    /^20\d\d-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?$/,
    "must be a day or month, such as 2026-11-23 or 2026-11",
  );

const priceTerms = {
  asOf: found(dayOrMonth).describe("Day or month on which the price was true."),
  source: line,
  minimumUsdPerMonth: found(usd).describe("Least that is billed for a month, used or not."),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, "must be an ISO 4217 code, such as EUR")
    .default("USD")
    .describe("Currency that the seller states; the figures here are USD."),
  note: found(line).describe("How it was converted, a window, a tax."),
};

const priceSchema = z.discriminatedUnion("kind", [
  strictObject({
    kind: z.literal("tokens"),
    inputUsdPerMtok: usd.describe("USD per million input tokens."),
    outputUsdPerMtok: usd.describe("USD per million output tokens."),
    cachedInputUsdPerMtok: found(usd),
    batch: found(strictObject({ inputUsdPerMtok: usd, outputUsdPerMtok: usd })),
    ...priceTerms,
  }),
  strictObject({ kind: z.literal("hour"), usdPerReplicaHour: usd, replicas: count, ...priceTerms }),
  strictObject({ kind: z.literal("unknown"), reason: line }),
]);

const tierSchema = strictObject({
  id: found(z.string().min(1)).describe("Id on the wire, where it differs."),
  price: found(priceSchema).describe("Null: as without the tier."),
  regions: found(z.array(line)),
  note: found(line),
});

const modelSchema = strictObject({
  id: found(line).describe("Id on the wire; null where none was found."),
  aliases: z.array(line).default([]).describe("Other ids under which the same model was asked for or echoed."),
  status: z
    .enum(["listed", "unverified", "retired", "delisted", "dedicated", "self-hosted", "never-listed", "unknown"])
    .default("unknown"),
  statusNote: found(line).describe("What is known of the status, one line."),
  retiredOn: found(dayOrMonth),
  lastSeen: found(dayOrMonth),
  price: priceSchema.default({ kind: "unknown", reason: "not found" }),
  otherPrices: z.array(priceSchema).default([]).describe("What other sources state: over 10 % apart is disputed."),
  tiers: z.record(z.string(), tierSchema).default({}).describe("Other ways to buy the same model, by name."),
  precision: found(z.string()).describe("Number format of the served weights, as the seller states it."),
  contextTokens: found(count),
  maxOutputTokens: found(count),
  source: found(line),
});

const dialectSchema = strictObject({
  maxTokensField: z.enum(["max_tokens", "max_completion_tokens"]).default("max_tokens"),
  streamOptions: z.boolean().default(true).describe("Send stream_options.include_usage."),
  usage: z.enum(["asked", "default", "every-chunk", "never", "unknown"]).default("unknown"),
  extraBody: extraBodySchema.default({}).describe("Members of every request."),
  terminator: z.enum(["[DONE]", "end-of-body", "unknown"]).default("[DONE]"),
  finishReasons: z
    .record(z.string(), z.enum(["stop", "length", "content-filter", "tool-calls", "other"]))
    .default({})
    .describe("Finish reasons of its own beside the usual ones."),
  timings: found(z.enum(["groq", "cerebras", "sambanova", "fireworks", "llama.cpp"])).describe(
    "Where the server's own clock is found.",
  ),
  rateLimits: z
    .enum(["openai-duration", "seconds", "together", "fireworks-tps", "ietf-structured", "body-retry-after", "none"])
    .default("none"),
  errors: z
    .enum(["openai", "fastapi", "object-error", "message", "error-text", "databricks", "google", "unknown"])
    .default("unknown"),
  echo: z.enum(["same", "differs", "unknown"]).default("unknown"),
  opening: z.enum(["role", "empty-text", "text", "unknown"]).default("unknown").describe("What the first chunk holds."),
  requires: z.array(line).default([]).describe("Request members without which it refuses."),
  refuses: z.array(line).default([]).describe("Request members that it refuses: never sent."),
});

const variables = z.array(variable).min(1).describe("Variables that may hold it; the first one that is set counts.");

const clientCredentialsSchema = strictObject({
  tokenUrl: line.describe("Relative to baseUrl; {name} stands for a parameter or, in capitals, a variable."),
  clientId: variables,
  clientSecret: variables,
  scope: line,
  in: z.enum(["header", "form"]).describe("Where id and secret go: HTTP basic authentication, or the form."),
});

const signInSchema = z.discriminatedUnion("scheme", [
  strictObject({ scheme: z.literal("none") }),
  strictObject({
    scheme: z.literal("bearer"),
    env: z.array(variable).min(1).describe("Variables that may hold the key; the first one that is set counts."),
    optional: z.boolean().default(false).describe("It also answers without a key."),
    keyHeader: found(headerName).describe("Header that gets the bare key as well."),
    clientCredentials: found(clientCredentialsSchema).describe("OAuth 2.0 client credentials, when no key is set."),
  }),
  strictObject({ scheme: z.literal("header"), header: headerName, env: z.array(variable).min(1) }),
]);

const publicationSchema = strictObject({
  terms: z.enum(["allowed", "conditions", "unknown"]).describe("Whether its terms allow publishing measured figures."),
  source: found(line).describe("Where it says so."),
  date: found(dayOrMonth).describe("Day or month on which that was read."),
  note: found(line).describe("The conditions."),
})
  .refine(({ terms, source, date }) => terms === "unknown" || (source !== null && date !== null), {
    error: "needs source and date, unless terms is unknown",
  })
  .default({ terms: "unknown", source: null, date: null, note: null });

/** One file in `providers/`, or in the folder given with `--providers-dir`. */
export const providerSchema = strictObject({
  $schema: z.string().optional(),
  id: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, "must be lower-case letters, digits and hyphens"),
  name: line,
  kind: z.enum(["seller", "cloud", "aggregator", "engine", "simulator"]).default("seller"),
  baseUrl: z
    .string()
    .regex(/^https?:\/\/[^\s?#]+[^\s?#/]$/, "must be an http or https URL without query and trailing slash")
    .nullable()
    .describe("{name} stands for a parameter. Null when only the user knows it."),
  endpoint: z.string().startsWith("/").default("/chat/completions"),
  parameters: z
    .record(
      z.string(),
      strictObject({
        title: line,
        env: z.array(variable).default([]),
        standard: found(z.string().max(TEXT_CHARS_MAX)).describe("Empty: it may be left out."),
      }),
    )
    .default({}),
  signIn: signInSchema,
  headers: z.record(headerName, line).default({}),
  dialect: dialectSchema.prefault({}),
  regions: found(z.array(line)),
  metricsPath: found(z.string().startsWith("/")).describe("Of the engine's own metrics, from the root of its host."),
  proof: strictObject({
    kind: z.enum(["recorded", "published", "constructed", "none"]),
    date: found(dayOrMonth),
    source: found(line),
  }).default({ kind: "none", date: null, source: null }),
  verifiedLive: found(z.iso.date()),
  publication: publicationSchema,
  notes: z.array(line).default([]),
  sources: z.array(line).default([]),
  models: z.record(z.string(), modelSchema).default({}),
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
  const { $schema: _schema, ...provider } = checked.value;
  const problems = [
    ...(`${provider.id}.json` === fileName
      ? []
      : [problem(["id"], `must equal the file name ${fileName}, is ${provider.id}`)]),
    ...strayPlaceholders(provider),
  ];
  return problems.length > 0 ? { ok: false, problems } : { ok: true, provider };
}

/** A placeholder that no parameter fills would end in the address as it stands. */
function strayPlaceholders({ baseUrl, parameters }: Provider): string[] {
  const named = [...(baseUrl ?? "").matchAll(/\{(\w+)\}/g)].map((match) => match[1]!);
  return named
    .filter((name) => name !== "region" && !isObject(parameters[name]))
    .map((name) => problem(["baseUrl"], `{${name}} has no entry in parameters`));
}
