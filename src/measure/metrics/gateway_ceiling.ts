import { stagesOf } from "../gateway/stages.ts";
import { figure, type GroupMetric } from "../metric.ts";

const ANSWERS_MIN = 10;

export const gatewayCeiling: GroupMetric = {
  id: "gateway_ceiling",
  unit: "req/s",
  direction: "higher",
  title: "Gateway ceiling",
  definition:
    "Answers per second of the flat-out stage of a gateway scenario, from its first release to its last end, over a fixed " +
    "number of connections with one request at a time each; empty under 10 answers, and where the rate limit came first.",
  flags: ["no_values", "refused"],
  level: "group",
  read: (group) => {
    const stage = stagesOf(group).find(({ askedPerSecond }) => askedPerSecond === null);
    if (stage === undefined || stage.released < ANSWERS_MIN) return figure(null, 0, ["no_values"]);
    if (stage.refused > 0) return figure(null, stage.accepted, ["refused"]);
    return figure((stage.releasedPerSecond * stage.accepted) / stage.released, stage.accepted, []);
  },
};
