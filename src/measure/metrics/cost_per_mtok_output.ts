import { PAID_TOKEN_FLAGS, paidTokens, usdPerMtok } from "../cost/paid-tokens.ts";
import { figure, type GroupMetric } from "../metric.ts";

export const costPerMtokOutput: GroupMetric = {
  id: "cost_per_mtok_output",
  unit: "usd/Mtok",
  direction: "lower",
  title: "Cost per million output tokens",
  definition:
    "The same money, input included, over the output tokens of the answers, per million; tokens as in cost_per_mtok.",
  flags: PAID_TOKEN_FLAGS,
  level: "group",
  read: (group) => {
    const { usd, output, n, flags } = paidTokens(group);
    return figure(usdPerMtok(usd, output), n, flags);
  },
};
