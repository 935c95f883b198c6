import { basename, dirname, isAbsolute, join } from "node:path";
import { z } from "zod";
import type { CarbonOverrides } from "../core/carbon.ts";
import { isObject, type JsonObject } from "../core/json.ts";
import type { Scenario } from "../core/scenario.ts";
import type { AccountLimits, Price } from "../core/target.ts";
import type { Workload } from "../core/workload.ts";
import { carbonSchema } from "./carbon.ts";
import { extraBodySchema } from "./extra-body.ts";
import { readJsonText } from "./json-text.ts";
import { nightlySchema, slotsSchema, type NightlyConfig } from "./nightly-config.ts";
import { percentile, sloLimits } from "./parse.ts";
import { priceSchema } from "./price.ts";
import { check, pathText, problem, strictObject } from "./problems.ts";
import { isSecretName, isSecretValue, isVariableName, SECRET_MEND } from "./secret.ts";

/** One target as the user wrote it; null or empty for what was left to the provider's own facts. */
export interface TargetEntry {
  readonly id: string;
  readonly provider: string;
  /** Canonical model name, or a raw id. */
  readonly model: string;
  readonly modelId: string | null;
  readonly region: string | null;
  readonly tier: string | null;
  readonly precision: string | null;
  /** Without trailing slash. */
  readonly baseUrl: string | null;
  readonly endpoint: string | null;
  readonly apiKeyEnv: string | null;
  /** By the provider's names; empty for what comes from the environment. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly extraBody: JsonObject;
  readonly price: Exclude<Price, { kind: "unknown" }> | null;
  readonly limits: AccountLimits | null;
  readonly carbon: CarbonOverrides;
  /** Acknowledged as gone until that day, `YYYY-MM-DD`: a nightly says nothing more of it till then. */
  readonly expect: { readonly gone: true; readonly until: string } | null;
  /** Caps on this target alone, per run. */
  readonly maxCostUsd: number | null;
  readonly maxTotalTokens: number | null;
  readonly maxRequests: number | null;
}

/** What a config puts in place of a scenario's own SLO; null keeps the scenario's. */
export interface SloOverride {
  readonly ttftMs: number | null;
  readonly tpotMs: number | null;
  readonly e2eMs: number | null;
  readonly percentile: number | null;
}

/** `herdbench.json`. */
export interface Config {
  readonly targets: readonly TargetEntry[];
  /** Ids, or paths that end in `.json`, resolved against the folder of the config. Empty when not stated. */
  readonly scenarios: readonly string[];
  /** By scenario id. */
  readonly slo: Readonly<Record<string, SloOverride>>;
  /** USD per run; `none` lifts the cap, null leaves the tool's own. */
  readonly maxCostUsd: number | "none" | null;
  /** Per run, input and output together. */
  readonly maxTotalTokens: number | null;
  /** Per run, warm-ups and retries too. */
  readonly maxRequests: number | null;
  readonly workload: Workload | null;
  /** Times of day in UTC, `HH:MM`, ascending, at which a nightly runs. Empty when not stated. */
  readonly slots: readonly string[];
  readonly nightly: NightlyConfig;
}

/** A config, or everything that is wrong with it. */
export type ConfigResult =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly string[] };

const TARGETS_MAX = 100;
const SCENARIOS_MAX = 100;
const TEXT_CHARS_MAX = 300;
const COST_USD_MAX = 1e6;

const text = z.string().min(1).max(TEXT_CHARS_MAX);
const optionalText = text.nullable().default(null);
function isBaseUrl(value: string): boolean {
  const url = URL.parse(value);
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === "") return false;
  return url.username === "" && url.password === "" && url.search === "" && url.hash === "";
}

/** Beside `maxCostUsd`, on a run as on one target. */
const countCaps = {
  maxTotalTokens: z.int().min(1).nullable().default(null).describe("Cap on tokens, input and output together."),
  maxRequests: z.int().min(1).nullable().default(null).describe("Cap on requests, warm-ups and retries too."),
};

