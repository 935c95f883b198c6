import { unpricedFlag } from "../cost/list-price.ts";
import { spentUsd } from "../cost/spent.ts";
import { figure, type GroupMetric } from "../metric.ts";

export const spend: GroupMetric = {
  id: "spend",
  unit: "usd",
  direction: "lower",
  title: "Spend",
  definition:
    "What all calls cost by the price list, warm-ups and retries too. A call whose bill nobody told counts as what it reported, " +
    "else nothing, in the value and in low, and as its reservation in high: the ends are bounds, no statistical interval.",
  flags: ["needs_sweep", "price_unknown", "spend_uncertain"],
  level: "group",
  read: (group) => {
    const { price } = group.target;
    const spent = spentUsd(group);
    if (spent === null || price.kind !== "tokens") {
      return figure(null, 0, price.kind === "tokens" ? [] : [unpricedFlag(price)]);
    }
    const n = group.samples.filter(({ observation }) => observation.stamps.sent !== null).length + group.lost.length;
    return { value: spent.low, ...spent, n, flags: spent.high > spent.low ? ["spend_uncertain"] : [] };
  },
};
