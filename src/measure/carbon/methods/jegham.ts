import type { Provenance } from "../factor.ts";
import { type MethodRequest, type MethodResult, setting } from "./method.ts";

export interface JeghamInput {
  readonly outputTokens: number;
  readonly tokensPerS: number;
  readonly ttftS: number;
  /** Rated power of the node's accelerators and of the rest of it, kW. */
  readonly gpuKw: number;
  readonly nonGpuKw: number;
  /** Share of that power that one deployment draws. */
  readonly gpuShare: number;
  readonly nonGpuShare: number;
  readonly gpus: number;
  readonly gpusPerNode: number;
  readonly batch: number;
  readonly pue: number;
}

/** Wh of one answer: its duration times its share of the node's power. */
export function jeghamWh(input: JeghamInput): number {
  const hours = (input.outputTokens / input.tokensPerS + input.ttftS) / 3600;
  const share = input.gpus / (input.gpusPerNode * input.batch);
  const kw = (input.gpuKw * input.gpuShare + input.nonGpuKw * input.nonGpuShare) * share;
  return hours * kw * input.pue * 1000;
}

/**
 * Carbon in g and water in mL of an energy that holds PUE: on-site water on the energy of the IT alone, off-site water on
 * all of it. Intensities per kWh: kgCO2e, L, L.
 */
export function jeghamImpact(
  energyWh: number,
  by: { readonly pue: number; readonly wueSite: number; readonly wueSource: number; readonly kgPerKwh: number },
): { readonly carbonG: number; readonly waterMl: number } {
  return { carbonG: energyWh * by.kgPerKwh, waterMl: (energyWh / by.pue) * by.wueSite + energyWh * by.wueSource };
}

/** Energies that the paper prints for Llama 3.1 405B on AWS, PUE 1.14 inside. */
export const JEGHAM_PUBLISHED: readonly {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly wh: number;
}[] = [
  { inputTokens: 100, outputTokens: 300, wh: 2.226 },
  { inputTokens: 1000, outputTokens: 1000, wh: 9.042 },
  { inputTokens: 10_000, outputTokens: 1500, wh: 25.202 },
];

const CITATION = "Jegham et al., How Hungry is AI? (arXiv 2505.09598v6), read in third-party transcriptions";
const FROM: Provenance = {
  source: CITATION,
  licence: "not found; facts quoted with credit",
  date: "2025",
  kind: "stated",
};
const NODE = { gpuKw: 10.2, nonGpuKw: 1.6, nonGpuShare: 0.5, gpus: 8, gpusPerNode: 8, batch: 8 } as const;
const GPU_SHARE = { low: 0.055, high: 0.075 } as const;

/** The authors' multipliers for AWS. */
const AWS = { pue: 1.14, wueSite: 0.18, wueSource: 5.11, kgPerKwh: 0.287 } as const;

/** The method at this target's own pace. */
export function jeghamMethod({ outputTokens, ttftS, decodeS, pue }: MethodRequest): MethodResult {
  const wh = (gpuShare: number): number =>
    jeghamWh({ ...NODE, outputTokens, tokensPerS: outputTokens / decodeS!, ttftS: ttftS!, gpuShare, pue });
  const known = ttftS !== null && decodeS !== null && decodeS > 0;
  const low = known ? wh(GPU_SHARE.low) : 0;
  const high = known ? wh(GPU_SHARE.high) : 0;
  const central = (low + high) / 2;
  const impact = jeghamImpact(central, AWS);
  const published = JEGHAM_PUBLISHED.map((row) => `${row.wh} Wh at ${row.inputTokens}/${row.outputTokens}`).join(", ");
  return {
    id: "jegham",
    name: "Jegham et al.: time × power",
    citation: CITATION,
    year: 2025,
    energyWh: known ? { low, central, high } : null,
    caveat:
      "time × fixed power at a fixed batch: a busy server, slower and more efficient, comes out worse. At the pace that the " +
      `authors met they print ${published} tokens`,
    factors: [
      setting("rated power of the accelerators", NODE.gpuKw, "kW per node", FROM),
      setting("rated power of the rest", NODE.nonGpuKw, "kW per node", FROM),
      setting("share of accelerator power, least", GPU_SHARE.low, "share", FROM),
      setting("share of accelerator power, most", GPU_SHARE.high, "share", FROM),
      setting("share of other power", NODE.nonGpuShare, "share", FROM),
      setting("batch", NODE.batch, "sequences", FROM),
      ...(known
        ? [
            setting("carbon by their multipliers for AWS", impact.carbonG, "gCO2e", FROM),
            setting("water by their multipliers for AWS", impact.waterMl, "mL", FROM),
          ]
        : []),
    ],
  };
}