const targetSchema = strictObject({
  id: z
    .string()
    .regex(/^[A-Za-z\d][\w.-]{0,63}$/, "must be letters, digits, hyphens, dots and underscores, at most 64")
    .describe("Every row of the results is keyed by it."),
  provider: text.describe("Id of a file in providers/, or of one given with --providers-dir."),
  model: text.describe("Canonical name such as llama-3.1-405b-instruct, or a raw id."),
  modelId: optionalText.describe("Model id on the wire, where it differs from the provider's own entry."),
  region: optionalText,
  tier: optionalText,
  precision: optionalText.describe("Number format of the served weights, as the seller states it: fp8, bf16."),
  baseUrl: z
    .string()
    .refine(isBaseUrl, "must be an http or https URL without user, query or fragment")
    .transform((url) => url.replace(/\/+$/, ""))
    .nullable()
    .default(null),
  endpoint: z
    .string()
    .regex(/^\/[^\s?#]{0,299}$/, 'must be a path that begins with "/", without query')
    .nullable()
    .default(null),
  // A refinement, because a failed pattern would print what it found: perhaps the key itself.
  apiKeyEnv: z
    .string()
    .refine(
      isVariableName,
      "must be the name of an environment variable in capitals, such as TOGETHER_API_KEY, never the key itself",
    )
    .nullable()
    .default(null),
  parameters: z
    .record(z.string(), text)
    .default({})
    .describe("Parts of the address that only you know, by the provider's names: an account, a workspace. Not secret."),
  headers: z
    .record(
      z.string().regex(/^[!#$%&'*+.^_`|~\da-z-]{1,100}$/, "must be a header name in lower case"),
      z.string().regex(/^[\t\x20-\x7e]{0,2000}$/, "must be printable ASCII on one line"),
    )
    .default({})
    .describe("Not secret: they are written to the results."),
  extraBody: extraBodySchema.default({}).describe("Extra members of the request body."),
  limits: strictObject({
    requestsPerMinute: z.int().min(1).nullable().default(null),
    tokensPerMinute: z.int().min(1).nullable().default(null).describe("Input and output limit together."),
  })
    .nullable()
    .default(null)
    .describe("What your account may take, where the target's own headers do not tell: a plan above it is named."),
  price: priceSchema.nullable().default(null),
  carbon: carbonSchema.prefault({}),
  expect: strictObject({ gone: z.literal(true), until: z.iso.date("must be a day such as 2027-03-31") })
    .nullable()
    .default(null)
    .describe("Acknowledges that the endpoint is gone: until that day a nightly says nothing more of it."),
  maxCostUsd: z
    .number()
    .positive()
    .max(COST_USD_MAX)
    .nullable()
    .default(null)
    .describe("Cap on what this target may cost in one run; needs a price per token."),
  ...countCaps,
});

const sloOverrideSchema = strictObject({ ...sloLimits, percentile: percentile.nullable().default(null) });

const tokensPerRequest = z.number().positive().max(1e6);
const share = z.number().min(0).max(1).default(0);

/** `herdbench.json`. */
export const configSchema = strictObject({
  $schema: z.string().optional(),
  targets: z.array(targetSchema).min(1).max(TARGETS_MAX),
  scenarios: z
    .array(text)
    .max(SCENARIOS_MAX)
    .default([])
    .describe("Ids, or paths that end in .json, relative to this file."),
  slo: z.record(z.string(), sloOverrideSchema).default({}).describe("By scenario id: limits in place of its own."),
  maxCostUsd: z
    .union([z.number().positive().max(COST_USD_MAX), z.literal("none")], 'must be an amount above 0 in USD, or "none"')
    .nullable()
    .default(null)
    .describe("Cap on what one run may cost, over all targets."),
  ...countCaps,
  workload: strictObject({
    requestsPerMonth: z.number().positive().max(1e12),
    inputTokens: tokensPerRequest.describe("Mean per request."),
    outputTokens: tokensPerRequest.describe("Mean per request."),
    batchShare: share.describe("Share of requests that may wait for a batch."),
    cachedShare: share.describe("Share of input tokens that a prefix cache answers."),
    maxAttempts: z.int().min(1).max(100).nullable().default(null).describe("Null: until a request is answered."),
    peakFactor: z.number().min(1).max(1000).default(1).describe("The busiest hour over the mean one."),
  })
    .nullable()
    .default(null)
    .describe("What a month costs is computed from it."),
  slots: slotsSchema,
  nightly: nightlySchema.prefault({}),
});

/** Reads the text of a config file; paths in it are relative to the folder of `fileName`. */
export function parseConfig(source: string, fileName: string): ConfigResult {
  const read = readJsonText(source);
  if (!read.ok) return read;
  const result = checkConfig(read.value);
  if (!result.ok) return result;
  const resolved = (name: string): string =>
    name.endsWith(".json") && !isAbsolute(name) ? join(dirname(fileName), name) : name;
  return { ok: true, config: { ...result.config, scenarios: result.config.scenarios.map(resolved) } };
}

function checkConfig(value: unknown): ConfigResult {
  const checked = check(configSchema, value);
  const secrets = secretsIn(value, []);
  // What looks like a key has one mend; that its name is also unknown would only distract.
  const others = checked.ok
    ? []
    : checked.problems.filter((line) => !secrets.some((path) => line.startsWith(`${path}: `)));
  const problems = [
    ...secrets.map((path) => `${path}: ${SECRET_MEND}`),
    ...others,
    ...(isObject(value) ? [...duplicates(value), ...strayOverrides(value)] : []),
  ];
  if (!checked.ok || problems.length > 0) return { ok: false, problems };
  const { $schema: _schema, ...config } = checked.value;
  return { ok: true, config };
}

/** Paths of all members that hold a credential by their look or by their name. Depth is limited by the reader. */
function secretsIn(value: unknown, path: readonly PropertyKey[]): string[] {
  if (typeof value === "string") return isSecretValue(value) ? [pathText(path)] : [];
  if (Array.isArray(value)) return value.flatMap((item, i) => secretsIn(item, [...path, i]));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    isSecretName(key) ? [pathText([...path, key])] : secretsIn(item, [...path, key]),
  );
}

function duplicates(config: Readonly<Record<string, unknown>>): string[] {
  const listed = (key: string): readonly unknown[] => (Array.isArray(config[key]) ? config[key] : []);
  const ids = listed("targets").map((entry) => (isObject(entry) ? entry["id"] : undefined));
  return [
    ...repeated(ids).map((i) => problem(["targets", i, "id"], `"${String(ids[i])}" is the id of an earlier target`)),
    ...repeated(listed("scenarios")).map((i) => problem(["scenarios", i], "is named twice")),
    ...repeated(listed("slots")).map((i) => problem(["slots", i], "is named twice")),
  ];
}

/** Indices of texts that stand earlier in the list as well. */
function repeated(values: readonly unknown[]): number[] {
  return values.flatMap((value, i) => (typeof value === "string" && values.indexOf(value) < i ? [i] : []));
}

/** Overrides of a scenario that the config does not run would be ignored in silence. */
function strayOverrides(config: Readonly<Record<string, unknown>>): string[] {
  const { slo, scenarios } = config;
  if (!isObject(slo)) return [];
  const ids = (Array.isArray(scenarios) ? scenarios : []).map((name) => basename(String(name)).replace(/\.json$/, ""));
  return Object.keys(slo)
    .filter((id) => !ids.includes(id))
    .map((id) => problem(["slo", id], "is not among the scenarios of this file"));
}

/** The scenario under the limits that the config sets for it; the scenario itself when it sets none. */
export function withConfigSlo(scenario: Scenario, config: Config): Scenario {
  const override = config.slo[scenario.id];
  if (override === undefined) return scenario;
  const { slo } = scenario;
  return {
    ...scenario,
    slo: {
      ttftMs: override.ttftMs ?? slo.ttftMs,
      tpotMs: override.tpotMs ?? slo.tpotMs,
      e2eMs: override.e2eMs ?? slo.e2eMs,
      percentile: override.percentile ?? slo.percentile,
    },
  };
}
