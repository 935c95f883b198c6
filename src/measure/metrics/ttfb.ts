import { always, reading, type RequestMetric } from "../metric.ts";
import { spanMs } from "../sample.ts";

export const ttfb: RequestMetric = {
  id: "ttfb",
  unit: "ms",
  direction: "lower",
  title: "Time to response headers",
  definition: "headers − sent: a provider can send headers long before it has a token, so this is never TTFT.",
  flags: [],
  level: "request",
  over: "successes",
  failures: "infinite",
  applies: always,
  read: ({ observation }) => reading(spanMs(observation.stamps, "sent", "headers"), []),
};
