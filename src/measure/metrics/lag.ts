import { always, reading, type RequestMetric } from "../metric.ts";
import { spanMs } from "../sample.ts";

export const lag: RequestMetric = {
  id: "lag",
  unit: "ms",
  direction: "none",
  title: "Release lag",
  definition: "released − scheduled, of every released attempt: how late the harness let a request go.",
  flags: [],
  level: "request",
  over: "attempts",
  failures: "left-out",
  applies: always,
  read: ({ observation }) => reading(spanMs(observation.stamps, "scheduled", "released"), []),
};
