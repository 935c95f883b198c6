import { z } from "zod";
import { SCOPES } from "../measure/compare/verdict.ts";

const figure = z.union([z.number(), z.enum(["inf", "-inf"])]);
const count = z.int().nonnegative();
const p = z.number().min(0).max(1);

/** One member of `verdicts` in `report.json`, where an infinity is a word. */
export const verdictSchema = z.strictObject({
  scope: z.enum(SCOPES),
  scenario: z.string(),
  metric: z.string(),
  stat: z.enum(["p50", "p95", "value"]),
  unit: z.string(),
  better: z.enum(["lower", "higher"]),
  leader: z.string().nullable().describe("a, b, or null: no difference shown"),
  a: z.string(),
  b: z.string(),
  valueA: figure.nullable(),
  valueB: figure.nullable(),
  difference: figure.describe("b minus a, in the unit"),
  low: figure.describe("lower end of its 95 % interval"),
  high: figure,
  superiority: p.nullable().describe("chance that a does better than b on one unit, ties shared"),
  units: z.enum(["pairs", "requests", "slots"]),
  n: count,
  clusters: z.object({ a: count, b: count }).nullable(),
  test: z.string(),
  p,
  pAdjusted: p.describe("after Holm's correction"),
  family: count.describe("tests that were corrected for"),
  decides: z
    .strictObject({
      n: count.nullable(),
      connections: count.nullable(),
      nights: count.nullable(),
      usd: z.number().nullable(),
    })
    .nullable()
    .describe("what would show a difference as large as the one seen; null beside a leader"),
});

/** JSON Schema (2020-12) of one verdict, as text. */
export function verdictJsonSchema(): string {
  const schema = {
    title: "herdbench verdict, version 1",
    description: "One member of verdicts in report.json: is target a better than b, on one metric of one scenario.",
    ...z.toJSONSchema(verdictSchema),
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}
