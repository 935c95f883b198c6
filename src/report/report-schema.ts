import { z } from "zod";
import { STATS } from "../core/metric.ts";
import { REPORT_VERSION } from "./json.ts";
import { verdictSchema } from "./verdict-schema.ts";

const figure = z.union([z.number(), z.enum(["inf", "-inf"])]);
const count = z.int().nonnegative();
const tally = z.record(z.string(), count).describe("how many, by kind or reason; kinds without any are left out");
const range = z.strictObject({ low: z.number(), central: z.number(), high: z.number() });
const share = z.number().min(0).max(1);

const statSchema = z.strictObject({
  n: count.describe("values behind it"),
  value: figure.optional().describe("left out: unknown, see flags"),
  low: figure.optional().describe("lower end of its 95 % interval, or of a judged range"),
  high: figure.optional(),
  flags: z.array(z.string()).optional(),
});

const metricSchema = z.strictObject({
  metric: z.string().describe("id in the glossary"),
  unit: z.string(),
  slice: z.string().optional().describe("a step of the load or a turn; left out: the whole group"),
  stats: z
    .partialRecord(z.enum([...STATS, ...STATS.map((stat) => `${stat}_all` as const), "value"]), statSchema)
    .describe("…_all counts every failure as the worst; statistics of no values are left out"),
});

const footprintSchema = z.strictObject({
  itWh: range,
  facilityWh: range,
  operationalG: range,
  marketG: range.nullable().describe("in no sum and no ranking"),
  embodiedG: range.nullable(),
  totalG: range,
  siteWaterMl: range,
  offSiteWaterMl: range,
  waterMl: range,
});

const carbonSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("not-estimable"), carbonModelVersion: z.string(), reason: z.string() }),
  z.looseObject({
    kind: z.literal("estimate"),
    carbonModelVersion: z.string(),
    total: footprintSchema,
    per1kOutput: footprintSchema.nullable(),
    flags: z.array(z.string()),
    factors: z.array(count).describe("places in carbonFactors"),
    statements: z.array(z.string()),
  }),
]);

const countsSchema = z.strictObject({
  planned: count,
  retries: count,
  released: count,
  dropped: count,
  notStarted: tally,
  completed: count,
  failed: tally,
  cancelled: tally,
  lost: count.describe("in flight when the process was killed"),
  succeeded: count.describe("planned requests that the first attempt answered"),
  failures: tally.describe("those that it did not"),
  recovered: count.describe("those of failures that a retry then answered"),
  excused: count,
});

const groupSchema = z.strictObject({
  target: z.looseObject({ id: z.string(), provider: z.string(), simulated: z.boolean() }),
  scenario: z.looseObject({ id: z.string() }),
  load: z.string(),
  counts: countsSchema,
  metrics: z.array(metricSchema),
  stages: z.array(z.looseObject({ slice: z.string() })).describe("of a gateway scenario"),
  modelEchoed: z.string().nullable(),
  spentUsd: z.strictObject({ low: z.number(), high: z.number() }).nullable().describe("bounds; null without a price"),
  carbon: carbonSchema,
  flags: z.array(z.string()),
});

const carbonVerdictSchema = z.strictObject({
  scenario: z.string(),
  a: z.string(),
  b: z.string(),
  lower: z.string().nullable().describe("a, b, or null: cannot be said"),
  aLower: z
    .strictObject({ shared: share, independent: share })
    .nullable()
    .describe("share of draws in which a is lower"),
  reason: z.string(),
});

const sweepSchema = z.looseObject({
  scenario: z.string(),
  by: z.string(),
  targets: z.array(z.looseObject({ target: z.string(), levels: z.array(z.looseObject({ load: z.number() })) })),
});

/** `report.json`. What other files describe in full, such as manifest, target and scenario, is named here and not repeated. */
export const reportSchema = z.strictObject({
  reportVersion: z.literal(REPORT_VERSION),
  manifest: z.looseObject({
    runId: z.string(),
    startedAt: z.string(),
    toolVersion: z.string(),
    definitionsVersion: z.int(),
    seed: z.int(),
    vantage: z.string(),
    simulated: z.boolean(),
  }),
  revision: z
    .strictObject({ tag: z.string(), repriced: z.array(z.string()), carbonModelBefore: z.string().nullable() })
    .nullable(),
  validity: z.strictObject({ valid: z.boolean(), reasons: z.array(z.string()) }),
  groups: z.array(groupSchema).describe("one target in one scenario each"),
  overshootUsd: z.number(),
  hourly: z.array(z.strictObject({ target: z.string(), usdPerHour: z.number(), usd: z.number().nullable() })),
  verdicts: z.array(verdictSchema),
  carbonVerdicts: z.array(carbonVerdictSchema),
  carbonFactors: z
    .array(z.looseObject({ name: z.string(), unit: z.string() }))
    .describe("each with its source and date"),
  sweep: sweepSchema.nullable(),
  vantageFaults: z.array(z.strictObject({ startUs: z.number(), endUs: z.number(), excused: count })),
  serverMetrics: z.array(z.looseObject({ target: z.string(), name: z.string() })),
  warnings: z.array(z.string()),
});

/** JSON Schema (2020-12) of `report.json`, as text. */
export function reportJsonSchema(): string {
  const schema = {
    title: `herdbench report, version ${REPORT_VERSION}`,
    description:
      "report.json of a run folder: the whole analysis. Infinity is a word; what a statistic has not got is left out.",
    ...z.toJSONSchema(reportSchema),
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}
