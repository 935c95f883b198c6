import { always, reading, type RequestMetric } from "../metric.ts";
import { spanMs } from "../sample.ts";

export const ttft: RequestMetric = {
  id: "ttft",
  unit: "ms",
  direction: "lower",
  title: "Time to first token",
  definition:
    "firstContent − sent: from the first byte handed to a connected socket to the first event with non-empty " +
    "content, reasoning or tool text; a role-only or empty event does not count.",
  flags: [],
  level: "request",
  over: "successes",
  failures: "infinite",
  applies: always,
  read: ({ observation }) => reading(spanMs(observation.stamps, "sent", "firstContent"), []),
};
