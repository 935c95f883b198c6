import { nearest } from "../core/nearest.ts";
import { STATS, type Stat } from "../core/metric.ts";
import type { Analysis } from "./analysis.ts";
import { METRICS } from "./catalogue.ts";
import type { Metric } from "./metric.ts";

type Comparison = ">" | ">=" | "<" | "<=";

/** A figure that shall not be reached: `ttft p95 > 6000`. */
export interface Condition {
  /** As it was written. */
  readonly text: string;
  readonly metric: string;
  readonly stat: Stat;
  readonly comparison: Comparison;
  /** In the unit of the metric; a share as a share of 1. */
  readonly limit: number;
}

/** What a condition says of a run. Without any hit it holds; an empty cell is no hit, and is named. */
export interface Finding {
  readonly condition: Condition;
  readonly hits: readonly { readonly target: string; readonly scenario: string; readonly value: number }[];
  readonly empty: readonly {
    readonly target: string;
    readonly scenario: string;
    readonly n: number;
    readonly flags: readonly string[];
  }[];
}

/** Metric, statistic where it has several, comparison, number, unit where one is wanted. */
const GRAMMAR =
  /^\s*([a-z][a-z0-9_]*)(?:\s+([a-z][a-z0-9_]*))?\s*(>=|<=|>|<)\s*(-?\d+(?:\.\d+)?)\s*(%|[a-zA-Z]+(?:\/\w+)?)?\s*$/;

export const CONDITION_EXAMPLE = "ttft p95 > 6000";

/**
 * Reads `METRIC STAT > NUMBER`; a metric of all requests together has no statistic. `p95` counts failures at their worst wherever
 * a failure has one, as every table does, and is the same as `p95_all`. The unit may stand behind the number; `%` is for shares.
 */
export function parseCondition(
  text: string,
): { readonly ok: true; readonly condition: Condition } | { readonly ok: false; readonly problem: string } {
  const [, id, stat = null, comparison, number, unit = null] = GRAMMAR.exec(text) ?? [];
  if (id === undefined)
    return refused(text, `must read like "${CONDITION_EXAMPLE}", with >, >=, < or <= and one number`);
  const metric = METRICS.find((one) => one.id === id);
  if (metric === undefined)
    return refused(
      text,
      `no metric "${id}"${meant(
        id,
        METRICS.map((one) => one.id),
      )}`,
    );
  const statistic = statOf(metric, stat);
  if ("problem" in statistic) return refused(text, statistic.problem);
  const isPercent = unit === "%" && metric.unit === "share";
  if (unit !== null && unit !== metric.unit && !isPercent) {
    const also = metric.unit === "share" ? ", also written in %" : "";
    return refused(text, `${id} is in ${metric.unit}${also}, not in ${unit}`);
  }
  const limit = Number(number) / (isPercent ? 100 : 1);
  return {
    ok: true,
    condition: { text: text.trim(), metric: id, stat: statistic.stat, comparison: comparison as Comparison, limit },
  };
}

/** Every group of a run, held against each condition. Slices and targets whose model is gone are left out. */
export function findingsOf(analysis: Pick<Analysis, "groups">, conditions: readonly Condition[]): readonly Finding[] {
  const groups = analysis.groups.filter(({ target }) => target.gone === null);
  return conditions.map((condition) => {
    const cells = groups.flatMap(({ target, scenario, rows }) => {
      const row = rows.find(
        (one) => one.slice === null && one.metric === condition.metric && one.stat === condition.stat,
      );
      const { value = null, n = 0, flags = [] } = row ?? {};
      return [{ target: target.id, scenario: scenario.id, value, n, flags }];
    });
    return {
      condition,
      hits: cells.flatMap(({ target, scenario, value }) =>
        value !== null && isHit(condition, value) ? [{ target, scenario, value }] : [],
      ),
      empty: cells.flatMap(({ target, scenario, value, n, flags }) =>
        value === null ? [{ target, scenario, n, flags }] : [],
      ),
    };
  });
}

function isHit({ comparison, limit }: Condition, value: number): boolean {
  switch (comparison) {
    case ">":
      return value > limit;
    case ">=":
      return value >= limit;
    case "<":
      return value < limit;
    case "<=":
      return value <= limit;
  }
}

function statOf(metric: Metric, stat: string | null): { readonly stat: Stat } | { readonly problem: string } {
  if (metric.level === "group") {
    if (stat === null || stat === "value") return { stat: "value" };
    return { problem: `${metric.id} is one figure over all requests: leave out "${stat}"` };
  }
  if (stat === null) return { problem: `${metric.id} needs a statistic, one of ${STATS.join(", ")}` };
  const base = STATS.find((one) => one === stat || `${one}_all` === stat);
  if (base === undefined) return { problem: `${metric.id} has no "${stat}"${meant(stat, STATS)}` };
  const hasAll = metric.failures !== "left-out";
  if (!hasAll && stat !== base) return { problem: `${metric.id} counts no failures: write ${base}` };
  return { stat: hasAll ? `${base}_all` : base };
}

function meant(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return near === null ? `; known ones: ${known.join(", ")}` : `; did you mean "${near}"?`;
}

function refused(text: string, problem: string): { readonly ok: false; readonly problem: string } {
  return { ok: false, problem: `--fail-on "${text}": ${problem}` };
}
