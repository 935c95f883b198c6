import { type CarbonEstimate, type CarbonInput, estimateCarbon } from "../../src/measure/carbon/estimate.ts";
import type { CarbonOverrides, StatedNumber } from "../../src/core/carbon.ts";
import type { Range } from "../../src/measure/carbon/range.ts";
import type { AttemptTokens, Workload } from "../../src/measure/carbon/work.ts";

/** A number that a test states, with its ends. */
export function stated({ low, central, high }: Range): StatedNumber {
  return { value: central, low, high, source: "the test", date: "2026" };
}

export function statedExactly(value: number): StatedNumber {
  return { value, source: "the test", date: "2026" };
}

export function answer(inputTokens: number, outputTokens: number, cachedTokens = 0): AttemptTokens {
  return { inputTokens, cachedTokens, outputTokens, outcome: "completed" };
}

/** A target of unknown operator, place and hardware: 1,000 tokens in, 500 out, 33.3 ms between them. */
export function carbonInput(of: {
  readonly target?: Partial<CarbonInput["target"]>;
  readonly workload?: Partial<Workload>;
  readonly overrides?: CarbonOverrides;
  readonly reporting?: Partial<CarbonInput["reporting"]>;
}): CarbonInput {
  return {
    target: {
      provider: "somebody",
      model: "llama-3.1-405b-instruct",
      region: null,
      publishedRegions: [],
      precision: null,
      ...of.target,
    },
    workload: { attempts: [answer(1000, 500)], itlMs: 33.3, ttftMs: null, ...of.workload },
    overrides: of.overrides ?? {},
    reporting: { responsible: null, startedAt: null, endedAt: null, ...of.reporting },
  };
}

/** The estimate of an input that has one. */
export function estimated(of: Parameters<typeof carbonInput>[0]): CarbonEstimate {
  const estimate = estimateCarbon(carbonInput(of));
  if (estimate.kind === "not-estimable") throw new Error(estimate.reason);
  return estimate;
}

/** Everything known of the site, so that ranges are the test's own. */
export function onHardware(hardware: string): CarbonOverrides {
  return { hardware: { value: hardware, source: "the test", date: "2026" } };
}
