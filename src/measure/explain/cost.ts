import { credibleUsage } from "../../core/bill.ts";
import type { Price } from "../../core/target.ts";
import { callCost } from "../cost/call-cost.ts";
import { chargedCalls } from "../cost/charged.ts";
import { paidTokens } from "../cost/paid-tokens.ts";
import { isDisputed, priceAgeDays, STALE_DAYS } from "../cost/price-facts.ts";
import { spentUsd } from "../cost/spent.ts";
import { attempted, type Group } from "../group.ts";
import { judge } from "../slo.ts";
import { fact, THIS_RUN, type Fact, type Part } from "./explanation.ts";

/** Prices with their sources, tokens, calls by how their bill is known, and good answers: all that any cost is made of. */
export function costParts(group: Group, startedMs: number): readonly Part[] {
  const { price, otherPrices } = group.target;
  const age = priceAgeDays(price, startedMs);
  const disputed = isDisputed(price, otherPrices);
  return [
    {
      heading: "price",
      sentences: [
        "A call costs (fresh input × its price + cached input × its price + output × its price) / 1,000,000.",
        age === null ? "The price has no date." : `${age} days old when the run began; over ${STALE_DAYS} is stale.`,
        ...(disputed ? ["Another source is over 10 % off: disputed."] : []),
      ],
      facts: [...priceFacts(price, ""), ...otherPrices.flatMap((other) => priceFacts(other, "another source: "))],
    },
    ...(price.kind === "tokens" ? [tokenPart(group), callPart(group)] : []),
  ];
}

function priceFacts(price: Price, of: string): readonly Fact[] {
  if (price.kind === "unknown")
    return [fact(`${of}price`, null, price.reason, { source: "not found", date: "not found" })];
  const from = { source: price.source, date: price.asOf ?? "undated" };
  const usd = (name: string, value: number | null, unit: string): Fact[] =>
    value === null ? [] : [fact(of + name, value, unit, from)];
  const terms = usd("minimum", price.minimumUsdPerMonth, "USD a month");
  const note = price.note === null ? [] : [fact(`${of}note`, price.note, price.currency, from)];
  if (price.kind === "hour") {
    return [
      ...usd("price of a replica", price.usdPerReplicaHour, "USD per hour"),
      ...usd("replicas", price.replicas, "billed whether used or not"),
      ...terms,
      ...note,
    ];
  }
  return [
    ...usd("input", price.inputUsdPerMtok, "USD per million tokens"),
    ...usd("cached input", price.cachedInputUsdPerMtok, "USD per million tokens"),
    ...usd("output", price.outputUsdPerMtok, "USD per million tokens"),
    ...usd("input in batches", price.batch?.inputUsdPerMtok ?? null, "USD per million tokens"),
    ...usd("output in batches", price.batch?.outputUsdPerMtok ?? null, "USD per million tokens"),
    ...terms,
    ...note,
  ];
}

function tokenPart(group: Group): Part {
  const { input, output, good, usd, flags } = paidTokens(group);
  const billed = group.requests.successes.flatMap(({ observation }) => credibleUsage(observation.usage) ?? []);
  const total = (of: "input" | "output" | "cached"): number => billed.reduce((sum, usage) => sum + (usage[of] ?? 0), 0);
  const by = flags.includes("tokens_billed")
    ? "as billed"
    : "by the pinned Llama 3.1 tokenizer, the chat template left out";
  return {
    heading: "tokens",
    sentences: [`Money is by the bill; costs per token divide it by the tokens ${by}.`],
    facts: [
      fact("input tokens billed, of answers", total("input"), "tokens by usage", THIS_RUN),
      fact("of them cached", total("cached"), "tokens by usage", THIS_RUN),
      fact("output tokens billed, of answers", total("output"), "tokens by usage", THIS_RUN),
      fact("input tokens of answers", input, by, THIS_RUN),
      fact("output tokens of answers", output, by, THIS_RUN),
      fact("tokens of answers within every limit", good, by, THIS_RUN),
      fact("known cost of all of them", usd, "USD", THIS_RUN),
    ],
  };
}

function callPart(group: Group): Part {
  const calls = chargedCalls(group);
  const costs = calls.map(callCost);
  const flagged = (flag: "spend_uncertain" | "tokens_local"): number =>
    costs.filter(({ flags }) => flags.includes(flag)).length;
  const high = costs.reduce((sum, { cost }) => sum + (cost?.usdHigh ?? 0), 0);
  const spent = spentUsd(group);
  const good = group.requests.successes.filter((sample) => judge(sample) === "good").length;
  return {
    heading: "calls",
    sentences: [
      "Every attempt's bill is charged to the answers, failures and retries too; a call of unknown bill counts as what it " +
        "reported in low, and as its reservation in high.",
    ],
    facts: [
      fact("calls charged", calls.length, "attempts", THIS_RUN),
      fact("of them failed first attempts", group.failures.length, "attempts", THIS_RUN),
      fact("of them retries", group.retries.length, "attempts", THIS_RUN),
      fact("of them of unknown bill", flagged("spend_uncertain"), "attempts", THIS_RUN),
      fact("of them priced by our own count", flagged("tokens_local"), "attempts", THIS_RUN),
      fact("cost of all if unknown ones took their reservation", high, "USD", THIS_RUN),
      fact("requests attempted", attempted(group), "requests", THIS_RUN),
      fact("answered within every limit", good, "requests", THIS_RUN),
      ...(spent === null
        ? []
        : [{ ...fact("spend, warm-ups too", spent.low, "USD", THIS_RUN), low: spent.low, high: spent.high }]),
    ],
  };
}
