import { callCost } from "../cost/call-cost.ts";
import { chargedCalls } from "../cost/charged.ts";
import type { Flag } from "../flags.ts";
import { attempted, type Group } from "../group.ts";
import { wilson } from "../intervals.ts";
import { figure, type GroupMetric, type GroupReading } from "../metric.ts";
import { hasSlo, judge } from "../slo.ts";

export const costPer1kGood: GroupMetric = {
  id: "cost_per_1k_good",
  unit: "usd/1k",
  direction: "lower",
  title: "Cost per 1,000 good answers",
  definition:
    "Known spend of all attempts, failures and retries included, over requests answered within every limit, × 1,000; an answer " +
    "by a retry counts from its first attempt. The interval divides the spend by the Wilson bounds of their share, its upper end with " +
    "unreported calls at their reservation. A refusal that is not billed costs less than an answer that came too late.",
  flags: [
    "needs_sweep",
    "no_slo",
    "no_values",
    "price_unknown",
    "spend_uncertain",
    "tokens_local",
    "tokens_unknown",
    "usage_implausible",
  ],
  level: "group",
  read,
};

function read(group: Group): GroupReading {
  if (!hasSlo(group.scenario.slo)) return figure(null, 0, ["no_slo"]);
  const n = attempted(group);
  const good = group.requests.successes.filter((sample) => judge(sample) === "good").length;
  const share = wilson(good, n);
  const calls = chargedCalls(group).map(callCost);
  const flags: readonly Flag[] = [...new Set(calls.flatMap((call) => call.flags))];
  if (share === null || calls.some(({ cost }) => cost === null)) {
    return figure(null, 0, share === null ? ["no_values"] : flags);
  }
  const usd = calls.reduce((sum, { cost }) => sum + cost!.usd, 0);
  const usdHigh = calls.reduce((sum, { cost }) => sum + cost!.usdHigh, 0);
  return {
    value: usdPer1k(usd, good),
    low: usdPer1k(usd, n * share.high),
    high: usdPer1k(usdHigh, n * share.low),
    n,
    flags,
  };
}

/** +∞ for money that bought nothing; null when no money was spent on nothing, which says nothing. */
function usdPer1k(usd: number, answers: number): number | null {
  return usd === 0 && answers === 0 ? null : (usd / answers) * 1000;
}
