import { STATS, type Stat } from "../core/metric.ts";
import { METRICS } from "./catalogue.ts";

/** One statistic of one metric. */
export interface FigureName {
  readonly metric: string;
  readonly stat: Stat;
}

/**
 * `ttft` or `ttft.p95_all`; without a statistic the headline one: the median with failures where it has one, the value of a figure
 * over all requests. Null for what no summary holds.
 */
export function figureNamed(text: string): FigureName | null {
  const [id, asked, ...rest] = text.split(".");
  const metric = METRICS.find((one) => one.id === id);
  if (metric === undefined || rest.length > 0) return null;
  const hasAll = metric.level === "request" && metric.failures !== "left-out";
  const stats: readonly Stat[] =
    metric.level === "group" ? ["value"] : [...STATS, ...(hasAll ? STATS.map((stat) => `${stat}_all` as const) : [])];
  const headline = metric.level === "group" ? "value" : hasAll ? "p50_all" : "p50";
  const stat = stats.find((one) => one === (asked ?? headline));
  return stat === undefined ? null : { metric: metric.id, stat };
}
