import type { Stat } from "../../core/metric.ts";
import type { Analysis, GroupAnalysis } from "../analysis.ts";
import { METRICS } from "../catalogue.ts";
import { columnFigure, COMPARISON_COLUMN_MEANINGS, COMPARISON_COLUMNS, comparisonRow } from "../comparison.ts";
import type { Group } from "../group.ts";
import type { Metric } from "../metric.ts";
import { carbonParts } from "./carbon.ts";
import { costParts } from "./cost.ts";
import { fact, THIS_RUN, type Explanation, type Part } from "./explanation.ts";
import { figureParts } from "./figure.ts";

/** Names of whole subjects, beside those of single figures. */
const SUBJECTS = ["carbon", "cost"] as const;

/** What can be asked for: subjects, metrics (with a statistic behind a dot), columns of `comparison.csv`. */
export const EXPLAINABLE: readonly string[] = [...SUBJECTS, ...METRICS.map(({ id }) => id), ...COMPARISON_COLUMNS];

/** One target in one scenario, measured and raw. */
export interface Explained {
  readonly analysis: Analysis;
  readonly group: GroupAnalysis;
  readonly raw: Group;
}

/** Everything behind a number; null for a name that is none. */
export function explain(of: Explained, asked: string): Explanation | null {
  const found = partsOf(of, asked);
  if (found === null) return null;
  const { target, scenario } = of.group;
  const invalid = of.analysis.validity.reasons;
  return {
    runId: of.analysis.manifest.runId,
    target: target.id,
    scenario: scenario.id,
    metric: asked,
    title: found.title,
    simulated: target.simulated,
    invalid,
    invalidMeaning: invalid.length === 0 ? null : INVALID_MEANINGS[found.subject],
    parts: found.parts,
  };
}

type Subject = "carbon" | "cost" | "other";

/** What a measuring machine that fell short does to a number, which is not the same for each. */
const INVALID_MEANINGS: Readonly<Record<Subject, string>> = {
  carbon:
    "For this number: tokens hold as far as they were recorded; of the times at most the median time per output token is in it, as a ceiling on batch size. Not to be published or compared.",
  cost: "For this number: prices and billed tokens hold as far as they were recorded; which answers count as good may not. Not to be published or compared.",
  other:
    "For this number: the measuring machine fell short, so times may hold its own delay and counts may miss requests. Not to be published or compared.",
};

interface Found {
  readonly subject: Subject;
  readonly title: string;
  readonly parts: readonly Part[];
}

function partsOf(of: Explained, asked: string): Found | null {
  if (asked === "carbon") return { subject: "carbon", title: "Carbon estimate", parts: carbonOf(of) };
  if (asked === "cost") return { subject: "cost", title: "Cost", parts: costOf(of) };
  const column = COMPARISON_COLUMNS.find((name) => name === asked);
  const figure = column === undefined ? null : columnFigure(column);
  if (column !== undefined && figure === null) {
    const value = comparisonRow(of.analysis, of.group)[column];
    const meaning = COMPARISON_COLUMN_MEANINGS[column];
    const facts = [fact(column, typeof value === "boolean" ? String(value) : value, "", THIS_RUN)];
    return { subject: "other", title: column, parts: [{ heading: "column", sentences: [`${meaning}.`], facts }] };
  }
  const [id, stat] = figure === null ? asked.split(".") : [figure.metric, figure.stat];
  const metric = METRICS.find((one) => one.id === id);
  return metric === undefined ? null : metricParts(of, metric, stat ?? null);
}

function metricParts(of: Explained, metric: Metric, asked: string | null): Found | null {
  const stat = asked ?? headlineStat(metric);
  const row = of.group.rows.find((one) => one.metric === metric.id && one.stat === stat && one.slice === null);
  if (row === undefined) return null;
  const isMoney = /^(usd|tok\/usd)/.test(metric.unit);
  const isCarbon = metric.unit === "g/1k";
  return {
    subject: isCarbon ? "carbon" : isMoney ? "cost" : "other",
    title: `${metric.title}, ${stat}`,
    parts: [...figureParts(of.raw, metric, row), ...(isMoney ? costOf(of) : []), ...(isCarbon ? carbonOf(of) : [])],
  };
}

/** The statistic that the reports lead with. */
function headlineStat(metric: Metric): Stat {
  if (metric.level === "group") return "value";
  return metric.failures === "left-out" ? "p50" : "p50_all";
}

function carbonOf({ analysis, group, raw }: Explained): readonly Part[] {
  const { id } = group.target;
  const verdicts = analysis.carbonVerdicts.filter(
    ({ scenario, a, b }) => scenario === group.scenario.id && (a === id || b === id),
  );
  return carbonParts(raw.carbon, verdicts);
}

function costOf({ analysis, raw }: Explained): readonly Part[] {
  return costParts(raw, Date.parse(analysis.manifest.startedAt));
}
