import { PAID_TOKEN_FLAGS, paidTokens, usdPerMtok } from "../cost/paid-tokens.ts";
import { figure, type GroupMetric } from "../metric.ts";
import { hasSlo } from "../slo.ts";

export const costPerMtokGood: GroupMetric = {
  id: "cost_per_mtok_good",
  unit: "usd/Mtok",
  direction: "lower",
  title: "Cost per million good tokens",
  definition:
    "The same money over the tokens of answers that meet every limit alone, per million: tokens that came too late were paid " +
    "for, and bought nothing.",
  flags: ["no_slo", ...PAID_TOKEN_FLAGS],
  level: "group",
  read: (group) => {
    if (!hasSlo(group.scenario.slo)) return figure(null, 0, ["no_slo"]);
    const { usd, good, n, flags } = paidTokens(group);
    return figure(usdPerMtok(usd, good), n, flags);
  },
};
