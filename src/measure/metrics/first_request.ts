import type { Group } from "../group.ts";
import { figure, type GroupMetric, type GroupReading } from "../metric.ts";
import { setUpMs, spanMs, standingOf } from "../sample.ts";

export const firstRequest: GroupMetric = {
  id: "first_request",
  unit: "ms",
  direction: "lower",
  title: "First request",
  definition:
    "firstContent − released of the first request, warm-up or not, that the target got in this scenario, with the " +
    "set-up of its connection (added where it was opened ahead): what a cold caller meets; empty when that request " +
    "failed.",
  flags: ["connection_reused", "no_values"],
  level: "group",
  read,
};

function read({ samples }: Group): GroupReading {
  const released = samples.flatMap((sample) => {
    const atUs = sample.observation.stamps.released;
    return atUs === null ? [] : [{ sample, atUs }];
  });
  const [first] = released.toSorted((a, b) => a.atUs - b.atUs);
  if (first === undefined || standingOf(first.sample) !== "success") return figure(null, 0, ["no_values"]);
  const { connection, stamps } = first.sample.observation;
  const latency = spanMs(stamps, "released", "firstContent");
  const setUp = setUpMs(first.sample);
  if (latency === null) return figure(null, 0, ["no_values"]);
  if (setUp === null) return figure(null, 0, ["connection_reused"]);
  return figure(connection?.reused === true ? latency + setUp : latency, 1, []);
}
