import { promisesOf } from "../gateway/again.ts";
import { shareReading, type GroupMetric } from "../metric.ts";

export const retryAfterKept: GroupMetric = {
  id: "retry_after_kept",
  unit: "share",
  direction: "higher",
  title: "Retry-After kept",
  definition:
    "Of the refusals of a gateway scenario that named a time to wait, the share after which a request, sent alone when that " +
    "time had passed, was not refused again; Wilson interval.",
  flags: ["no_values"],
  level: "group",
  read: (group) => {
    const promises = promisesOf(group);
    return shareReading(promises.filter(({ isKept }) => isKept).length, promises.length, []);
  },
};
