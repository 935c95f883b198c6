import { billedCalls } from "../cost/billed-calls.ts";
import { figure, type GroupMetric } from "../metric.ts";

export const costPerMtok: GroupMetric = {
  id: "cost_per_mtok",
  unit: "usd/Mtok",
  direction: "lower",
  title: "Cost per million tokens",
  definition:
    "Price-list cost of all completed or billed calls over their input and output tokens, per million: this " +
    "workload's blend.",
  flags: ["needs_sweep", "no_values", "price_unknown", "tokens_local", "tokens_unknown"],
  level: "group",
  read: (group) => {
    const { calls, flags } = billedCalls(group);
    const tokens = calls.reduce((sum, call) => sum + call.input + call.output, 0);
    const usd = calls.reduce((sum, call) => sum + call.usd, 0);
    return figure(tokens === 0 ? null : (usd / tokens) * 1e6, calls.length, flags);
  },
};
