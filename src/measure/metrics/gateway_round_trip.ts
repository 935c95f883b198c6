import { reading, type RequestMetric } from "../metric.ts";
import { roundTripMs } from "../gateway/stages.ts";

export const gatewayRoundTrip: RequestMetric = {
  id: "gateway_round_trip",
  unit: "ms",
  direction: "lower",
  title: "Gateway round trip",
  definition:
    "end − released of an answer in one piece on an open connection, in a gateway scenario. The slice of the lowest rate " +
    "shows the gateway by itself, the others what load does to it; a chat holds the model's own time.",
  flags: [],
  level: "request",
  over: "successes",
  failures: "infinite",
  applies: ({ observation: { flags, connection } }) => flags.includes("end_only") && connection?.reused !== false,
  read: (sample) => reading(roundTripMs(sample), []),
};
