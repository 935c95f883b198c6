import type { Stat, SummaryRow } from "../core/metric.ts";
import { SCHEMA_VERSION } from "../core/run.ts";
import { asksModel } from "../core/scenario.ts";
import type { Analysis, GroupAnalysis } from "./analysis.ts";
import { total } from "./counts.ts";

export type Cell = string | number | boolean | null;

/** One column: what it means, and where its cell comes from. */
interface Column {
  readonly meaning: string;
  /** A figure of the summary, or what else stands there. */
  readonly cell: Figure | ((group: GroupAnalysis, analysis: Analysis) => Cell);
}

/** One end of one statistic, times a factor. */
export interface Figure {
  readonly metric: string;
  readonly stat: Stat;
  readonly end: End;
  readonly factor: number;
}

type End = "value" | "low" | "high";

/**
 * Columns of `comparison.csv` in order; only ever appended. Every latency cell is the `_all` statistic, p50 too: a
 * failure counts as +∞ (0 for the speed of one user), so no failure improves a cell. What has no `_all` (round trip,
 * tokens, ratios) is over successes and says so.
 */
const COLUMNS = {
  schema_version: column("version of this header", () => SCHEMA_VERSION),
  run_id: column("name of the run folder", (_, { manifest }) => manifest.runId),
  started_at: column("wall time of the run's first moment, ISO 8601 UTC", (_, { manifest }) => manifest.startedAt),
  ended_at: column(
    "wall time of the run's end; empty when the process was killed",
    (_, { manifest }) => manifest.end?.endedAt ?? null,
  ),
  simulated: column("true when the simulator made this row", ({ target }) => target.simulated),
  validity: column(
    "VALID, or INVALID: the harness was too slow, its process was killed, or its place was cut off",
    (_, { validity }) => (validity.valid ? "VALID" : "INVALID"),
  ),
  vantage: column("place that the client ran at", (_, { manifest }) => manifest.vantage),
  target: column("what is bought, by its id", ({ target }) => target.id),
  provider: column("seller or engine that serves the target", ({ target }) => target.provider),
  region: column("region of the target, where one is stated", ({ target }) => target.region),
  model: column("canonical name of the model, or its raw id", ({ target }) => target.model),
  model_echoed: column("model id that most answers named", ({ modelEchoed }) => modelEchoed),
  precision: column("number format of the weights as the seller states it", ({ target }) => target.precision),
  scenario: column("workload", ({ scenario }) => scenario.id),
  load: column("how requests were let go", ({ load }) => load),
  cache: column(
    "cold: a nonce opens each prompt, so no prefix cache helps; warm: one prompt again and again; empty without a prompt",
    ({ scenario }) => (asksModel(scenario) ? scenario.prompt.cache : null),
  ),
  planned: column("requests of the plan, warm-ups left out", ({ counts }) => counts.planned),
  ok: column(
    "requests that the first attempt answered: of the right model, neither empty nor filtered",
    ({ counts }) => counts.succeeded,
  ),
  failed: column(
    "requests whose first attempt failed, held no such answer, went past its reservation, or was held back by failures",
    ({ counts }) => total(counts.failures),
  ),
  rate_limited: column(
    "those of failed that the provider's rate limit refused",
    ({ counts }) => counts.failures["rate-limited"] ?? 0,
  ),
  dropped: column("due while the in-flight limit was reached, so never sent", ({ counts }) => counts.dropped),
  success_pct: column("ok over ok + failed, %", from("success_share", "value", "value", 100)),
  success_pct_low: column("lower end of its 95 % Wilson interval", from("success_share", "value", "low", 100)),
  success_pct_high: column("upper end of its 95 % Wilson interval", from("success_share", "value", "high", 100)),
  rtt_ms_p50: column("median TCP connect time of new connections", from("rtt", "p50", "value", 1)),
  ttft_ms_p50: column("median TTFT, failures as inf", from("ttft", "p50_all", "value", 1)),
  ttft_ms_p50_low: column("lower end of its 95 % interval", from("ttft", "p50_all", "low", 1)),
  ttft_ms_p50_high: column("upper end of its 95 % interval", from("ttft", "p50_all", "high", 1)),
  ttft_ms_p95: column("95th percentile of TTFT, failures as inf", from("ttft", "p95_all", "value", 1)),
  ttft_ms_p99: column("99th percentile of TTFT, failures as inf", from("ttft", "p99_all", "value", 1)),
  tpot_ms_p50: column("median time per output token, failures as inf", from("tpot", "p50_all", "value", 1)),
  tpot_ms_p95: column("95th percentile of time per output token, failures as inf", from("tpot", "p95_all", "value", 1)),
  stall_ms_p95: column(
    "95th percentile of an answer's longest gap, failures as inf",
    from("stall", "p95_all", "value", 1),
  ),
  t100_ms_p50: column("median time to 100 tokens, failures as inf", from("time_to_100_tokens", "p50_all", "value", 1)),
  e2e_ms_p50: column("median end-to-end latency, failures as inf", from("e2e", "p50_all", "value", 1)),
  e2e_ms_p95: column("95th percentile of end-to-end latency, failures as inf", from("e2e", "p95_all", "value", 1)),
  output_tokens_p50: column("median output tokens of an answer", from("output_tokens", "p50", "value", 1)),
  length_ratio: column("mean of output tokens over those asked for", from("length_ratio", "mean", "value", 1)),
  tokens_per_event: column("mean output tokens per content event", from("tokens_per_event", "mean", "value", 1)),
  user_tok_s_p50: column(
    "median output speed of one user, failures as 0, tokens per second",
    from("output_speed", "p50_all", "value", 1),
  ),
  system_tok_s: column(
    "output tokens per second in the steady window",
    from("output_token_throughput", "value", "value", 1),
  ),
  goodput_pct: column(
    "answers meeting every limit over all attempted, %",
    from("goodput_share", "value", "value", 100),
  ),
  goodput_rps: column(
    "answers meeting every limit per second in the steady window",
    from("goodput", "value", "value", 1),
  ),
  price_kind: column("tokens, hour or unknown", ({ target }) => target.price.kind),
  price_as_of: column("day on which the price was true", ({ target: { price } }) =>
    price.kind === "unknown" ? null : price.asOf,
  ),
  usd_per_m_tokens: column(
    "USD per million tokens, input and output, of this workload",
    from("cost_per_mtok", "value", "value", 1),
  ),
  usd_per_m_output: column(
    "USD per million output tokens, input included",
    from("cost_per_mtok_output", "value", "value", 1),
  ),
  usd_per_1k_good: column("USD per 1,000 answers that meet every limit", from("cost_per_1k_good", "value", "value", 1)),
  usd_per_1k_good_low: column("lower end of its 95 % interval", from("cost_per_1k_good", "value", "low", 1)),
  usd_per_1k_good_high: column("upper end of its 95 % interval", from("cost_per_1k_good", "value", "high", 1)),
  token_ratio: column(
    "mean of tokens billed over the pinned tokenizer's count",
    from("token_ratio", "mean", "value", 1),
  ),
  gco2e_per_1k_output_low: column(
    "low end of the judged range of gco2e_per_1k_output",
    from("gco2e_per_1k_output", "value", "low", 1),
  ),
  gco2e_per_1k_output: column(
    "gCO2e per 1,000 output tokens, modelled: an estimate, never metered",
    from("gco2e_per_1k_output", "value", "value", 1),
  ),
  gco2e_per_1k_output_high: column("high end of that range", from("gco2e_per_1k_output", "value", "high", 1)),
  accuracy_pct: column("share of benchmark items right, %; not measured yet", () => null),
  accuracy_n: column("benchmark items scored; not measured yet", () => null),
  fidelity: column("whether the served model is intact; not measured yet", () => null),
  client_error_ms_p99: column("error of the client itself during this run", (_, { manifest }) =>
    toThousandths(manifest.end?.clientErrorMsP99 ?? null),
  ),
  flags: column("why a cell is empty or to be read with care, by glossary, joined with ;", ({ flags }) =>
    flags.join(";"),
  ),
} as const satisfies Readonly<Record<string, Column>>;

