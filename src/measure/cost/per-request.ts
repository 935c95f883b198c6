import type { Group } from "../group.ts";
import { callCost } from "./call-cost.ts";

/** Mean over answers and failures, as they were billed; null where any bill is unknown. */
export function usdPerRequest(group: Group): number | null {
  const costs = [...group.successes, ...group.failures].map((sample) => callCost(sample).cost?.usd ?? null);
  const known = costs.filter((usd) => usd !== null);
  return known.length === 0 || known.length < costs.length
    ? null
    : known.reduce((sum, usd) => sum + usd, 0) / known.length;
}

/** What so many requests cost at all of these together; null without a price per token. */
export function usdOfRequests(groups: readonly Group[], requests: number): number | null {
  return groups.reduce<number | null>((sum, group) => {
    const usd = usdPerRequest(group);
    return sum === null || usd === null ? null : sum + requests * usd;
  }, 0);
}
