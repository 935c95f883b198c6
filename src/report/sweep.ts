import type { Analysis } from "../measure/analysis.ts";
import { SATURATIONS } from "../measure/sweep/saturation.ts";
import type { Probe, TargetSearch } from "../measure/sweep/search.ts";
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
  const { found } = sweep;
  // A search stays away from what saturates: where it has no knee, that says nothing.
  const kneed = sweep.targets.filter(({ knee }) => found === null || knee !== null);
  return [
    ...(found ?? []).map((target) => ({ label: "answer", text: answerText(target) })),
    ...kneed.map((target) => ({ label: "knee", text: kneeText(sweep, target) })),
    ...(found === null ? sweep.targets : []).map((target) => ({ label: "slo", text: sloText(sweep, target) })),
    ...saturationText(sweep),
  ];
}

/** The highest rate that passed, the lowest that failed, and what decided both. */
function answerText({ target, probes, highestPassed, lowestFailed }: TargetSearch): string {
  const at = (rate: number | null): Probe | undefined => probes.find(({ ratePerSecond }) => ratePerSecond === rate);
  const [passed, failed] = [at(highestPassed), at(lowestFailed)];
  const cutOff = probes.at(-1)?.verdict === "undecided" ? "; the search was cut off" : "";
  const above =
    failed === undefined ? "no higher rate was tried" : `${short(lowestFailed)}/s failed: ${whyFailed(failed)}`;
  if (passed === undefined) {
    return failed === undefined
      ? `${target}: no level was decided${cutOff}`
      : `${target} meets its objective at no rate that was tried; ${above}${cutOff}`;
  }
  const { requests, misses, missesAllowed } = passed;
  const basis = `${misses} of ${requests} requests missed it, ${missesAllowed ?? 0} may`;
  return `${target} meets its objective at ${short(highestPassed)}/s with 99 % confidence: ${basis}; ${above}${cutOff}`;
}

function whyFailed({ requests, misses, missesAllowed, saturation }: Probe): string {
  const missed = `${misses} of ${requests} missed it`;
  const isOver = missesAllowed === null || misses > missesAllowed;
  return [...(isOver ? [missed] : []), ...saturation].join(", ");
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
