import { recoveriesMs } from "../gateway/again.ts";
import { figure, type GroupMetric } from "../metric.ts";

export const recovery: GroupMetric = {
  id: "recovery",
  unit: "ms",
  direction: "lower",
  title: "Recovery",
  definition:
    "Longest time, over the stages of a gateway scenario that ended in refusals, from the last refusal to the first answer for " +
    "a client that asks alone and waits as it is told, or by the scenario's retry policy; inf where none came.",
  flags: ["no_values"],
  level: "group",
  read: (group) => {
    const recoveries = recoveriesMs(group);
    return recoveries.length === 0
      ? figure(null, 0, ["no_values"])
      : figure(Math.max(...recoveries), recoveries.length, []);
  },
};
