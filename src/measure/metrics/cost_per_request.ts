import { callCost } from "../cost/call-cost.ts";
import { always, reading, type RequestMetric } from "../metric.ts";

export const costPerRequest: RequestMetric = {
  id: "cost_per_request",
  unit: "usd",
  direction: "lower",
  title: "Cost per request",
  definition: "Price list × billed tokens of one answer, cached input at its own price, USD.",
  flags: ["needs_sweep", "price_unknown", "tokens_local", "tokens_unknown", "usage_implausible"],
  level: "request",
  over: "successes",
  failures: "left-out",
  applies: always,
  read: (sample) => {
    const { cost, flags } = callCost(sample);
    return reading(cost === null ? null : cost.usd, flags);
  },
};
