import { paidTokens } from "../cost/paid-tokens.ts";
import { figure, type GroupMetric } from "../metric.ts";

export const tokensPerUsd: GroupMetric = {
  id: "tokens_per_usd",
  unit: "tok/usd",
  direction: "higher",
  title: "Tokens per dollar",
  definition: "Input and output tokens of the answers for one USD: a million over cost_per_mtok.",
  flags: [
    "needs_sweep",
    "no_values",
    "price_unknown",
    "tokens_billed",
    "tokens_local",
    "tokens_unknown",
    "usage_implausible",
  ],
  level: "group",
  read: (group) => {
    const { usd, input, output, n, flags } = paidTokens(group);
    return figure(usd === 0 ? null : (input + output) / usd, n, flags);
  },
};
