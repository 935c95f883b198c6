import { boardUsdPerMtok, unpricedFlag } from "../cost/list-price.ts";
import { figure, type GroupMetric } from "../metric.ts";

export const blend3To1: GroupMetric = {
  id: "blend_3_to_1",
  unit: "usd/Mtok",
  direction: "lower",
  title: "Blend 3:1 of public boards",
  definition:
    "List price of three input tokens to one of output, (3 × input + output) / 4, per million, as public boards blend it: of no " +
    "workload, and nothing that was measured, so its n is 0.",
  flags: ["needs_sweep", "price_unknown"],
  level: "group",
  read: ({ target: { price } }) =>
    price.kind === "tokens" ? figure(boardUsdPerMtok(price), 0, []) : figure(null, 0, [unpricedFlag(price)]),
};
