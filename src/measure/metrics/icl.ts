import { msFromUs } from "../../core/units.ts";
import { streamed, type RequestMetric } from "../metric.ts";

export const icl: RequestMetric = {
  id: "icl",
  unit: "ms",
  direction: "none",
  title: "Inter-chunk latency",
  definition:
    "Gaps between the content events of an answer, pooled over answers; 0 inside one read. An event can hold many " +
    "tokens, so this is no gap between tokens.",
  flags: ["clustered", "events_missing"],
  level: "request",
  over: "successes",
  failures: "left-out",
  applies: streamed,
  read: ({ trace }) =>
    trace === null
      ? { values: [], flags: ["events_missing"] }
      : { values: trace.deltasUs.map(msFromUs), flags: ["clustered"] },
};
