import { arrivalProcess } from "../arrival-process.ts";
import { figure, type GroupMetric } from "../metric.ts";

export const arrivalKsP: GroupMetric = {
  id: "arrival_ks_p",
  unit: "ratio",
  direction: "none",
  title: "Arrival gaps, p of the Kolmogorov-Smirnov test",
  definition:
    "Open loop: probability that gaps between arrivals as they were let go are as far or further from those asked for, " +
    "each on the clock of the asked rate; what 1 ms explains is no distance. Random gaps are tested against their gamma " +
    "distribution (1 is Poisson), others against their plan, to a twentieth of the mean gap; empty under 20 gaps.",
  flags: ["no_values", "insufficient_n"],
  level: "group",
  read: (group) => {
    const process = arrivalProcess(group);
    if (process === null) return figure(null, 0, ["no_values"]);
    return figure(process.p, process.gaps, process.p === null ? ["insufficient_n"] : []);
  },
};
