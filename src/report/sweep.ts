import type { Analysis } from "../measure/analysis.ts";
import { SATURATIONS } from "../measure/sweep/saturation.ts";
import type { SweepAnalysis, TargetSweep } from "../measure/sweep/sweep.ts";
import { figureOf, levelRows, type LevelRow } from "../measure/sweep/sweep-columns.ts";
import { interval, NO_VALUE, percent, short } from "./text.ts";

/** One column of a table of levels. */
type LevelColumn = readonly [title: string, cell: (row: LevelRow) => string];

const FIGURES: readonly LevelColumn[] = [
  ["load", ({ level }) => short(level.load)],
  ["req/s", ({ level }) => short(level.answersPerSecond)],
  ["TTFT ms p50", ({ group }) => short(figureOf(group, "ttft", "p50_all"))],
  ["p95", ({ group }) => short(figureOf(group, "ttft", "p95_all"))],
  ["TPOT p50", ({ group }) => short(figureOf(group, "tpot", "p50_all"))],
  ["p95", ({ group }) => short(figureOf(group, "tpot", "p95_all"))],
  ["good %", ({ group }) => percent(figureOf(group, "goodput_share", "value"))],
  ["$/1k good", ({ group }) => short(figureOf(group, "cost_per_1k_good", "value"))],
];

/** For a terminal: of several signs of saturation the first. */
export const NARROW: readonly LevelColumn[] = [
  ...FIGURES,
  ["saturated", ({ level }) => level.saturation[0] ?? NO_VALUE],
];

/** For a page. The last column is text. */
export const WIDE: readonly LevelColumn[] = [
  ...FIGURES,
  ["good/s", ({ level }) => short(level.goodPerSecond)],
  ["output tok/s", ({ level }) => short(level.outputTokensPerSecond)],
  ["saturated", ({ level }) => level.saturation.join(", ") || NO_VALUE],
];

export function titlesOf(columns: readonly LevelColumn[]): readonly string[] {
  return columns.map(([title]) => title);
}

/** The levels of each target as text. */
export function levelTables(
  analysis: Analysis,
  columns: readonly LevelColumn[],
): readonly { readonly target: string; readonly rows: readonly (readonly string[])[] }[] {
  const byTarget = Map.groupBy(levelRows(analysis), ({ target }) => target.target);
  return [...byTarget].map(([target, rows]) => ({
    target,
    rows: rows.map((row) => columns.map(([, cell]) => cell(row))),
  }));
}

/** What load is in, in words. */
export function loadUnit({ by }: SweepAnalysis): string {
  return by === "rate" ? "requests a second" : "requests in flight";
}

/** What the levels say together, per target: the knee, and how far the objective holds. */
export function sweepSentences(analysis: Analysis): readonly { readonly label: string; readonly text: string }[] {
  const { sweep } = analysis;
  if (sweep === null) return [];
  return [
    ...sweep.targets.map((target) => ({ label: "knee", text: kneeText(sweep, target) })),
    ...sweep.targets.map((target) => ({ label: "slo", text: sloText(sweep, target) })),
    ...saturationText(sweep),
  ];
}

function kneeText(sweep: SweepAnalysis, { target, knee, levels }: TargetSweep): string {
  const most = levels.at(-1);
  if (knee === null) {
    const reached = levels.reduce((best, { answersPerSecond }) => Math.max(best, answersPerSecond ?? 0), 0);
    const least = reached === 0 ? "" : `, at least ${short(reached)} answers/s`;
    return `${target}: no level saturated up to ${short(most?.load ?? null)} ${loadUnit(sweep)}${least}`;
  }
  const load = `${short(knee.load)} ${loadUnit(sweep)} (${interval(knee.loadLow, knee.loadHigh)})`;
  const top = `${short(knee.answersPerSecond)} answers/s (${interval(knee.answersPerSecondLow, knee.answersPerSecondHigh)})`;
  return `${target} has all it can do from ${load} on: ${top}`;
}

function sloText(sweep: SweepAnalysis, { target, sloCapacity }: TargetSweep): string {
  if (sloCapacity === null) return `${target} met its objective at no level`;
  const { load, goodPerSecond, outputTokensPerSecond } = sloCapacity;
  const tokens = outputTokensPerSecond === null ? "" : `, ${short(outputTokensPerSecond)} output tokens/s`;
  return `${target} meets its objective at ${short(load)} ${loadUnit(sweep)}: ${short(goodPerSecond)} good answers/s${tokens}`;
}

/** What the names in the table mean, of those that stand there. */
function saturationText({ targets }: SweepAnalysis): readonly { readonly label: string; readonly text: string }[] {
  const named = new Set(targets.flatMap(({ levels }) => levels.flatMap(({ saturation }) => saturation)));
  return Object.entries(SATURATIONS).flatMap(([name, meaning]) =>
    named.has(name as keyof typeof SATURATIONS) ? [{ label: name, text: meaning }] : [],
  );
}
