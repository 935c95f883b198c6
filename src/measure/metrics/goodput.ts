import { figure, type GroupMetric } from "../metric.ts";
import { hasSlo, judge } from "../slo.ts";
import { steadyWindow } from "../steady-window.ts";

export const goodput: GroupMetric = {
  id: "goodput",
  unit: "req/s",
  direction: "higher",
  title: "Goodput",
  definition:
    "Answers that meet every limit of the scenario and ended inside the steady window, per second of it; in open " +
    "loop TTFT and E2E limits count from the schedule.",
  flags: ["no_slo", "slo_unjudged", "window_short"],
  level: "group",
  read: (group) => {
    if (!hasSlo(group.scenario.slo)) return figure(null, 0, ["no_slo"]);
    const window = steadyWindow(group);
    if (window === null) return figure(null, 0, ["window_short"]);
    const verdicts = window.answers.map(judge);
    const good = verdicts.filter((verdict) => verdict === "good").length;
    return figure(good / window.seconds, verdicts.length, verdicts.includes("unjudged") ? ["slo_unjudged"] : []);
  },
};
