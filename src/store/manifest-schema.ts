import { z } from "zod";
import { CAP_UNITS } from "../core/caps.ts";
import { FAILURE_KINDS, TRANSIENT_KINDS } from "../core/failure.ts";
import { TRACE_FORMATS } from "../core/load.ts";
import type { JsonObject } from "../core/json.ts";
import type { Manifest } from "../core/run.ts";
import { certificateSchema, hostSchema, overloadSchema } from "./certificate.ts";
import type { Same } from "./same.ts";

const text = z.string();
const number = z.number();
const us = z.int();
const textMap = z.record(text, text);

const open = { kind: z.literal("open"), maxInFlight: number };
const rated = { ...open, ratePerSecond: number };
const bursty = { ...rated, burstiness: number };

// Absent from the first folders of this version.
const thinkTime = z
  .object({ distribution: z.enum(["constant", "exponential"]), meanMs: number })
  .nullable()
  .default(null);

const load = z.discriminatedUnion("kind", [
  z.discriminatedUnion("arrival", [
    z.object({ ...rated, arrival: z.enum(["constant", "poisson"]) }),
    z.object({
      ...open,
      arrival: z.literal("trace"),
      file: text,
      format: z.enum(TRACE_FORMATS),
      timeScale: number,
    }),
    z.object({ ...bursty, arrival: z.literal("gamma") }),
    z.object({ ...bursty, arrival: z.literal("ramp"), toRatePerSecond: number }),
    z.object({ ...bursty, arrival: z.literal("steps"), factors: z.array(number) }),
  ]),
  z.object({
    kind: z.literal("closed"),
    maxConcurrency: number,
    // Absent from the first folders of this version.
    rampUpMs: number.default(0),
    thinkTime,
  }),
  z.object({
    kind: z.literal("gateway"),
    path: z.enum(["models", "chat"]),
    connections: number,
    ratesPerSecond: z.array(number),
    secondsPerRate: number,
  }),
]);

const scenario = z.object({
  id: text,
  title: text,
  source: text,
  prompt: z.object({
    inputTokens: number,
    outputTokens: number,
    content: z.enum(["prose", "code", "json"]),
    cache: z.enum(["cold", "warm"]),
    // Absent from the first folders of this version.
    spread: z
      .object({
        inputTokensP95: number,
        inputTokensMax: number,
        outputTokensP95: number,
        outputTokensMax: number,
      })
      .nullable()
      .default(null),
    prefix: z.object({ tokens: number, count: number }).nullable().default(null),
    dataset: text.nullable().default(null),
  }),
  conversation: z.object({ turns: number, inputTokens: number, thinkTime }).nullable().default(null),
  load,
  stop: z.object({ requests: number.nullable(), durationMs: number.nullable() }),
  warmups: number,
  slo: z.object({ ttftMs: number.nullable(), tpotMs: number.nullable(), e2eMs: number.nullable(), percentile: number }),
  arrangement: z.enum(["paired", "rotated"]),
  block: z.object({ requests: number.nullable(), durationMs: number.nullable() }).nullable().default(null),
  // Absent from the first folders of this version, as are the stops and pauses below.
  retry: z
    .object({ attempts: number, on: z.array(z.enum(TRANSIENT_KINDS)), backoffMs: number, waitMsMax: number })
    .nullable()
    .default(null),
  seed: number,
});

/** Absent from the first folders of this version, as are batch prices. */
const priceTerms = {
  asOf: text.nullable(),
  source: text,
  minimumUsdPerMonth: number.nullable().default(null),
  currency: text.default("USD"),
  note: text.nullable().default(null),
};

const price = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("tokens"),
    inputUsdPerMtok: number,
    outputUsdPerMtok: number,
    cachedInputUsdPerMtok: number.nullable(),
    batch: z.object({ inputUsdPerMtok: number, outputUsdPerMtok: number }).nullable().default(null),
    ...priceTerms,
  }),
  z.object({ kind: z.literal("hour"), usdPerReplicaHour: number, replicas: number, ...priceTerms }),
  z.object({ kind: z.literal("unknown"), reason: text }),
]);

const stated = { source: text, date: text };
const statedName = z.object({ value: text, ...stated }).exactOptional();
const ends = { value: number, low: number.exactOptional(), high: number.exactOptional() };
const statedNumber = z.object({ ...ends, ...stated }).exactOptional();

const carbon = z.object({
  region: statedName,
  zone: statedName,
  hardware: statedName,
  precision: statedName,
  batch: statedNumber,
  pue: statedNumber,
  wue: statedNumber,
  ewif: statedNumber,
  gridGPerKwh: statedNumber,
  marketGPerKwh: statedNumber,
  joulesPerOutputToken: z.object({ ...ends, ...stated, boundary: z.enum(["accelerator", "node"]) }).exactOptional(),
});

