import { shareReading, type GroupMetric } from "../metric.ts";

export const successShare: GroupMetric = {
  id: "success_share",
  unit: "share",
  direction: "higher",
  title: "Success share",
  definition:
    "Completed answers of the model that was asked, neither empty nor filtered, over released requests and those that a " +
    "breaker held back or that stood behind a failed turn (interrupts left out; drops never reached the target); Wilson interval. As everywhere but in " +
    "user_latency, cost and carbon, only first attempts count: a retry undoes no failure.",
  flags: ["no_values"],
  level: "group",
  read: ({ successes, failures }) => shareReading(successes.length, successes.length + failures.length, []),
};
