import { PAID_TOKEN_FLAGS, paidTokens, usdPerMtok } from "../cost/paid-tokens.ts";
import { figure, type GroupMetric } from "../metric.ts";

export const costPerMtok: GroupMetric = {
  id: "cost_per_mtok",
  unit: "usd/Mtok",
  direction: "lower",
  title: "Cost per million tokens",
  definition:
    "Price-list cost of all calls that answered or were billed, retries too, over the input and output tokens of the answers, per " +
    "million: this workload's blend, and what failures and over-billing cost on top. Tokens as the pinned tokenizer counts the " +
    "texts, as billed where it cannot.",
  flags: PAID_TOKEN_FLAGS,
  level: "group",
  read: (group) => {
    const { usd, input, output, n, flags } = paidTokens(group);
    return figure(usdPerMtok(usd, input + output), n, flags);
  },
};
