import { always, reading, type RequestMetric } from "../metric.ts";
import { setUpMs } from "../sample.ts";

export const connect: RequestMetric = {
  id: "connect",
  unit: "ms",
  direction: "lower",
  title: "Connection set-up",
  definition:
    "DNS + TCP + TLS of each new connection (through a proxy, with its tunnel), by the socket's own events, warm-ups " +
    "included; not part of TTFT.",
  flags: [],
  level: "request",
  over: "all",
  failures: "left-out",
  applies: always,
  read: (sample) => reading(setUpMs(sample), []),
};
