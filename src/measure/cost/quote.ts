import { callUsd, type Price, type Target } from "../../core/target.ts";
import { HOURS_PER_MONTH, type Workload } from "../../core/workload.ts";
import { bounds, certain, type Bounds, type End } from "./bounds.ts";
import type { Evidence } from "./evidence.ts";
import { provisioned } from "./hourly.ts";
import { effectiveUsdPerMtok, monthlyUsd, usdPerGood } from "./monthly.ts";
import { retryCost } from "./retries.ts";

const SECONDS_PER_HOUR = 3600;

type TokenPrice = Extract<Price, { kind: "tokens" }>;
type HourPrice = Extract<Price, { kind: "hour" }>;

/** What a quote needs to know of a target. */
export type PricedTarget = Pick<
  Target,
  "id" | "provider" | "model" | "region" | "tier" | "precision" | "price" | "otherPrices" | "simulated"
>;

/** What one target would bill for a month of a workload, USD. */
export interface Quote {
  readonly target: PricedTarget;
  /** Null without a price, and for a target that answered nothing: nobody buys that. */
  readonly usdPerMonth: Bounds | null;
  /** Of it, requests that are answered at once, and those in batches; before a minimum. Null for a price per hour. */
  readonly interactiveUsd: number | null;
  readonly batchUsd: number | null;
  /** Per million tokens of the workload, input and output. Null where the throughput of an hour is not known. */
  readonly usdPerMtok: Bounds | null;
  /** Of requests that are answered at once and within every limit. Null without a run, or that throughput. */
  readonly usdPer1kGood: Bounds | null;
  /** Deployments that hold the busiest hour; null for a price per token, or while the throughput is not known. */
  readonly deployments: number | null;
  /** Output tokens per second of one deployment under the objective; null for a price per token, or while not known. */
  readonly capacityTokensPerSecond: number | null;
}

/** @param capacityTokensPerSecond output tokens per second of the whole deployment, measured under the objective; null: not known */
export function quoteOf(
  target: PricedTarget,
  workload: Workload,
  evidence: Evidence,
  capacityTokensPerSecond: number | null,
): Quote {
  switch (target.price.kind) {
    case "tokens":
      return tokenQuote(target, target.price, workload, evidence);
    case "hour":
      return hourQuote(target, target.price, workload, evidence, capacityTokensPerSecond);
    case "unknown":
      return { ...NO_QUOTE, target };
  }
}

const NO_QUOTE: Omit<Quote, "target"> = {
  usdPerMonth: null,
  interactiveUsd: null,
  batchUsd: null,
  usdPerMtok: null,
  usdPer1kGood: null,
  deployments: null,
  capacityTokensPerSecond: null,
};

function tokenQuote(target: PricedTarget, price: TokenPrice, workload: Workload, evidence: Evidence): Quote {
  if (evidence.failureShare.value === 1) return { ...NO_QUOTE, target };
  const { requestsPerMonth, batchShare } = workload;
  const batch = batchPrice(price);
  const perRequest = (of: TokenPrice) => bounds((end) => requestUsd(of, workload, evidence, end));
  const [interactive, batched] = [perRequest(price), perRequest(batch)];
  const interactiveUsd = bounds((end) => requestsPerMonth * (1 - batchShare) * interactive[end]);
  const batchUsd = bounds((end) => requestsPerMonth * batchShare * batched[end]);
  const usdPerMonth = bounds((end) =>
    monthlyUsd({
      interactiveUsd: interactiveUsd[end],
      batchUsd: batchUsd[end],
      minimum: price.minimumUsdPerMonth ?? 0,
    }),
  );
  return {
    ...NO_QUOTE,
    target,
    usdPerMonth,
    interactiveUsd: interactiveUsd.value,
    batchUsd: batchUsd.value,
    usdPerMtok: perMtok(usdPerMonth, workload),
    usdPer1kGood: per1kGood(interactive, evidence),
  };
}

