import { credibleUsage } from "../../core/bill.ts";
import { figure, type GroupMetric } from "../metric.ts";

export const cachedShare: GroupMetric = {
  id: "cached_share",
  unit: "share",
  direction: "none",
  title: "Cached share",
  definition:
    "Input tokens that the provider reports as read from its cache over input tokens, of answers that report both.",
  flags: ["no_values"],
  level: "group",
  read: ({ successes }) => {
    const reports = successes.flatMap(({ observation }) => {
      const { input, cached } = credibleUsage(observation.usage) ?? { input: null, cached: null };
      return input === null || cached === null ? [] : [{ input, cached: Math.min(cached, input) }];
    });
    const input = reports.reduce((sum, report) => sum + report.input, 0);
    if (input === 0) return figure(null, 0, ["no_values"]);
    return figure(reports.reduce((sum, report) => sum + report.cached, 0) / input, reports.length, []);
  },
};
