import type { Workload } from "../../core/workload.ts";
import { breakEven, usdPerMtokByHour, type BreakEven } from "./hourly.ts";
import type { Evidence } from "./evidence.ts";
import { usdPerGood } from "./monthly.ts";
import { quoteOf, type PricedTarget, type Quote } from "./quote.ts";

/** One target with what is known of it. */
export interface Offer {
  readonly target: PricedTarget;
  readonly evidence: Evidence;
  /** Output tokens per second under the objective, of what is priced per hour; null: not known. */
  readonly capacityTokensPerSecond: number | null;
}

/** An hour against a price per token. */
export interface HourAgainstTokens extends BreakEven {
  readonly hourly: string;
  readonly perToken: string;
  /** What the other costs per million tokens of the workload, its minimum left out. */
  readonly usdPerMtok: number;
}

/** What tokens of an hour cost when it is used so much. */
export interface AtUtilisation {
  readonly target: string;
  readonly utilisation: number;
  readonly usdPerMtokOutput: number;
  /** Null without a run. */
  readonly usdPer1kGood: number | null;
}

/** Every target's quote for one workload. */
export interface Quotes {
  readonly workload: Workload;
  /** Cheapest month first; those without a price last. */
  readonly quotes: readonly Quote[];
  readonly breakEvens: readonly HourAgainstTokens[];
  readonly utilisations: readonly AtUtilisation[];
}

const UTILISATIONS = [0.25, 0.5, 0.75, 1] as const;

/** Quotes of all targets, each hour against each price per token, and hours at four utilisations where their throughput is known. */
export function quotesOf(offers: readonly Offer[], workload: Workload): Quotes {
  const quotes = offers
    .map(({ target, evidence, capacityTokensPerSecond }) =>
      quoteOf(target, workload, evidence, capacityTokensPerSecond),
    )
    .toSorted((a, b) => (a.usdPerMonth?.value ?? Infinity) - (b.usdPerMonth?.value ?? Infinity) || byId(a, b));
  return {
    workload,
    quotes,
    breakEvens: quotes.flatMap((hourly) => quotes.flatMap((perToken) => against(hourly, perToken, workload))),
    utilisations: offers.flatMap((offer) => UTILISATIONS.flatMap((share) => at(offer, share, workload))),
  };
}

function byId(a: Quote, b: Quote): number {
  return a.target.id < b.target.id ? -1 : 1;
}

function against(hourly: Quote, perToken: Quote, workload: Workload): readonly HourAgainstTokens[] {
  const { price } = hourly.target;
  const { interactiveUsd, batchUsd } = perToken;
  if (price.kind !== "hour" || interactiveUsd === null || batchUsd === null) return [];
  const { capacityTokensPerSecond: output } = hourly;
  const { inputTokens, outputTokens, requestsPerMonth } = workload;
  const all = output === null ? null : (output * (inputTokens + outputTokens)) / outputTokens;
  // Before a minimum, which falls on small volumes alone.
  const usdPerMtok = ((interactiveUsd + batchUsd) / (requestsPerMonth * (inputTokens + outputTokens))) * 1e6;
  const even = breakEven(price.usdPerReplicaHour * price.replicas, usdPerMtok, all);
  return [{ hourly: hourly.target.id, perToken: perToken.target.id, usdPerMtok, ...even }];
}

function at(
  { target, evidence, capacityTokensPerSecond }: Offer,
  utilisation: number,
  { outputTokens }: Workload,
): readonly AtUtilisation[] {
  const { id, price } = target;
  if (price.kind !== "hour" || capacityTokensPerSecond === null) return [];
  const usdPerMtokOutput = usdPerMtokByHour(
    price.usdPerReplicaHour * price.replicas,
    capacityTokensPerSecond,
    utilisation,
  );
  const usdPer1k = (usdPerMtokOutput * outputTokens) / 1000;
  const usdPer1kGood = evidence.goodShare === null ? null : usdPerGood(usdPer1k, evidence.goodShare.value);
  return [{ target: id, utilisation, usdPerMtokOutput, usdPer1kGood }];
}
