import { figure, type GroupMetric } from "../metric.ts";
import { steadyWindow } from "../steady-window.ts";

export const requestThroughput: GroupMetric = {
  id: "request_throughput",
  unit: "req/s",
  direction: "higher",
  title: "Request throughput",
  definition:
    "Successful answers that ended inside the steady window, per second of it; empty under 1 s or 10 answers.",
  flags: ["window_short"],
  level: "group",
  read: (group) => {
    const window = steadyWindow(group);
    if (window === null) return figure(null, 0, ["window_short"]);
    return figure(window.answers.length / window.seconds, window.answers.length, []);
  },
};
