import { attempted, type Group } from "../group.ts";
import { figure, shareReading, type GroupMetric, type GroupReading } from "../metric.ts";
import { hasSlo, judge } from "../slo.ts";

export const goodputShare: GroupMetric = {
  id: "goodput_share",
  unit: "share",
  direction: "higher",
  title: "Goodput share",
  definition:
    "Answers that meet every limit of the scenario over all attempted (released + dropped + held back by a breaker or behind a failed turn, " +
    "interrupts left out): failures, 429s, time-outs and drops count against it; Wilson interval.",
  flags: ["no_slo", "no_values", "slo_unjudged"],
  level: "group",
  read,
};

function read(group: Group): GroupReading {
  if (!hasSlo(group.scenario.slo)) return figure(null, 0, ["no_slo"]);
  const verdicts = group.successes.map(judge);
  const good = verdicts.filter((verdict) => verdict === "good").length;
  return shareReading(good, attempted(group), verdicts.includes("unjudged") ? ["slo_unjudged"] : []);
}
