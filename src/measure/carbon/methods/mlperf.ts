import type { Provenance } from "../factor.ts";
import { type MethodRequest, type MethodResult, setting } from "./method.ts";

/** Joules per output token from power at the wall, and Wh per sample. */
export function wallEnergy(wallW: number, tokensPerS: number): number {
  return wallW / tokensPerS;
}

/** Wh of one sample at a rate of samples per second. */
export function whPerSample(wallW: number, samplesPerS: number): number {
  return wallW / samplesPerS / 3600;
}

const OFFLINE = { wallW: 9891.7643975904, tokensPerS: 1637.11, samplesPerS: 2.50422 } as const;
const SERVER = { wallW: 9566.1823383085, tokensPerS: 1249.04 } as const;

const CITATION =
  "MLPerf Power v5.1, Lenovo SR780a V3, 8 B200, FP4 (mlcommons/inference_results_v5.1, commit 965182b); recomputed, unverified";
const FROM: Provenance = {
  source: CITATION,
  licence: "not found; facts quoted with credit",
  date: "2025",
  kind: "measured",
};

/** The only audited wall power of this model: a check more than a method. */
export function mlperfMethod({ outputTokens, pue }: MethodRequest): MethodResult {
  const offline = wallEnergy(OFFLINE.wallW, OFFLINE.tokensPerS);
  const server = wallEnergy(SERVER.wallW, SERVER.tokensPerS);
  const wh = (joules: number): number => (outputTokens * joules * pue) / 3600;
  return {
    id: "mlperf",
    name: "MLPerf Power: audited wall power",
    citation: CITATION,
    year: 2025,
    energyWh: { low: wh(offline), central: wh(offline), high: wh(server) },
    caveat:
      "long prompts of a mean that is not published, at full load, cooling loop outside the meter: not scaled to this prompt",
    factors: [
      setting("joules per output token, offline", offline, "J", FROM),
      setting("joules per output token, server", server, "J", FROM),
      setting("energy of a whole sample, offline", whPerSample(OFFLINE.wallW, OFFLINE.samplesPerS), "Wh", FROM),
    ],
  };
}
