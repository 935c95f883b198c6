import type { Quantity } from "../factor.ts";
import { exactly } from "../range.ts";
import { LLAMA_SHAPE, own, TENSORRT_LLM } from "./provenance.ts";

/* Constants of carbon-model 1.0. In `range`, `low` goes into the low-energy column and `high` into the high-energy one. */

/** Parameters of Llama 3.1 405B. */
export const PARAMETERS: Quantity = {
  name: "model parameters",
  unit: "parameters",
  range: exactly(405.85e9),
  ...LLAMA_SHAPE,
};

/** What attention costs per token and context token, in parameters' worth of work. */
export const LAYERS_TIMES_WIDTH: Quantity = {
  name: "layers × model width, for attention over the prompt",
  unit: "parameters per context token",
  range: exactly(126 * 16384),
  ...LLAMA_SHAPE,
};

export const BATCH_PRIOR: Quantity = {
  name: "batch size before the ceiling",
  unit: "sequences",
  range: { low: 512, central: 64, high: 8 },
  ...own("64 is the default of EcoLogits, 8 the assumption of Jegham et al., 512 the largest row for 4 B200"),
};

export const BATCH_FALLBACK: Quantity = {
  name: "batch size of a server faster than any calibrated one",
  unit: "sequences",
  range: { low: 64, central: 16, high: 8 },
  ...own("another software stack or other silicon serves it"),
};

export const SOFTWARE_SPEED: Quantity = {
  name: "tolerance on the time per output token for faster software",
  unit: "×",
  range: { low: 2, central: 1.3, high: 1 },
  ...own("a provider's stack may be faster at equal batch than the vLLM 0.11.1 of the calibration"),
};

export const PREFILL_MFU: Quantity = {
  name: "model FLOPs utilisation in prefill",
  unit: "share of dense peak",
  range: { low: 0.55, central: 0.44, high: 0.2 },
  ...TENSORRT_LLM,
  source: `${TENSORRT_LLM.source}: 8,560 input tokens per second on 8 H100 at FP8; the ends are own judgement`,
};

export const PREFILL_POWER: Quantity = {
  name: "accelerator power in prefill",
  unit: "share of TDP",
  range: { low: 0.7, central: 0.9, high: 1 },
  ...own("decode of the calibration draws 0.58 to 0.87 of TDP, Oviedo et al. put a node at 0.7 (0.4 to 0.9)"),
};

export const KV_POWER: Quantity = {
  name: "accelerator power while the cache of keys and values is read",
  unit: "share of TDP",
  range: { low: 0.6, central: 0.8, high: 1 },
  ...own("between the calibration's decode power and TDP"),
};

export const CACHED_TOKEN: Quantity = {
  name: "cost of a cached input token",
  unit: "of a fresh one",
  range: { low: 0, central: 0.05, high: 0.25 },
  ...own("reading a stored prefix costs little, but not nothing"),
};

export const REFUSED_PREFILL: Quantity = {
  name: "prefill done for an attempt that failed before its first token",
  unit: "share of its prompt",
  range: { low: 0, central: 0.5, high: 1 },
  ...own("a client cannot tell a refusal at the door from one after the prompt was read: none to all of it"),
};

export const HOST: Quantity = {
  name: "CPUs, memory, network, fans and power supplies",
  unit: "× accelerator energy",
  range: { low: 1.2, central: 1.35, high: 1.6 },
  ...own(
    "EcoLogits' 1.2 kW per 8 accelerators gives 1.29, MLPerf wall over ML.ENERGY 1.25 to 1.29, Google 1.43, nameplate 1.82",
  ),
};

export const IDLE: Quantity = {
  name: "idle and reserved hardware",
  unit: "×",
  range: { low: 1.05, central: 1.25, high: 2 },
  ...own("1 + 0.24 (1 − u)/u at utilisation u of 0.83, 0.5, 0.2; 0.24 is idle over load power in Lenovo's MLPerf log"),
};

export const LIFETIME: Quantity = {
  name: "lifetime of the hardware",
  unit: "years",
  range: { low: 6, central: 4, high: 3 },
  ...own("hyperscalers write off over 6, Cloud Carbon Footprint counts 4, EcoLogits 3"),
};

export const UTILISATION: Quantity = {
  name: "utilisation over the lifetime, for embodied emissions",
  unit: "share",
  range: { low: 0.9, central: 0.5, high: 0.2 },
  ...own("no seller publishes it"),
};
