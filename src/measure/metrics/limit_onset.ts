import { stagesOf } from "../gateway/stages.ts";
import { figure, type GroupMetric } from "../metric.ts";

export const limitOnset: GroupMetric = {
  id: "limit_onset",
  unit: "req/s",
  direction: "higher",
  title: "Onset of 429",
  definition:
    "Lowest rate of a gateway scenario at which a request was refused for its rate, as sent; low end: the highest rate below " +
    "it without a refusal. The limit lies between, as far as a stage is longer than its window, and for requests that come " +
    "as a burst at the beginning of each second.",
  flags: ["never_refused", "no_values"],
  level: "group",
  read: (group) => {
    const stages = stagesOf(group);
    if (stages.length === 0) return figure(null, 0, ["no_values"]);
    const requests = stages.reduce((sum, { released }) => sum + released, 0);
    const rates = (isRefused: boolean): readonly number[] =>
      stages.flatMap((stage) => (stage.refused > 0 === isRefused ? [stage.releasedPerSecond] : []));
    const refused = rates(true);
    if (refused.length === 0) return figure(null, requests, ["never_refused"]);
    const onset = Math.min(...refused);
    const low = Math.max(0, ...rates(false).filter((rate) => rate < onset));
    return { value: onset, low, high: onset, n: requests, flags: [] };
  },
};
