import { attempted, type Group } from "../group.ts";
import { wilson } from "../intervals.ts";
import { quantileOf } from "../quantile.ts";
import { hasSlo, judge } from "../slo.ts";
import { bounds, certain, type Bounds } from "./bounds.ts";
import { callCost } from "./call-cost.ts";
import { tokenCounts, type TokenCounts } from "./over-billing.ts";

/** Standard normal quantile at 0.975. */
const Z = 1.959963984540054;

/** What a run shows of what a target bills for. */
export interface Evidence {
  /** Share of first attempts that fail, with its Wilson interval. */
  readonly failureShare: Bounds;
  /** What a failed attempt is billed, as a share of a good one: what is known to what may have been. */
  readonly billedShareFailed: Bounds;
  /** Tokens billed over tokens said. */
  readonly tokenRatio: Bounds;
  /** Tokens that the chat template adds to each prompt. */
  readonly templateTokens: number;
  /** Share of requests within every limit; null where the scenario sets none. */
  readonly goodShare: Bounds | null;
  /** First attempts behind all this. */
  readonly n: number;
}

/** What nobody has measured: every call goes well and is billed as the list says. */
export const LIST_PRICE_ALONE: Evidence = {
  failureShare: certain(0),
  billedShareFailed: certain(0),
  tokenRatio: certain(1),
  templateTokens: 0,
  goodShare: null,
  n: 0,
};

/** Null for a group in which nothing was attempted. */
export function evidenceOf(group: Group): Evidence | null {
  const { successes, failures, requests } = group;
  const n = successes.length + failures.length;
  const failed = wilson(failures.length, n);
  if (failed === null) return null;
  const counts = successes.flatMap((sample): TokenCounts[] => {
    const counted = tokenCounts(sample);
    return "why" in counted ? [] : [counted];
  });
  const good = requests.successes.filter((sample) => judge(sample) === "good").length;
  const goodShare = wilson(good, attempted(group));
  return {
    failureShare: { low: failed.low, value: failures.length / n, high: failed.high },
    billedShareFailed: billedShare(group),
    tokenRatio: ratioOf(counts),
    templateTokens:
      quantileOf(
        counts.map(({ template }) => template),
        0.5,
      ) ?? 0,
    goodShare:
      goodShare === null || !hasSlo(group.scenario.slo)
        ? null
        : { low: goodShare.low, value: good / attempted(group), high: goodShare.high },
    n,
  };
}

/** Without a failure, or a price to compare by, a failed attempt may be billed as anything from nothing to a good one. */
function billedShare({ successes, failures }: Group): Bounds {
  const cost = (end: "usd" | "usdHigh", of: typeof successes): number =>
    of.reduce((sum, sample) => sum + (callCost(sample).cost?.[end] ?? 0), 0);
  const mean = cost("usd", successes) / successes.length;
  if (failures.length === 0 || !(mean > 0)) return { low: 0, value: 0, high: 1 };
  const share = (end: "usd" | "usdHigh"): number => cost(end, failures) / failures.length / mean;
  const known = share("usd");
  return { low: known, value: known, high: Math.max(known, share("usdHigh")) };
}

/**
 * All billed over all said, with the 95 % interval of a ratio of totals (Cochran, Sampling Techniques, 6.3): the standard error is
 * `√(n Σ(billed − r said)² / (n − 1)) / Σ said`. Never below nothing; exactly 1 where nothing was counted.
 */
function ratioOf(counts: readonly TokenCounts[]): Bounds {
  const n = counts.length;
  const said = counts.reduce((sum, one) => sum + one.said, 0);
  if (said === 0) return certain(1);
  const ratio = counts.reduce((sum, one) => sum + one.billed, 0) / said;
  if (n === 1) return certain(ratio);
  const squares = counts.reduce((sum, one) => sum + (one.billed - ratio * one.said) ** 2, 0);
  const half = (Z * Math.sqrt((n * squares) / (n - 1))) / said;
  return bounds((end) => (end === "value" ? ratio : Math.max(0, end === "low" ? ratio - half : ratio + half)));
}
