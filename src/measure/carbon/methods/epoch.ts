import { PARAMETERS } from "../data/constants.ts";
import type { Provenance } from "../factor.ts";
import { type MethodRequest, type MethodResult, setting } from "./method.ts";

const FLOPS = 9.89e14;
const UTILISATION = 0.1;
const GPU_W = 1275;
const POWER_SHARE = 0.7;

/** The overhead in the authors' own sheet. */
export const EPOCH_OVERHEAD = 1.2;

/** Wh of some tokens: 2 operations per parameter and token at a tenth of an H100's peak, times its share of node power. */
export function epochWh(parametersBillion: number, tokens: number, overhead: number): number {
  const seconds = (2 * parametersBillion * 1e9 * tokens) / (FLOPS * UTILISATION);
  return (seconds * GPU_W * POWER_SHARE * overhead) / 3600;
}

const BILLIONS = PARAMETERS.range.central / 1e9;

const CITATION = "Epoch AI, How much energy does ChatGPT use? (2025-02)";
const FROM: Provenance = {
  source: CITATION,
  licence: "not found; facts quoted with credit",
  date: "2025-02",
  kind: "stated",
};

/** Output alone, as the authors count a short prompt; the high end counts input tokens like output. */
export function epochMethod({ inputTokens, outputTokens, pue }: MethodRequest): MethodResult {
  const output = epochWh(BILLIONS, outputTokens, pue);
  return {
    id: "epoch",
    name: "Epoch AI: operations at a tenth of peak",
    citation: CITATION,
    year: 2025,
    energyWh: { low: output, central: output, high: epochWh(BILLIONS, inputTokens + outputTokens, pue) },
    caveat: "the low and central figures leave input tokens out; the high one counts each like an output token",
    factors: [
      setting("operations of an H100", FLOPS, "FLOP/s", FROM),
      setting("utilisation", UTILISATION, "share", FROM),
      setting("power per accelerator with its share of the node", GPU_W, "W", FROM),
      setting("share of that power", POWER_SHARE, "share", FROM),
    ],
  };
}
