import { TENSORRT_LLM } from "../data/provenance.ts";
import { saturatedSeconds } from "../data/throughput-fit.ts";
import type { Provenance } from "../factor.ts";
import { exactly } from "../range.ts";
import { type MethodRequest, type MethodResult, setting } from "./method.ts";

/** Wh of an answer: the node's power over its throughput, times PUE. */
export function oviedoWh(outputTokens: number, tokensPerS: number, nodeKw: number, pue: number): number {
  return (pue * nodeKw * outputTokens) / (3.6 * tokensPerS);
}

const NODE_KW_MAX = 10.2;
const POWER_SHARE = 0.7;

const CITATION = "Oviedo et al. (Microsoft), Joule 2026 (arXiv 2509.20241)";
const FROM: Provenance = {
  source: CITATION,
  licence: "not found; facts quoted with credit",
  date: "2026",
  kind: "stated",
};

/** On a saturated node of 8 H100, by our fit of its throughput. */
export function oviedoMethod({ inputTokens, outputTokens, pue }: MethodRequest): MethodResult {
  const seconds = saturatedSeconds(inputTokens, outputTokens);
  const wh = seconds === 0 ? 0 : oviedoWh(outputTokens, outputTokens / seconds, POWER_SHARE * NODE_KW_MAX, pue);
  return {
    id: "oviedo",
    name: "Oviedo et al.: power over throughput",
    citation: CITATION,
    year: 2026,
    energyWh: exactly(outputTokens === 0 ? 0 : wh),
    caveat: "a node at full load: no idle share, so a floor for a real service",
    factors: [
      setting("most power of a node of 8 H100", NODE_KW_MAX, "kW", FROM),
      setting("share of that power", POWER_SHARE, "share", FROM),
      setting("time that one request holds the node", seconds, "s", TENSORRT_LLM),
    ],
  };
}