export type ComparisonColumn = keyof typeof COLUMNS;

export const COMPARISON_COLUMNS = Object.keys(COLUMNS) as readonly ComparisonColumn[];

/** One line per column, for the column dictionary. */
export const COMPARISON_COLUMN_MEANINGS = mapColumns(({ meaning }) => meaning);

/**
 * The row of one target × scenario × load. Null is an empty cell. Milliseconds have 3 decimals, other numbers are
 * unrounded; Infinity where a failure stands.
 */
export function comparisonRow(analysis: Analysis, group: GroupAnalysis): Readonly<Record<ComparisonColumn, Cell>> {
  return mapColumns(({ cell }) => (typeof cell === "function" ? cell(group, analysis) : figureCell(group, cell)));
}

/** The figure of the summary that a column repeats; null for one that repeats none. */
export function columnFigure(name: ComparisonColumn): Figure | null {
  const { cell }: Column = COLUMNS[name];
  return typeof cell === "function" ? null : cell;
}

function mapColumns<Value>(value: (of: Column) => Value): Readonly<Record<ComparisonColumn, Value>> {
  const entries = Object.entries<Column>(COLUMNS).map(([name, of]) => [name, value(of)]);
  return Object.fromEntries(entries) as Record<ComparisonColumn, Value>;
}

function column(meaning: string, cell: Column["cell"]): Column {
  return { meaning, cell };
}

/** A cell that repeats one figure of the summary, times a factor. */
function from(metric: string, stat: Stat, end: End, factor: number): Figure {
  return { metric, stat, end, factor };
}

function figureCell({ rows }: GroupAnalysis, { metric, stat, end, factor }: Figure): Cell {
  const row = rows.find((one) => one.metric === metric && one.stat === stat && one.slice === null);
  const figure = row?.[end] ?? null;
  if (row === undefined || figure === null) return null;
  return row.unit === "ms" ? toThousandths(figure) : figure * factor;
}

/** Infinity stays what it is. */
function toThousandths(ms: SummaryRow["value"]): number | null {
  return ms === null ? null : Math.round(ms * 1000) / 1000;
}
