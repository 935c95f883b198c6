/**
 * Seconds for which 8 H100 with FP8 weights are held by one request at full load: a × input + b × output + c × output ×
 * (input + output / 2). Our relative non-negative least squares over ten rows of NVIDIA's TensorRT-LLM throughput table
 * (docs/source/performance/perf-overview.md at 00f3768, v1.0, Apache-2.0); errors 5.3 % rms.
 */
const FIT = { perInputS: 0.000116820234, perOutputS: 0.000135995482, perReadS: 7.01455796e-8 } as const;

/** Seconds per request of the saturated deployment. */
export function saturatedSeconds(inputTokens: number, outputTokens: number): number {
  const reads = outputTokens * (inputTokens + outputTokens / 2);
  return FIT.perInputS * inputTokens + FIT.perOutputS * outputTokens + FIT.perReadS * reads;
}
