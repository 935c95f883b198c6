import { msFromUs } from "../../core/units.ts";
import { reading, type RequestMetric } from "../metric.ts";
import { tokenArrivals, type TokenArrival } from "../token-arrivals.ts";

const TOKENS = 100;

export const timeTo100Tokens: RequestMetric = {
  id: "time_to_100_tokens",
  unit: "ms",
  direction: "lower",
  title: "Time to 100 tokens",
  definition:
    "From sent to the content event that brings the 100th output token, tokens spread evenly over the events after " +
    "the first; empty for shorter answers.",
  flags: ["events_missing", "tokens_local", "tokens_unknown", "usage_implausible"],
  level: "request",
  over: "successes",
  failures: "infinite",
  applies: ({ observation }) => observation.request.maxOutputTokens >= TOKENS,
  read: (sample) => {
    const { arrivals, flags } = tokenArrivals(sample);
    const { sent } = sample.observation.stamps;
    const atUs = arrivals === null ? null : arrivalOf(TOKENS, arrivals);
    return reading(atUs === null || sent === null ? null : msFromUs(atUs - sent), flags);
  },
};

function arrivalOf(count: number, arrivals: readonly TokenArrival[]): number | null {
  let tokens = 0;
  for (const arrival of arrivals) {
    tokens += arrival.tokens;
    // Shares of an even spread do not add up exactly.
    if (tokens >= count - 1e-6) return arrival.atUs;
  }
  return null;
}