/** The price of what may wait; the ordinary one where no batch service is known. */
function batchPrice(price: TokenPrice): TokenPrice {
  return price.batch === null ? price : { ...price, ...price.batch, cachedInputUsdPerMtok: null };
}

/**
 * Expected cost of one request at one end of what is known, failures and over-billing included. Of few attempts at a request,
 * more failures can cost less, since fewer requests are answered: each end takes the share of failures that leads there.
 */
function requestUsd(price: TokenPrice, workload: Workload, evidence: Evidence, end: End): number {
  const { failureShare, billedShareFailed, tokenRatio, templateTokens } = evidence;
  const { inputTokens: input, outputTokens: output, cachedShare, maxAttempts } = workload;
  const effective = inflated(price, tokenRatio[end]);
  const text = callUsd(effective, { input, output, cached: cachedShare * input }) ?? 0;
  const template = callUsd(price, { input: templateTokens, output: 0, cached: 0 }) ?? 0;
  const at = (failProb: number): number =>
    retryCost({
      usdOk: text + template,
      failProb,
      billedShareFailed: billedShareFailed[end],
      maxAttempts: maxAttempts ?? Infinity,
    }).usdPerRequest;
  if (end === "value") return at(failureShare.value);
  const all = [failureShare.low, failureShare.value, failureShare.high].map(at);
  return end === "low" ? Math.min(...all) : Math.max(...all);
}

function inflated(price: TokenPrice, tokenRatio: number): TokenPrice {
  const { cachedInputUsdPerMtok: cached } = price;
  return {
    ...price,
    inputUsdPerMtok: effectiveUsdPerMtok(price.inputUsdPerMtok, tokenRatio),
    outputUsdPerMtok: effectiveUsdPerMtok(price.outputUsdPerMtok, tokenRatio),
    cachedInputUsdPerMtok: cached === null ? null : effectiveUsdPerMtok(cached, tokenRatio),
  };
}

function hourQuote(
  target: PricedTarget,
  price: HourPrice,
  workload: Workload,
  evidence: Evidence,
  capacity: number | null,
): Quote {
  const usdPerUnitHour = price.usdPerReplicaHour * price.replicas;
  const held =
    capacity === null
      ? { units: 1, usdPerHour: usdPerUnitHour }
      : provisioned({
          peakTokensPerSecond: meanTokensPerSecond(workload) * workload.peakFactor,
          unitTokensPerSecond: capacity,
          usdPerUnitHour,
          meanShare: 1 / workload.peakFactor,
        });
  const usdPerMonth = certain(Math.max(held.usdPerHour * HOURS_PER_MONTH, price.minimumUsdPerMonth ?? 0));
  const isKnown = capacity !== null;
  return {
    ...NO_QUOTE,
    target,
    usdPerMonth,
    usdPerMtok: isKnown ? perMtok(usdPerMonth, workload) : null,
    usdPer1kGood: isKnown ? per1kGood(certain(usdPerMonth.value / workload.requestsPerMonth), evidence) : null,
    deployments: isKnown ? held.units : null,
    capacityTokensPerSecond: capacity,
  };
}

/** Output tokens per second of the mean hour. */
function meanTokensPerSecond({ requestsPerMonth, outputTokens }: Workload): number {
  return (requestsPerMonth * outputTokens) / (HOURS_PER_MONTH * SECONDS_PER_HOUR);
}

function perMtok(usdPerMonth: Bounds, { requestsPerMonth, inputTokens, outputTokens }: Workload): Bounds {
  const mtok = (requestsPerMonth * (inputTokens + outputTokens)) / 1e6;
  return bounds((end) => usdPerMonth[end] / mtok);
}

/** Dear requests and few good ones meet at the high end. */
function per1kGood(usdPerRequest: Bounds, { goodShare }: Evidence): Bounds | null {
  if (goodShare === null) return null;
  return {
    low: usdPerGood(usdPerRequest.low, goodShare.high) * 1000,
    value: usdPerGood(usdPerRequest.value, goodShare.value) * 1000,
    high: usdPerGood(usdPerRequest.high, goodShare.low) * 1000,
  };
}
