import { PAID_TOKEN_FLAGS, paidTokens } from "../cost/paid-tokens.ts";
import { figure, type GroupMetric } from "../metric.ts";

export const tokensPerUsd: GroupMetric = {
  id: "tokens_per_usd",
  unit: "tok/usd",
  direction: "higher",
  title: "Tokens per dollar",
  definition: "Input and output tokens of the answers for one USD: a million over cost_per_mtok.",
  flags: PAID_TOKEN_FLAGS,
  level: "group",
  read: (group) => {
    const { usd, input, output, n, flags } = paidTokens(group);
    return figure(usd === 0 ? null : (input + output) / usd, n, flags);
  },
};
