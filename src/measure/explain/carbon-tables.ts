import { ML_ENERGY } from "../carbon/data/provenance.ts";
import type { CarbonEstimate } from "../carbon/estimate.ts";
import type { Part } from "./explanation.ts";

/** The rows that figures at a batch are read between, so that whoever doubts one can read it again. */
export function tableParts(scenarios: CarbonEstimate["scenarios"]): readonly Part[] {
  const rows = scenarios.flatMap((one): string[] => {
    if (one.kind === "supplied") return [];
    const { id, decode } = one.shape;
    const at = (of: readonly number[], row: number): number => Number(of[row]!.toPrecision(6));
    return decode.batch.map(
      (_, row) =>
        `${id}, batch ${at(decode.batch, row)}: ${at(decode.joulesPerOutputToken, row)} J per output token, ` +
        `${at(decode.itlMsP50, row)} ms per token (median), ${at(decode.outputTokensPerS, row)} tok/s.`,
    );
  });
  if (rows.length === 0) return [];
  const reading =
    "Between rows straight lines, both axes logarithmic; beyond the ends, the end; of the milliseconds the running maximum.";
  return [
    { heading: "measured tables", sentences: [`${ML_ENERGY.source}; ${ML_ENERGY.date}.`, reading, ...rows], facts: [] },
  ];
}
