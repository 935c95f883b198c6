import type { FactorKind } from "../carbon/factor.ts";

/** How low and high of a line are formed, said on that line. */
export const ENDS = {
  together: "low and high are all its factors at their low, all at their high",
  sum: "low and high are lows added, highs added",
  product: "low and high are a root sum of squares in log space",
} as const;

/** The model, in the order in which it is computed. */
export const FORMULAS: readonly string[] = [
  "batch = the prior, or what the median time per output token still allows where that is less: read backwards in the measured table.",
  "prefill J = fresh prompt tokens × attention × 2 × parameters × (power share × TDP) / (share of peak × peak operations).",
  "attention = 1 + prompt tokens × layers × width / parameters; a cached token costs a stated share of a fresh one, and of an attempt that failed before its first token a stated share of the prompt counts.",
  "decode J = output tokens × measured J per output token at that batch.",
  "keys and values J = output tokens × (prompt + output / 2) × seconds per token × power share × TDP × accelerators.",
  `Of prefill, decode, keys and values, seconds held and embodied, ${ENDS.together}, as if one cause moved them.`,
  "J at the accelerators = prefill + decode + keys and values, column by column.",
  "energy at the node Wh = J at the accelerators / 3600 × host × idle.",
  "energy at the meter Wh = energy at the node × PUE.",
  "operation g = energy at the meter / 1000 × location-based average grid intensity.",
  "water mL = energy at the node × WUE + energy at the meter × EWIF.",
  `Of node, meter, operation and each water, ${ENDS.product}: low = central × exp(−√Σ ln²(central / low)), high = central × ` +
    "exp(√Σ ln²(high / central)), summed over J at the accelerators, host, idle and, where it enters, PUE, grid, WUE or EWIF.",
  "seconds held = prefill operations / (share of peak × peak operations × accelerators) + output tokens / tokens per second at " +
    "that batch + output tokens × (prompt + output / 2) × seconds per token.",
  "embodied g = emissions of the node × share of its accelerators × seconds held / (lifetime × utilisation).",
  "hardware unknown: of node, meter, operation, embodied and water each the lowest low, geometric mean of the centrals by weight, highest high.",
  "total = operation + embodied, column by column, after that; per 1,000 output tokens of completed answers.",
];

/** Who stands behind a factor, in a word that does not claim other people's measurements for this run. */
export function tagOf(kind: FactorKind, date: string): string {
  if (kind !== "measured") return kind;
  return date === "this run" ? "measured by this run" : "measured elsewhere";
}
