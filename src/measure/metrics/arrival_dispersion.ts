import { arrivalProcess } from "../arrival-process.ts";
import { figure, type GroupMetric } from "../metric.ts";

export const arrivalDispersion: GroupMetric = {
  id: "arrival_dispersion",
  unit: "ratio",
  direction: "none",
  title: "Index of dispersion of arrivals",
  definition:
    "Open loop: variance over mean of the arrivals in windows in which the asked rate expects 5: near 0 for constant, 1 " +
    "for Poisson, towards 1/burstiness for bursts; empty under 10 windows.",
  flags: ["no_values", "insufficient_n"],
  level: "group",
  read: (group) => {
    const process = arrivalProcess(group);
    if (process === null) return figure(null, 0, ["no_values"]);
    return figure(process.dispersion, process.gaps + 1, process.dispersion === null ? ["insufficient_n"] : []);
  },
};
