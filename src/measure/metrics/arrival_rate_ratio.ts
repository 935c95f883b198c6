import { arrivalProcess } from "../arrival-process.ts";
import { figure, type GroupMetric } from "../metric.ts";

export const arrivalRateRatio: GroupMetric = {
  id: "arrival_rate_ratio",
  unit: "ratio",
  direction: "none",
  title: "Arrival rate, achieved over asked",
  definition:
    "Open loop: arrivals as they were let go over those that the asked rate expects in the same time; constant " +
    "arrivals give 1, random ones scatter around it.",
  flags: ["no_values"],
  level: "group",
  read: (group) => {
    const process = arrivalProcess(group);
    if (process === null) return figure(null, 0, ["no_values"]);
    return figure(process.gaps / process.expected, process.gaps, []);
  },
};
