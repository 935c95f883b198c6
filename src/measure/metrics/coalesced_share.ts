import { figure, type GroupMetric } from "../metric.ts";

export const coalescedShare: GroupMetric = {
  id: "coalesced_share",
  unit: "share",
  direction: "none",
  title: "Coalesced share",
  definition:
    "Content events that shared a read with the one before, over all gaps between content events: gaps that nobody " +
    "can time.",
  flags: ["no_values"],
  level: "group",
  read: ({ successes }) => {
    const streams = successes.map(({ observation }) => observation.events).filter(({ content }) => content > 1);
    if (streams.length === 0) return figure(null, 0, ["no_values"]);
    const gaps = streams.reduce((sum, { content }) => sum + content - 1, 0);
    const coalesced = streams.reduce((sum, stream) => sum + stream.coalesced, 0);
    return figure(coalesced / gaps, streams.length, []);
  },
};
