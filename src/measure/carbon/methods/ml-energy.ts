import { decodeJoules } from "../accelerator-energy.ts";
import { ML_ENERGY } from "../data/provenance.ts";
import { SHAPES } from "../data/shapes.ts";
import type { Provenance } from "../factor.ts";
import type { Columns } from "../range.ts";
import { columns } from "../range.ts";
import { type MethodRequest, type MethodResult, setting } from "./method.ts";

/** Whole data centre over accelerators alone, in Google's account of a Gemini prompt: 0.24 Wh over 0.14 Wh. */
const FULL_STACK = 1.72;
const STACK: Provenance = {
  source: "Elsworth et al. (Google), arXiv 2508.15734, third-party readings",
  licence: "not found; facts quoted with credit",
  date: "2025",
  kind: "stated",
};

const BATCH: Columns<number> = { low: 256, central: 64, high: 8 };

/** Measured joules per output token of 8 H100 with FP8 weights, times what stands around the accelerators. */
export function mlEnergyMethod({ outputTokens }: MethodRequest): MethodResult {
  const [h100] = SHAPES;
  const joules = columns((column) => decodeJoules(h100!, BATCH[column]));
  return {
    id: "ml-energy",
    name: "ML.ENERGY: measured joules per output token",
    citation: ML_ENERGY.source,
    year: 2026,
    energyWh: columns((column) => (outputTokens * joules[column] * FULL_STACK) / 3600),
    caveat: "no input tokens beyond the short chat prompts that were measured; ends at batch 256 and 8",
    factors: [
      setting("joules per output token, batch 64", joules.central, "J", ML_ENERGY),
      setting("whole data centre over accelerators", FULL_STACK, "×", STACK),
    ],
  };
}
