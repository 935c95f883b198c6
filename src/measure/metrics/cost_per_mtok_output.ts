import { billedCalls } from "../cost/billed-calls.ts";
import { figure, type GroupMetric } from "../metric.ts";

export const costPerMtokOutput: GroupMetric = {
  id: "cost_per_mtok_output",
  unit: "usd/Mtok",
  direction: "lower",
  title: "Cost per million output tokens",
  definition:
    "Price-list cost of all completed or billed calls, their input included, over their output tokens, per million.",
  flags: ["needs_sweep", "no_values", "price_unknown", "tokens_local", "tokens_unknown"],
  level: "group",
  read: (group) => {
    const { calls, flags } = billedCalls(group);
    const tokens = calls.reduce((sum, call) => sum + call.output, 0);
    const usd = calls.reduce((sum, call) => sum + call.usd, 0);
    return figure(tokens === 0 ? null : (usd / tokens) * 1e6, calls.length, flags);
  },
};
