import { stagesOf, SUSTAINED_SECONDS_MIN } from "../gateway/stages.ts";
import { figure, type GroupMetric } from "../metric.ts";

export const acceptedRate: GroupMetric = {
  id: "accepted_rate",
  unit: "req/s",
  direction: "higher",
  title: "Accepted rate",
  definition:
    "Answers per second of a gateway scenario while requests were refused for their rate: of each stage with refusals what " +
    "ended after the first of them, when nothing saved up is left; over all such stages, or of one slice. Empty under 1 s.",
  flags: ["never_refused", "no_values", "window_short"],
  level: "group",
  read: (group) => {
    const stages = stagesOf(group);
    if (stages.length === 0) return figure(null, 0, ["no_values"]);
    const limited = group.slice === null ? stages.filter(({ refused }) => refused > 0) : stages;
    if (limited.length === 0) return figure(null, 0, ["never_refused"]);
    const answers = limited.reduce((sum, { sustained }) => sum + sustained.answers, 0);
    const seconds = limited.reduce((sum, { sustained }) => sum + sustained.seconds, 0);
    return seconds < SUSTAINED_SECONDS_MIN
      ? figure(null, answers, ["window_short"])
      : figure(answers / seconds, answers, []);
  },
};