const target = z.object({
  id: text,
  provider: text,
  model: text,
  modelId: text,
  region: text.nullable(),
  tier: text.nullable(),
  precision: text.nullable(),
  baseUrl: text,
  endpoint: text,
  apiKeyEnv: text.nullable(),
  // Absent from the first folders of this version.
  parameters: textMap.default({}),
  headers: textMap,
  extraBody: z.custom<JsonObject>((value) => typeof value === "object" && value !== null && !Array.isArray(value)),
  price,
  limits: z
    .object({ requestsPerMinute: number.nullable(), tokensPerMinute: number.nullable() })
    .nullable()
    .default(null),
  otherPrices: z.array(price).default([]),
  publishedRegions: z.array(text).default([]),
  carbon: carbon.default({}),
  gone: text.nullable().default(null),
  userSupplied: z.array(text).default([]),
  simulated: z.boolean(),
});

const caps = z.object({ usd: number.nullable(), tokens: number.nullable(), requests: number.nullable() });

const capReached = z.object({
  target: text.nullable(),
  unit: z.enum(CAP_UNITS),
  limit: number,
  billed: number,
  kept: number,
  inFlight: number,
  next: number,
});

const clock = z.object({ name: text, originNs: text });

const quota = z.object({
  scenario: text,
  target: text,
  of: z.enum(["requests", "tokens", "input-tokens", "output-tokens"]),
  windowMs: number,
  limit: number,
  need: number,
  source: z.enum(["headers", "config"]),
});

const stop = z.object({
  target: text,
  atUs: us,
  failures: number,
  kind: z.enum(FAILURE_KINDS),
  code: text.nullable(),
  probes: number,
  resumedUs: us.nullable(),
});

const pause = z.object({ scenario: text, target: text, count: number, waitedMs: number });

const end = z.object({
  endedAt: text,
  endUs: us,
  reason: z.enum(["complete", "interrupt", "budget"]),
  capsReached: z.array(capReached).default([]),
  overshootUsd: number.default(0),
  windows: z.array(z.object({ scenario: text, startUs: us, endUs: us, loopDelayMsMax: number })),
  stops: z.array(stop).default([]),
  pauses: z.array(pause).default([]),
  clientErrorMsP99: number.nullable(),
  simulatorLatenessMsP99: number.nullable(),
});

const resumption = z.object({ startedAt: text, startUs: us, clock, stoppedUs: us, before: end.nullable() });

const study = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("sweep"), scenario: text, by: z.enum(["rate", "concurrency"]) }),
  z.object({
    kind: z.literal("search"),
    scenario: text,
    by: z.literal("rate"),
    startPerSecond: number,
    lowestPerSecond: number,
    highestPerSecond: number,
    precision: number,
    levelsMax: number,
  }),
  z.object({ kind: z.literal("nightly"), night: text, slot: number, slots: number, rerun: text.nullable() }),
]);

/** `manifest.json`, version 1. Unknown members are ignored; what came later has a default for the runs before it. */
export const manifestSchema = z.object({
  v: z.literal(1),
  runId: text,
  label: text,
  toolVersion: text,
  definitionsVersion: number,
  carbonModelVersion: text.nullable().default(null),
  schemaVersion: number,
  startedAt: text,
  clock,
  seed: number,
  simulated: z.boolean(),
  vantage: text,
  host: hostSchema,
  proxied: z.boolean(),
  // Runs of before this member went direct.
  network: z
    .object({
      proxies: textMap,
      trusted: z.array(z.object({ from: text, certificates: number, sha256: text })),
    })
    .default({ proxies: {}, trusted: [] }),
  maxCostUsd: number.nullable(),
  maxTotalTokens: number.nullable().default(null),
  maxRequests: number.nullable().default(null),
  targetCaps: z.record(text, caps).default({}),
  maxFailureShare: number,
  timeouts: z.object({ connectMs: number, firstContentMs: number, idleMs: number, totalMs: number }),
  metadata: textMap,
  scenarios: z.array(
    z.object({
      scenario,
      text,
      sha256: text,
      targets: z.array(text).nullable().default(null),
      planned: z.object({ warmups: number, arrivals: number }).nullable().default(null),
      inputs: z.array(z.object({ path: text, sha256: text, rows: number })).default([]),
    }),
  ),
  study: study.nullable().default(null),
  targets: z.array(target),
  quotas: z.array(quota).default([]),
  certificate: certificateSchema.nullable(),
  overloads: z.array(overloadSchema).default([]),
  resumed: z.array(resumption).default([]),
  end: end.nullable(),
});

// The schema and core's type say the same, or this file does not compile.
true satisfies Same<z.infer<typeof manifestSchema>, Manifest>;
