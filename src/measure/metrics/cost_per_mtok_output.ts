import { paidTokens, usdPerMtok } from "../cost/paid-tokens.ts";
import { figure, type GroupMetric } from "../metric.ts";

export const costPerMtokOutput: GroupMetric = {
  id: "cost_per_mtok_output",
  unit: "usd/Mtok",
  direction: "lower",
  title: "Cost per million output tokens",
  definition:
    "The same money, input included, over the output tokens of the answers, per million; tokens as in cost_per_mtok.",
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
    const { usd, output, n, flags } = paidTokens(group);
    return figure(usdPerMtok(usd, output), n, flags);
  },
};
