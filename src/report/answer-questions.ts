import type { Stat } from "../core/metric.ts";
import type { GroupAnalysis } from "../measure/analysis.ts";
import { rowOf } from "./headline.ts";
import { interval, percent, short } from "./text.ts";

/** What a buyer asks of every target of a scenario. */
export interface Question {
  readonly title: string;
  readonly metric: string;
  readonly stat: Stat;
  readonly better: "lower" | "higher";
  readonly unit: string;
}

export const GOOD: Question = {
  title: "Within the objective",
  metric: "goodput_share",
  stat: "value",
  better: "higher",
  unit: "good answers, % of requests",
};

export const COST: Question = {
  title: "Cost per good answer",
  metric: "cost_per_1k_good",
  stat: "value",
  better: "lower",
  unit: "USD per 1,000 good answers",
};

/** The one figure that is a judged range, and no measurement. */
export const CARBON: Question = {
  title: "Carbon, estimated",
  metric: "gco2e_per_1k_output",
  stat: "value",
  better: "lower",
  unit: "gCO2e per 1,000 output tokens: central estimate (judged range)",
};

export const QUESTIONS: readonly Question[] = [
  { title: "First token", metric: "ttft", stat: "p50_all", better: "lower", unit: "median TTFT, ms" },
  { title: "Output speed", metric: "output_speed", stat: "p50_all", better: "higher", unit: "median, tokens/s" },
  {
    title: "Reliability",
    metric: "success_share",
    stat: "value",
    better: "higher",
    unit: "answered, % of requests",
  },
  GOOD,
  COST,
  CARBON,
];

/** Null where there is none that could be best. */
export function valueOf({ metric, stat }: Question, group: GroupAnalysis): number | null {
  const value = rowOf(group, metric, stat)?.value ?? null;
  return value === Infinity ? null : value;
}

/** `62.9 (60.4-70.8)`; of a cost with the share of good answers that it buys. */
export function figureOf(question: Question, group: GroupAnalysis): string {
  const { metric, stat } = question;
  const row = rowOf(group, metric, stat);
  const scale = row?.unit === "share" ? 100 : 1;
  const times = (value: number | null): number | null => (value === null ? null : value * scale);
  const range = interval(times(row?.low ?? null), times(row?.high ?? null));
  const value = row?.unit === "share" ? percent(row.value) : short(row?.value ?? null);
  const bought = question === COST ? `, ${percent(valueOf(GOOD, group))} % good` : "";
  return `${range === "" ? value : `${value} (${range})`}${bought}`;
}

/** Why a target has no figure, in a few words; the flags say it at length. */
export function absenceOf({ metric, stat }: Question, group: GroupAnalysis): string {
  const row = rowOf(group, metric, stat);
  if (row?.value === Infinity) return metric === COST.metric ? "no good answer" : "half or more failed";
  const reasons = {
    price_unknown: "no price is known",
    needs_sweep: "priced per hour: takes a sweep",
    carbon_not_estimable: "place, machine or size is not known",
    no_slo: "no limit on a good answer",
    tokens_unknown: "its tokens are not known",
  };
  const flag = Object.entries(reasons).find(([name]) => row?.flags.some((one) => one === name));
  return flag?.[1] ?? "no figure";
}
