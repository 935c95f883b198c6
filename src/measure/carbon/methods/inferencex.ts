import { INFERENCEX, TENSORRT_LLM } from "../data/provenance.ts";
import { saturatedSeconds } from "../data/throughput-fit.ts";
import { exactly } from "../range.ts";
import { type MethodRequest, type MethodResult, setting } from "./method.ts";

/** Joules per output token from provisioned power, and the owner's USD per million: both over one accelerator's speed. */
export function inferencex(of: {
  readonly kwPerGpu: number;
  readonly usdPerGpuHour: number;
  readonly tokensPerSPerGpu: number;
}): { readonly joulesPerOutputToken: number; readonly usdPerMtokOutput: number } {
  return {
    joulesPerOutputToken: (of.kwPerGpu * 1000) / of.tokensPerSPerGpu,
    usdPerMtokOutput: of.usdPerGpuHour / ((of.tokensPerSPerGpu * 3600) / 1e6),
  };
}

const KW_PER_H100 = 1.73;
const USD_PER_H100_HOUR = 1.3;
const GPUS = 8;

/** All-in provisioned power of 8 H100 over the throughput of a saturated deployment. */
export function inferencexMethod({ inputTokens, outputTokens }: MethodRequest): MethodResult {
  const seconds = saturatedSeconds(inputTokens, outputTokens);
  const tokensPerSPerGpu = outputTokens / seconds / GPUS;
  const per = inferencex({ kwPerGpu: KW_PER_H100, usdPerGpuHour: USD_PER_H100_HOUR, tokensPerSPerGpu });
  return {
    id: "inferencex",
    name: "InferenceX: provisioned power over throughput",
    citation: INFERENCEX.source,
    year: 2026,
    energyWh: exactly(outputTokens === 0 ? 0 : (outputTokens * per.joulesPerOutputToken) / 3600),
    caveat: "provisioned power of the utility, building included, at full load: no idle share",
    factors: [
      setting("provisioned power", KW_PER_H100, "kW per H100", INFERENCEX),
      setting("time that one request holds 8 H100", seconds, "s", TENSORRT_LLM),
      setting("a hyperscaler's own cost of an H100", USD_PER_H100_HOUR, "USD/h", INFERENCEX),
      setting("its cost at that throughput", per.usdPerMtokOutput, "USD per million output tokens", INFERENCEX),
    ],
  };
}
