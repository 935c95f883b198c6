import { shareReading, type GroupMetric } from "../metric.ts";

export const successShare: GroupMetric = {
  id: "success_share",
  unit: "share",
  direction: "higher",
  title: "Success share",
  definition:
    "Completed answers, neither empty nor filtered, over released requests (interrupts left out; drops never " +
    "reached the target); Wilson interval.",
  flags: ["no_values"],
  level: "group",
  read: ({ successes, failures }) => shareReading(successes.length, successes.length + failures.length, []),
};
