import { msFromUs } from "../../core/units.ts";
import { always, reading, type RequestMetric } from "../metric.ts";

export const signing: RequestMetric = {
  id: "signing",
  unit: "ms",
  direction: "none",
  title: "Signing",
  definition:
    "Time that adding the credentials took, of every attempt, warm-ups included: a signature, or a token with its exchange " +
    "where one had to be fetched. Our own work, done before the request is due, so that no latency and no client_delay holds it.",
  flags: [],
  level: "request",
  over: "all",
  failures: "left-out",
  applies: always,
  read: ({ observation: { request } }) => reading(request.signingUs === null ? null : msFromUs(request.signingUs), []),
};
