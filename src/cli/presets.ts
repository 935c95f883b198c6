import type { Slo } from "../core/scenario.ts";

/** Limits of MLPerf Inference for Llama 3.1 405B, both at p99 (mlcommons/inference, loadgen/mlperf.conf). */
export const SLO_PRESETS = {
  "mlperf-server": { ttftMs: 6000, tpotMs: 175, e2eMs: null, percentile: 0.99 },
  "mlperf-interactive": { ttftMs: 4500, tpotMs: 80, e2eMs: null, percentile: 0.99 },
} as const satisfies Readonly<Record<string, Slo>>;
