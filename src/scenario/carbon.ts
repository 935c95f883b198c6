import { z } from "zod";
import { type CarbonOverrides, overrideProblems } from "../core/carbon.ts";
import { strictObject } from "./problems.ts";

const TEXT_CHARS_MAX = 300;

const name = z.string().min(1).max(TEXT_CHARS_MAX).optional();
const ends = { value: z.number(), low: z.number().optional(), high: z.number().optional() };
const number = z.union([z.number(), strictObject(ends)], "must be a number, or {value, low, high}").optional();

const statedSchema = strictObject({
  region: name.describe("With the cloud's prefix: aws:us-east-1."),
  zone: name.describe("Grid zone by Electricity Maps' name: SE, US-MIDA-PJM."),
  hardware: name.describe("A calibrated deployment: h100x8-fp8, b200x4-fp8, b200x8-bf16."),
  precision: name,
  batch: number.describe("Sequences in flight."),
  pue: number,
  wue: number.describe("Litres per kWh of IT energy."),
  ewif: number.describe("Litres per kWh of electricity."),
  gridGPerKwh: number.describe("Location-based average, gCO2e/kWh."),
  marketGPerKwh: number.describe("Market-based, gCO2e/kWh."),
  joulesPerOutputToken: strictObject({
    ...ends,
    boundary: z.enum(["accelerator", "node"]).describe("Where the meter sat."),
  })
    .optional()
    .describe("Measured, prompts included."),
  source: z.string().max(TEXT_CHARS_MAX).default("").describe("Who states all of this."),
  date: z.string().max(TEXT_CHARS_MAX).default("").describe("Year or day of these figures."),
});

/**
 * What the buyer or operator knows of hardware, place and grid: each fact replaces a factor of the carbon model, and one source and
 * date stand for all of them.
 */
export const carbonSchema = statedSchema.transform(overridesOf).superRefine((overrides, context) => {
  for (const message of overrideProblems(overrides)) context.addIssue({ code: "custom", message });
});

function overridesOf({ source, date, ...stated }: z.output<typeof statedSchema>): CarbonOverrides {
  const entries = Object.entries(stated).flatMap(([key, value]) => {
    if (value === undefined) return [];
    const fact = typeof value === "object" ? value : { value };
    return [[key, { ...fact, source, date }] as const];
  });
  return Object.fromEntries(entries);
}
