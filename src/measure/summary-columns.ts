/**
 * Columns of `summary.csv` in order, each with its meaning: one line per target, scenario, metric and statistic. Only
 * ever appended.
 */
export const SUMMARY_COLUMN_MEANINGS = {
  schema_version: "version of this header",
  run_id: "name of the run folder",
  started_at: "wall time of the run's first moment, ISO 8601 UTC",
  simulated: "true when the simulator made this row",
  provider: "seller or engine that serves the target",
  model: "canonical name of the model, or its raw id",
  region: "region of the target, where one is stated",
  scenario: "workload",
  metric: "id in the glossary",
  unit: "unit of value, low and high",
  stat: "mean, min, p50, p90, p95, p99, max; with _all every failure is +∞; value for a figure over all requests",
  value: "the figure; empty when unknown, inf when a failure stands there",
  n: "observations behind the value, failures included in _all",
  low: "lower end of the 95 % interval; empty where none is stated",
  high: "upper end of the 95 % interval; can be inf",
  flags: "why a cell is empty or to be read with care, by glossary, joined with ;",
  target: "what is bought: provider, model, region, tier, precision and price under one id",
  vantage: "place that the client ran at",
  load: "how requests were let go",
  slice: "part of the run that the row is about; empty for all of it",
  tool_version: "herdbench version that ran it",
  definitions_version: "version of the metric definitions",
} as const;

export type SummaryColumn = keyof typeof SUMMARY_COLUMN_MEANINGS;

export const SUMMARY_COLUMNS = Object.keys(SUMMARY_COLUMN_MEANINGS) as readonly SummaryColumn[];
