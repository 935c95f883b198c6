import { msFromUs } from "../../core/units.ts";
import { streamed, reading, type RequestMetric } from "../metric.ts";
import { isCoalesced } from "../sample.ts";

export const stall: RequestMetric = {
  id: "stall",
  unit: "ms",
  direction: "lower",
  title: "Longest stall",
  definition: "Longest gap between two content events of an answer; empty when all content came in one read.",
  flags: ["coalesced", "events_missing"],
  level: "request",
  over: "successes",
  failures: "infinite",
  applies: streamed,
  read: (sample) => {
    if (isCoalesced(sample)) return reading(null, ["coalesced"]);
    if (sample.trace === null) return reading(null, ["events_missing"]);
    const longestUs = sample.trace.deltasUs.reduce((longest, gap) => Math.max(longest, gap), 0);
    return reading(msFromUs(longestUs), []);
  },
};
