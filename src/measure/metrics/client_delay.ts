import { always, reading, type RequestMetric } from "../metric.ts";
import { clientDelayMs } from "../sample.ts";

export const clientDelay: RequestMetric = {
  id: "client_delay",
  unit: "ms",
  direction: "none",
  title: "Client delay",
  definition:
    "sent − scheduled − connect, of every sent attempt: the harness's own fault; published, a reason for INVALID, " +
    "never subtracted.",
  flags: [],
  level: "request",
  over: "attempts",
  failures: "left-out",
  applies: always,
  read: (sample) => reading(clientDelayMs(sample), []),
};
