import type { Provenance } from "../factor.ts";
import type { Range } from "../range.ts";
import { DECODE_B200X4_FP8, DECODE_B200X8_BF16, DECODE_H100X8_FP8, type DecodeTable } from "./decode.ts";
import { INFERENCEX, own, TENSORRT_LLM } from "./provenance.ts";

/** Number formats of weights that shapes are calibrated for. */
export type Precision = "fp8" | "bf16";

/** A deployment of Llama 3.1 405B whose energy was measured: one hardware scenario. */
export interface Shape {
  readonly id: string;
  readonly title: string;
  readonly precision: Precision;
  readonly gpus: number;
  readonly gpusPerNode: number;
  /** Thermal design power of one accelerator. */
  readonly tdpW: number;
  /** Dense operations per second of one accelerator in this number format. */
  readonly peakFlops: number;
  readonly chip: Provenance;
  /** Seconds of the whole deployment per output token and token of its context. */
  readonly kvReadS: number;
  readonly kvRead: Provenance;
  /** Of a whole node, accelerators included. */
  readonly nodeEmbodiedKg: Range;
  readonly embodied: Provenance;
  /** Share of this scenario while the hardware is unknown: an assumption, printed with every envelope. */
  readonly weight: number;
  readonly decode: DecodeTable;
}

const H100 = {
  tdpW: 700,
  chip: INFERENCEX,
  nodeEmbodiedKg: { low: 4677, central: 7012, high: 10300 },
  embodied: {
    source:
      "Cloud Carbon Footprint p4d node 4,677 kg · EcoLogits: server 5,700 kg + 8 × 164 kg of NVIDIA's HGX H100 product " +
      "carbon footprint · own run of BoaviztaAPI 2.4 factors, 575 kg per accelerator, 431 kg of it memory",
    licence: "facts quoted with credit",
    date: "2025",
    kind: "stated",
  },
} as const;

const B200 = {
  tdpW: 1000,
  chip: INFERENCEX,
  nodeEmbodiedKg: { low: 5765, central: 7988, high: 13716 },
  embodied: own(
    "286 kg per B200 derived from NVIDIA's HGX H100 and B200 blogs (1,312 kg × 2.3 × 0.50/0.66 / 8), ends scaled from the H100 node",
  ),
} as const;

const B200_KV = {
  kvReadS: 3.246e-8,
  kvRead: { ...TENSORRT_LLM, source: `${TENSORRT_LLM.source}: the row of 4 B200 with FP4 weights, reused here` },
} as const;

/** By falling weight. */
export const SHAPES: readonly Shape[] = [
  {
    id: "h100x8-fp8",
    title: "8 × H100 SXM 80 GB, FP8 weights",
    precision: "fp8",
    gpus: 8,
    gpusPerNode: 8,
    peakFlops: 1979e12,
    kvReadS: 7.015e-8,
    kvRead: TENSORRT_LLM,
    weight: 0.5,
    decode: DECODE_H100X8_FP8,
    ...H100,
  },
  {
    id: "b200x4-fp8",
    title: "4 × B200 SXM 180 GB, FP8 weights",
    precision: "fp8",
    gpus: 4,
    gpusPerNode: 8,
    peakFlops: 4500e12,
    weight: 0.3,
    decode: DECODE_B200X4_FP8,
    ...B200,
    ...B200_KV,
  },
  {
    id: "b200x8-bf16",
    title: "8 × B200 SXM 180 GB, BF16 weights",
    precision: "bf16",
    gpus: 8,
    gpusPerNode: 8,
    peakFlops: 2250e12,
    weight: 0.2,
    decode: DECODE_B200X8_BF16,
    ...B200,
    ...B200_KV,
  },
];

/** Hardware that is known to serve this model and whose energy per token nobody has published, with the reason. */
export const UNCALIBRATED: readonly { readonly pattern: RegExp; readonly reason: string }[] = [
  {
    pattern: /sn40l|sambanova/,
    reason:
      "SambaNova SN40L: neither energy per token nor throughput under load is published; 10 kW a rack over 129 tokens per " +
      "second bounds one lone stream at 77 J per token and says nothing of a loaded service",
  },
  {
    pattern: /cs-?3|wse|cerebras/,
    reason:
      "Cerebras CS-3: neither energy per token nor throughput under load is published; 20 × 23 kW over 969 tokens per " +
      "second bounds one lone stream at about 475 J per token and says nothing of a loaded service",
  },
  { pattern: /lpu|groq/, reason: "Groq LPU: no energy per token of this model is published" },
  { pattern: /h200/, reason: "H200: throughput of this model is published, energy is not" },
  { pattern: /b200.*fp4|fp4.*b200/, reason: "B200 with FP4 weights: only MLPerf's wall power exists, kept as a check" },
  {
    pattern: /h100.*bf16|bf16.*h100/,
    reason: "H100 with BF16 weights: only measurements of old software exist (ML.ENERGY v2)",
  },
  {
    pattern: /mi3\d\d|gb[23]00|b300|tpu|trainium|inferentia|gaudi|a100/,
    reason: "no energy per token of this model is published",
  },
];
