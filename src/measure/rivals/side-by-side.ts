import { mean } from "simple-statistics";
import type { Group } from "../group.ts";
import { e2e } from "../metrics/e2e.ts";
import { icl } from "../metrics/icl.ts";
import { outputTokenThroughput } from "../metrics/output_token_throughput.ts";
import { tpot } from "../metrics/tpot.ts";
import { ttft } from "../metrics/ttft.ts";
import type { RequestMetric } from "../metric.ts";
import { ascending, nearestRank } from "../quantile.ts";
import { FIGURES, type FigureId, type Rival } from "./rival.ts";

export const RIVAL_STATS = ["mean", "p50", "p95"] as const;
type RivalStat = (typeof RIVAL_STATS)[number] | "value";

/** One figure of one target by our definition and by those of others. */
export interface SideBySide {
  readonly scenario: string;
  readonly target: string;
  readonly figure: FigureId;
  readonly stat: RivalStat;
  /** Milliseconds, or tokens per second; null: no answer has one. */
  readonly ours: number | null;
  /** By id of the tool; null also where it has no such figure. */
  readonly theirs: Readonly<Record<string, number | null>>;
}

const OURS: Readonly<Record<Exclude<FigureId, "throughput">, RequestMetric>> = { ttft, tpot, itl: icl, e2e };

/**
 * The same answers, read by each definition. Successful answers to first attempts alone, ours too, since most tools know no other;
 * small samples are not left empty, since they do not leave them.
 */
export function sideBySide(groups: readonly Group[], rivals: readonly Rival[]): readonly SideBySide[] {
  return groups
    .filter(({ scenario }) => scenario.load.kind !== "gateway")
    .flatMap((group) => FIGURES.flatMap((figure) => ofFigure(group, figure, rivals)));
}

function ofFigure(group: Group, figure: FigureId, rivals: readonly Rival[]): readonly SideBySide[] {
  const names = { scenario: group.scenario.id, target: group.target.id, figure };
  if (figure === "throughput") {
    const theirs = rivals.map(({ id, throughput }) => [id, throughput?.read(group.successes) ?? null] as const);
    return [
      { ...names, stat: "value", ours: outputTokenThroughput.read(group).value, theirs: Object.fromEntries(theirs) },
    ];
  }
  const ours = ascending(group.successes.flatMap((sample) => OURS[figure].read(sample).values));
  const sorted = rivals.map((rival) => ({
    rival,
    values: ascending(group.successes.flatMap((sample) => rival.figures[figure]?.read(sample) ?? [])),
  }));
  return RIVAL_STATS.map((stat) => ({
    ...names,
    stat,
    ours: statOf(ours, stat, (values, p) => values[nearestRank(values.length, p)]!),
    theirs: Object.fromEntries(
      sorted.map(({ rival, values }) => [rival.id, statOf(values, stat, rival.quantile)] as const),
    ),
  }));
}

const P = { p50: 0.5, p95: 0.95 } as const;

function statOf(sorted: Float64Array, stat: (typeof RIVAL_STATS)[number], quantile: Rival["quantile"]): number | null {
  if (sorted.length === 0) return null;
  return stat === "mean" ? mean([...sorted]) : quantile(sorted, P[stat]);
}
