import type { Workload } from "../core/workload.ts";
import type { Cell } from "../measure/comparison.ts";
import type { Bounds } from "../measure/cost/bounds.ts";
import { isDisputed, isStale } from "../measure/cost/price-facts.ts";
import type { Flag } from "../measure/flags.ts";
import { boardUsdPerMtok } from "../measure/cost/list-price.ts";
import type { Quote } from "../measure/cost/quote.ts";
import type { HourAgainstTokens, Quotes } from "../measure/cost/quotes.ts";
import { cut, padEnd, padStart, wrap } from "./columns.ts";
import { cell, csv } from "./csv.ts";
import { assumptions, type Basis } from "./quote-assumptions.ts";
import { decimal, NO_VALUE, percent, plain, short } from "./text.ts";

const COLUMNS = 80;
const TARGET_COLUMNS_MAX = 22;

/** What `cost` prints: workload, one line per target, hours against prices per token, and all that was assumed. Ends with a line feed. */
export function quotesScreen(told: Quotes, basis: Basis): string {
  const simulated = told.quotes.filter(({ target }) => target.simulated).length;
  const mark = simulated === 0 ? "" : simulated === told.quotes.length ? "  SIMULATED" : "  PARTLY SIMULATED";
  const lines = [
    `monthly cost${mark}`,
    ...wrap(workloadText(told.workload), COLUMNS),
    basis.run === null ? "by list prices, no run" : `by run ${basis.run.id}, scenario ${basis.run.scenario}`,
    "",
    ...aligned([TITLES, ...told.quotes.map(row)]),
    ...evenLines(told.breakEvens),
    ...utilisationLines(told),
    "",
    ...assumptions(told, basis).flatMap((text) =>
      wrap(plain(text), COLUMNS - 9).map((line, i) => padEnd(i === 0 ? "assumed" : "", 9) + line),
    ),
  ];
  return `${lines.map((line) => line.trimEnd()).join("\n")}\n`;
}

/** `2,000,000 requests a month, 1,000 tokens in, 500 out, 30 % in batches, 20 % of input cached`. */
export function workloadText(workload: Workload): string {
  const { requestsPerMonth, inputTokens, outputTokens, batchShare, cachedShare, maxAttempts, peakFactor } = workload;
  return [
    `${whole(requestsPerMonth)} requests a month`,
    `${whole(inputTokens)} tokens in`,
    `${whole(outputTokens)} out`,
    ...(batchShare > 0 ? [`${percent(batchShare)} % in batches`] : []),
    ...(cachedShare > 0 ? [`${percent(cachedShare)} % of input cached`] : []),
    ...(maxAttempts === null ? [] : [`${maxAttempts} attempts at most`]),
    ...(peakFactor > 1 ? [`peak ${short(peakFactor)} times the mean`] : []),
  ].join(", ");
}

const TITLES = ["target", "$/month", "low-high", "$/M tok", "3:1", "$/1k good", "low-high"];

function row({ target, usdPerMonth, usdPerMtok, usdPer1kGood }: Quote): readonly string[] {
  const { id, price } = target;
  return [
    cut(plain(id), TARGET_COLUMNS_MAX),
    usdPerMonth === null ? "unknown" : money(usdPerMonth.value),
    spread(usdPerMonth, money),
    usdPerMtok === null ? NO_VALUE : short(usdPerMtok.value),
    price.kind === "tokens" ? short(boardUsdPerMtok(price)) : NO_VALUE,
    usdPer1kGood === null ? NO_VALUE : short(usdPer1kGood.value),
    spread(usdPer1kGood, short),
  ];
}

/** Nothing where both ends are the value itself. */
function spread(of: Bounds | null, text: (value: number) => string): string {
  return of === null || of.low === of.high ? "" : `${text(of.low)}-${text(of.high)}`;
}

/** USD of a month: whole from 100 on, with cents below. */
export function money(usd: number): string {
  if (!Number.isFinite(usd)) return short(usd);
  return usd >= 100 ? whole(usd) : usd.toFixed(2);
}

function whole(value: number): string {
  return Number(value.toFixed(0)).toLocaleString("en-US");
}

function evenLines(evens: readonly HourAgainstTokens[]): readonly string[] {
  if (evens.length === 0) return [];
  return [
    "",
    ...aligned([
      ["break-even of", "against", "$/M tok", "M tok a month", "of its capacity"],
      ...evens.map((even) => [
        cut(plain(even.hourly), TARGET_COLUMNS_MAX),
        cut(plain(even.perToken), TARGET_COLUMNS_MAX),
        short(even.usdPerMtok),
        even.feasible === false ? "never" : whole(even.mtokPerMonth),
        even.utilisation === null ? "unknown" : `${percent(even.utilisation)} %`,
      ]),
    ]),
  ];
}

