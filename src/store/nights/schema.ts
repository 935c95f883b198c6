import { z } from "zod";
import { FAILURE_KINDS } from "../../core/failure.ts";
import { STATS, type Stat } from "../../core/metric.ts";
import { CAUSES, NIGHT_STATUSES, OWNERS, PART_STATES, UNASKED, type NightRecord } from "../../core/night.ts";
import type { Same } from "../same.ts";

const text = z.string();
const number = z.number();
const day = z.iso.date();

/** JSON has no infinity: a failure is `inf`, and the change to 0 of what should be high is a plain number. */
const figure = z.union([number, z.literal("inf")]).transform((value) => (value === "inf" ? Infinity : value));

const stat = z.enum(["value", ...STATS, ...STATS.map((one) => `${one}_all` as const)]) satisfies z.ZodType<Stat>;
const unit = z.enum([
  "ms",
  "tok/s",
  "req/s",
  "share",
  "ratio",
  "tokens",
  "usd",
  "usd/Mtok",
  "usd/1k",
  "tok/usd",
  "g/1k",
  "count",
]);

const named = { scenario: text, metric: text, stat, unit };

const suspect = {
  target: text,
  ...named,
  value: figure,
  baseline: figure,
  nights: number,
  change: z.object({ value: figure, low: figure, high: figure }),
  pAdjusted: number,
  family: number,
};

const target = z.object({
  target: text,
  provider: text,
  goneUntil: day.nullable(),
  check: z.object({
    verdict: z.enum(["ok", "gone", "failed", "not asked"]),
    failure: z.enum(FAILURE_KINDS).nullable(),
    unasked: z.enum(UNASKED).nullable(),
    note: text,
    usd: number.nullable(),
  }),
  measured: z
    .object({
      planned: number,
      succeeded: number,
      failures: z.record(text, number),
      excused: number,
      quotaLimited: z.boolean(),
      spentUsd: z.object({ low: number, high: number }).nullable(),
      figures: z.array(z.object({ ...named, scenarioHash: text, value: figure, low: figure, high: figure, n: number })),
    })
    .nullable(),
});

const part = z.object({
  slot: number,
  startedAt: text,
  endedAt: text,
  runId: text.nullable(),
  state: z.enum(PART_STATES),
  invalid: z.array(text),
  unfit: z.array(text),
  targets: z.array(target),
  suspects: z.array(z.object(suspect)),
  needs: z.array(z.object({ target: text, nights: number })),
});

/** `night.json`, version 1. Unknown members are ignored. */
export const nightSchema = z.object({
  v: z.literal(1),
  night: day,
  simulated: z.boolean(),
  slots: z.array(text),
  capUsd: number.nullable(),
  parts: z.array(part),
  publishing: z.array(text),
  closed: z.boolean(),
  coverage: text,
  spentUsd: number,
  findings: z.array(
    z.object({
      cause: z.enum(CAUSES),
      owner: z.enum(OWNERS),
      target: text.nullable(),
      since: day,
      detail: text,
      next: text,
    }),
  ),
  regressions: z.array(z.object({ ...suspect, since: day })),
  missed: z.array(day),
  status: z.enum(NIGHT_STATUSES),
  pages: z.boolean(),
  message: text,
  hooks: z.array(
    z.object({ hook: z.enum(["onNight", "onNightUrl", "deadManStart", "deadManEnd"]), ok: z.boolean(), detail: text }),
  ),
});

// The schema and core's type say the same, or this file does not compile.
true satisfies Same<z.infer<typeof nightSchema>, NightRecord>;

/** The JSON Schema of `night.json`, as it stands in `night.schema.json`. Ends with a line feed. */
export function nightJsonSchema(): string {
  const schema = {
    title: "herdbench night, version 1",
    description: "night.json: what was seen in one night, what is wrong with it, who has to act, and the message.",
    ...z.toJSONSchema(nightSchema, { io: "input" }),
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}
