import { HOURS_PER_MONTH, type Workload } from "../core/workload.ts";
import type { Bounds } from "../measure/cost/bounds.ts";
import type { Evidence } from "../measure/cost/evidence.ts";
import { isDisputed, isStale } from "../measure/cost/price-facts.ts";
import type { Quote } from "../measure/cost/quote.ts";
import type { Quotes } from "../measure/cost/quotes.ts";
import { priceFact } from "./facts.ts";
import { interval, percent, plural, short } from "./text.ts";

/** What quotes rest on. */
export interface Basis {
  /** Null: list prices alone. */
  readonly run: {
    readonly id: string;
    readonly scenario: string;
    /** Why this scenario of the run. */
    readonly chosen: string;
  } | null;
  /** By target; what the run shows of it. */
  readonly evidence: Readonly<Record<string, Evidence>>;
  /** The moment that the age of prices is counted from: the run's beginning, or now. */
  readonly atMs: number;
}

/** Everything behind the quotes that is no fact of this month, a sentence each. */
export function assumptions({ workload, quotes }: Quotes, basis: Basis): readonly string[] {
  return [
    `a month has ${HOURS_PER_MONTH} hours; taxes, discounts by contract and egress are not in it`,
    retrySentence(workload),
    ...runSentences(basis),
    ...missingPrices(workload, quotes),
    ...quotes.flatMap((quote) => targetSentences(quote, workload, basis)),
  ];
}

function retrySentence({ maxAttempts }: Workload): string {
  if (maxAttempts === null) return "a request that fails is tried again until it is answered";
  return maxAttempts === 1 ? "a request that fails is given up" : `a request is tried ${maxAttempts} times at most`;
}

function runSentences({ run }: Basis): readonly string[] {
  if (run === null) return ["no run: failures, over-billing and the share of good answers are unknown and left out"];
  return [
    `failures, over-billing and good answers as in scenario ${run.scenario}, ${run.chosen}; low and high by their 95 % intervals`,
  ];
}

/** What the workload asks for and a price does not tell. */
function missingPrices({ batchShare, cachedShare }: Workload, quotes: readonly Quote[]): readonly string[] {
  const without = (member: "batch" | "cachedInputUsdPerMtok"): string =>
    quotes
      .flatMap(({ target: { id, price } }) => (price.kind === "tokens" && price[member] === null ? [id] : []))
      .join(", ");
  const [batch, cached] = [without("batch"), without("cachedInputUsdPerMtok")];
  return [
    ...(batchShare > 0 && batch !== "" ? [`no batch price is known of ${batch}: batches at the ordinary price`] : []),
    ...(cachedShare > 0 && cached !== "" ? [`no price of cached input is known of ${cached}: at the full price`] : []),
  ];
}

function targetSentences(quote: Quote, workload: Workload, { run, evidence, atMs }: Basis): readonly string[] {
  const { id, price, otherPrices, simulated } = quote.target;
  const seen = evidence[id];
  const facts = [
    priceFact(price),
    ...(simulated ? ["SIMULATED"] : []),
    ...(!simulated && price.kind !== "unknown" && isStale(price, atMs) ? ["stale: over 90 days old or undated"] : []),
    ...(isDisputed(price, otherPrices) ? [`disputed: ${otherPrices.map(priceFact).join("; ")}`] : []),
    ...minimumFacts(quote),
    ...hourFacts(quote, workload),
    ...(run !== null && seen !== undefined && price.kind === "tokens" ? evidenceFacts(seen) : []),
    ...(run !== null && seen === undefined ? ["nothing was attempted in the run: its list price alone"] : []),
  ];
  return [`${id}: ${facts.join("; ")}`];
}

function minimumFacts({ target: { price }, usdPerMonth, interactiveUsd, batchUsd }: Quote): readonly string[] {
  if (price.kind === "unknown" || price.minimumUsdPerMonth === null || usdPerMonth === null) return [];
  const isRaised = (interactiveUsd ?? 0) + (batchUsd ?? 0) < price.minimumUsdPerMonth;
  return isRaised ? [`raised to its minimum of $${short(price.minimumUsdPerMonth)} a month`] : [];
}

function hourFacts(
  { target: { price }, deployments, capacityTokensPerSecond }: Quote,
  workload: Workload,
): readonly string[] {
  if (price.kind !== "hour") return [];
  if (deployments === null || capacityTokensPerSecond === null) {
    return [
      "billed whether used or not; whether it carries this load is unknown until a sweep finds its throughput under the " +
        "objective (needs_sweep), or --capacity states it",
    ];
  }
  const meanTokensPerSecond = (workload.requestsPerMonth * workload.outputTokens) / (HOURS_PER_MONTH * 3600);
  const used = percent(meanTokensPerSecond / (deployments * capacityTokensPerSecond));
  const each = `${short(capacityTokensPerSecond)} output tokens per second under the objective`;
  return [`${plural(deployments, "deployment")} of ${each}, used ${used} % on average`];
}

function evidenceFacts({
  failureShare,
  billedShareFailed,
  tokenRatio,
  templateTokens,
  n,
}: Evidence): readonly string[] {
  const template = templateTokens === 0 ? "" : ` and ${templateTokens} of the chat template`;
  return [
    `${percent(failureShare.value)} % of ${n} attempts fail (${percents(failureShare)} %)` +
      (failureShare.value === 1
        ? ": a month without an answer has no cost"
        : `, each billed ${percents(billedShareFailed)} % of a good one`),
    `tokens billed ${short(tokenRatio.value)} (${interval(tokenRatio.low, tokenRatio.high)}) of those said${template}`,
  ];
}

function percents({ low, high }: Bounds): string {
  return `${percent(low)}-${percent(high)}`;
}
