import { PARAMETERS } from "../data/constants.ts";
import type { Provenance } from "../factor.ts";
import { type MethodRequest, type MethodResult, setting } from "./method.ts";

/** Impacts of making a thing: kgCO2e, kgSbe and MJ. */
interface Making {
  readonly gwp: number;
  readonly adpe: number;
  readonly pe: number;
}

/** What changed between versions; the fit of energy and latency did not. */
export interface EcoLogitsVersion {
  readonly version: string;
  readonly gpu: Making;
  /** 0.9.1 multiplies energy that holds PUE already, against its own document; later versions do not. */
  readonly waterOn: "facility" | "it";
}

export const ECOLOGITS_0_9_1: EcoLogitsVersion = {
  version: "0.9.1",
  gpu: { gwp: 164, adpe: 5.1e-3, pe: 1828 },
  waterOn: "facility",
};

export const ECOLOGITS_0_11_3: EcoLogitsVersion = {
  version: "0.11.3",
  gpu: { gwp: 273, adpe: 8.95e-3, pe: 3721 },
  waterOn: "it",
};

const SERVER: Making = { gwp: 5700, adpe: 0.37, pe: 70_000 };
const SERVER_GPUS = 8;
const SERVER_KW = 1.2;
const LIFETIME_S = 3 * 365 * 86_400;

/** Fit of watt-hours per token and accelerator over batch and billions of active parameters. */
const ENERGY = { alpha: 1.1665273170451914e-6, beta: -0.011205921025579175, gamma: 4.052928146734005e-5 } as const;
const LATENCY = { alpha: 0.0006785088094353663, beta: 0.0003119310311688259, gamma: 0.019473717579473387 } as const;

export interface EcoLogitsInput {
  readonly parametersBillion: number;
  readonly outputTokens: number;
  /** Measured, in seconds; null lets the method model it. */
  readonly latencyS: number | null;
  readonly batch: number;
  readonly bits: number;
  readonly gpuMemoryGb: number;
  readonly pue: number;
  /** L per kWh. */
  readonly wue: number;
  /** Per kWh of electricity: kgCO2e, L, MJ. */
  readonly mix: { readonly gwp: number; readonly water: number; readonly pe: number };
}

export interface EcoLogitsImpacts {
  readonly gpus: number;
  readonly latencyS: number;
  readonly gpuKwh: number;
  readonly serverKwh: number;
  readonly energyKwh: number;
  readonly usageKg: number;
  readonly embodied: Making;
  readonly totalKg: number;
  readonly waterL: number;
  readonly totalPeMj: number;
}

/**
 * EcoLogits for a dense model: energy per token and accelerator by a fit over batch and size, times the accelerators that
 * hold the weights 1.2 times (rounded up to a power of two), plus the server's share over the latency, times PUE.
 * Input tokens do not count. Re-implemented from its formulas (MPL-2.0, https://ecologits.ai).
 */
export function ecologits(input: EcoLogitsInput, { gpu, waterOn }: EcoLogitsVersion): EcoLogitsImpacts {
  const { batch, outputTokens, parametersBillion: size, pue } = input;
  const gpus = 2 ** Math.ceil(Math.log2(Math.ceil((1.2 * size * input.bits) / 8 / input.gpuMemoryGb)));
  const whPerToken = ENERGY.alpha * Math.exp(ENERGY.beta * batch) * size + ENERGY.gamma;
  const gpuKwh = (outputTokens * whPerToken) / 1000;
  const modelledS = outputTokens * (LATENCY.alpha * size + LATENCY.beta * batch + LATENCY.gamma);
  const latencyS = Math.min(modelledS, input.latencyS ?? Infinity);
  const serverKwh = ((latencyS / 3600) * SERVER_KW * gpus) / (SERVER_GPUS * batch);
  const itKwh = serverKwh + gpus * gpuKwh;
  const energyKwh = pue * itKwh;
  const share = latencyS / (LIFETIME_S * batch);
  const made = (of: keyof Making): number => share * gpus * (SERVER[of] / SERVER_GPUS + gpu[of]);
  const embodied = { gwp: made("gwp"), adpe: made("adpe"), pe: made("pe") };
  const usageKg = energyKwh * input.mix.gwp;
  return {
    gpus,
    latencyS,
    gpuKwh,
    serverKwh,
    energyKwh,
    usageKg,
    embodied,
    totalKg: usageKg + embodied.gwp,
    waterL: (waterOn === "it" ? itKwh : energyKwh) * (input.wue + pue * input.mix.water),
    totalPeMj: energyKwh * input.mix.pe + embodied.pe,
  };
}

const CITATION = "EcoLogits 0.11.3, https://ecologits.ai";
/** Only energy is compared. */
const NO_MIX = { wue: 0, mix: { gwp: 0, water: 0, pe: 0 } } as const;
const FROM: Provenance = { source: CITATION, licence: "MPL-2.0", date: "2026", kind: "stated" };

/**
 * With 8-bit weights, then with its default of 16 bits; at the measured latency, and up to the longer one that the method
 * itself supposes.
 */
export function ecologitsMethods({ outputTokens, ttftS, decodeS, pue }: MethodRequest): MethodResult[] {
  const measuredS = ttftS === null || decodeS === null ? null : ttftS + decodeS;
  return [8, 16].map((bits) => {
    const size = { parametersBillion: PARAMETERS.range.central / 1e9, batch: 64, bits, gpuMemoryGb: 80 };
    const at = (latencyS: number | null): EcoLogitsImpacts =>
      ecologits({ ...size, outputTokens, latencyS, pue, ...NO_MIX }, ECOLOGITS_0_11_3);
    const { energyKwh, gpus } = at(measuredS);
    const wh = energyKwh * 1000;
    return {
      id: `ecologits-${bits}bit`,
      name: `EcoLogits, ${bits}-bit weights`,
      citation: CITATION,
      year: 2026,
      energyWh: { low: wh, central: wh, high: at(null).energyKwh * 1000 },
      caveat:
        "no input tokens; its fit ends near 200 billion parameters: 15.65 J per token against 3.08 measured on 8 H100 at " +
        "batch 64",
      factors: [
        setting("batch", size.batch, "sequences", FROM),
        setting("weights", bits, "bit", FROM),
        setting("accelerators", gpus, "of 80 GB", FROM),
        setting("server without accelerators", SERVER_KW, "kW per 8", FROM),
      ],
    };
  });
}
