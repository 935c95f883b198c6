import type { Group } from "../group.ts";
import { figure, type GroupMetric, type GroupReading } from "../metric.ts";
import { isInside, steadyWindow } from "../steady-window.ts";
import { tokenArrivals } from "../token-arrivals.ts";

export const outputTokenThroughput: GroupMetric = {
  id: "output_token_throughput",
  unit: "tok/s",
  direction: "higher",
  title: "Output token throughput",
  definition:
    "Output tokens of successful answers per second inside the steady window [first measured arrival + median e2e, " +
    "last arrival], each token at the stamp of its event; empty under 1 s or 10 answers.",
  flags: ["events_missing", "tokens_local", "tokens_unknown", "usage_implausible", "window_short"],
  level: "group",
  read,
};

function read(group: Group): GroupReading {
  const window = steadyWindow(group);
  if (window === null) return figure(null, 0, ["window_short"]);
  const { spans, seconds, answers } = window;
  const answersOfTokens = group.successes.map(tokenArrivals);
  const flags = [...new Set(answersOfTokens.flatMap((answer) => answer.flags))];
  let tokens = 0;
  for (const { arrivals } of answersOfTokens) {
    // One answer that cannot be placed makes the sum too low by an unknown amount.
    if (arrivals === null) return figure(null, answers.length, flags);
    for (const arrival of arrivals) if (isInside(arrival.atUs, spans)) tokens += arrival.tokens;
  }
  return figure(tokens / seconds, answers.length, flags);
}
