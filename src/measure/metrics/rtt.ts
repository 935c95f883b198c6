import { msFromUs } from "../../core/units.ts";
import { always, reading, type RequestMetric } from "../metric.ts";

export const rtt: RequestMetric = {
  id: "rtt",
  unit: "ms",
  direction: "lower",
  title: "Network round trip",
  definition:
    "TCP connect time of each new connection, warm-ups included: one round trip from this vantage to the peer, or " +
    "to its edge or the proxy.",
  flags: [],
  level: "request",
  over: "all",
  failures: "left-out",
  applies: always,
  read: ({ observation }) => {
    const tcpUs = observation.connection?.tcp ?? null;
    return reading(tcpUs === null ? null : msFromUs(tcpUs), []);
  },
};