function utilisationLines({ utilisations }: Quotes): readonly string[] {
  if (utilisations.length === 0) return [];
  return [
    "",
    ...aligned([
      ["by the hour", "used", "$/M output", "$/1k good"],
      ...utilisations.map(({ target, utilisation, usdPerMtokOutput, usdPer1kGood }) => [
        cut(plain(target), TARGET_COLUMNS_MAX),
        `${percent(utilisation)} %`,
        short(usdPerMtokOutput),
        usdPer1kGood === null ? NO_VALUE : short(usdPer1kGood),
      ]),
    ]),
  ];
}

/** Names to the left, numbers to the right. */
function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((cells) => cells[i]!.length)));
  return rows.map((cells) =>
    cells.map((text, i) => (i === 0 ? padEnd(text, widths[i]!) : padStart(text, widths[i]!))).join("  "),
  );
}

/** One line per target, in the order of the screen. Ends with a line feed. */
export function quotesCsv(told: Quotes, { run, atMs }: Basis): string {
  const rows = told.quotes.map((quote, i): Readonly<Record<string, Cell>> => {
    const { target, usdPerMonth, usdPerMtok, usdPer1kGood } = quote;
    const { price } = target;
    const { requestsPerMonth, inputTokens, outputTokens, batchShare, cachedShare, maxAttempts, peakFactor } =
      told.workload;
    return {
      rank: usdPerMonth === null ? null : i + 1,
      target: target.id,
      provider: target.provider,
      model: target.model,
      region: target.region,
      tier: target.tier,
      precision: target.precision,
      simulated: target.simulated,
      price_kind: price.kind,
      price_as_of: price.kind === "unknown" ? null : price.asOf,
      price_source: price.kind === "unknown" ? price.reason : price.source,
      requests_per_month: requestsPerMonth,
      input_tokens: inputTokens,
      output_tokens: outputTokens,
      batch_pct: batchShare * 100,
      cached_pct: cachedShare * 100,
      max_attempts: maxAttempts,
      peak_factor: peakFactor,
      usd_per_month: usdPerMonth?.value ?? null,
      usd_per_month_low: usdPerMonth?.low ?? null,
      usd_per_month_high: usdPerMonth?.high ?? null,
      usd_per_month_interactive: quote.interactiveUsd,
      usd_per_month_batch: quote.batchUsd,
      usd_per_m_tokens: usdPerMtok?.value ?? null,
      usd_per_m_tokens_low: usdPerMtok?.low ?? null,
      usd_per_m_tokens_high: usdPerMtok?.high ?? null,
      blend_3_to_1: price.kind === "tokens" ? boardUsdPerMtok(price) : null,
      usd_per_1k_good: usdPer1kGood?.value ?? null,
      usd_per_1k_good_low: usdPer1kGood?.low ?? null,
      usd_per_1k_good_high: usdPer1kGood?.high ?? null,
      deployments: quote.deployments,
      capacity_output_tok_s: quote.capacityTokensPerSecond,
      run_id: run?.id ?? null,
      scenario: run?.scenario ?? null,
      flags: flagsOf(quote, atMs).join(";"),
    };
  });
  const columns = Object.keys(rows[0] ?? {});
  return csv(
    columns,
    rows.map((values) => columns.map((column) => cell(values[column] ?? null, decimal))),
  );
}

function flagsOf({ target, usdPerMonth, usdPerMtok }: Quote, atMs: number): readonly Flag[] {
  const { price, simulated, otherPrices } = target;
  return [
    ...(price.kind === "tokens" && usdPerMonth === null ? (["no_values"] as const) : []),
    ...(price.kind === "hour" && usdPerMtok === null ? (["needs_sweep"] as const) : []),
    ...(isDisputed(price, otherPrices) ? (["price_disputed"] as const) : []),
    ...(!simulated && price.kind !== "unknown" && isStale(price, atMs) ? (["price_stale"] as const) : []),
    ...(price.kind === "unknown" ? (["price_unknown"] as const) : []),
  ];
}

/** Everything, with what was assumed in words. Ends with a line feed. */
export function quotesJson(told: Quotes, basis: Basis): string {
  const all = { ...told, basis, assumed: assumptions(told, basis) };
  const finite = (_: string, value: unknown): unknown => (value === Infinity ? "inf" : value);
  return `${JSON.stringify(all, finite, 2)}\n`;
}
