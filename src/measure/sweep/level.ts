import { sizeOf } from "../../core/load.ts";
import type { Us } from "../../core/units.ts";
import { attempted, type Group } from "../group.ts";
import { outputTokens, type Sample } from "../sample.ts";
import { judge } from "../slo.ts";
import { arrivalsUs, isInside, steadyWindow, type Span, type SteadyWindow } from "../steady-window.ts";
import { saturationOf, type Saturation } from "./saturation.ts";

/** What one level of a sweep shows of one target, beside the rows of its summary. Rates are per second of the level's window. */
export interface Level {
  /** Id of the scenario that is this level. */
  readonly scenario: string;
  /** What was asked for: arrivals per second, or requests kept in flight. */
  readonly load: number;
  /** Arrivals as drawn; null in closed loop and without a window. */
  readonly offeredPerSecond: number | null;
  readonly answersPerSecond: number | null;
  /** Answers that met every limit, and their tokens and those of all other answers; null without a window. */
  readonly goodPerSecond: number | null;
  readonly inputTokensPerSecond: number | null;
  readonly outputTokensPerSecond: number | null;
  /** Good answers over all attempted reached the percentile of the objective. */
  readonly meetsSlo: boolean;
  /** How it shows that the target was asked for more than it can do; empty: it does not. */
  readonly saturation: readonly Saturation[];
}

/** A level with what an interval of its throughput is drawn from. */
export interface MeasuredLevel {
  readonly level: Level;
  /** Attempts behind it, and those of them that were answered. */
  readonly attempted: number;
  readonly answered: number;
  /** Of the window; 0 without one. */
  readonly seconds: number;
  /** Answers per second in each of equal parts of the window; empty without one. */
  readonly blocksPerSecond: readonly number[];
}

/** Parts of a window that are drawn again: enough to show its spread, each longer than an answer where that is possible. */
const BLOCKS_MAX = 20;
const BLOCKS_MIN = 5;

/**
 * One target at one level. The window is [first arrival + one answer at light load, last arrival]: by then a target that is
 * asked for more than it can do is busy, and how long it lets its queue wait plays no part.
 *
 * @param rampUpUs median e2e of the target at its lowest level; null when it answered nothing there
 * @param before the level below on the same target; null for the lowest
 */
export function measureLevel(group: Group, rampUpUs: Us | null, before: Level | null): MeasuredLevel {
  const window = rampUpUs === null ? null : steadyWindow(group, rampUpUs);
  const { load } = group.scenario;
  const perSecond = (count: number | null): number | null =>
    window === null || count === null ? null : count / window.seconds;
  const answers = window?.answers ?? [];
  const good = group.successes.filter((sample) => judge(sample) === "good");
  const rates = {
    offeredPerSecond: load.kind === "closed" ? null : perSecond(offered(group, window, rampUpUs ?? 0)),
    answersPerSecond: perSecond(answers.length),
  };
  const level = {
    scenario: group.scenario.id,
    load: sizeOf(load),
    ...rates,
    goodPerSecond: perSecond(answers.filter((sample) => judge(sample) === "good").length),
    inputTokensPerSecond: perSecond(sum(answers.map(inputTokens))),
    outputTokensPerSecond: perSecond(sum(answers.map((sample) => outputTokens(sample).n))),
    meetsSlo: attempted(group) > 0 && good.length >= attempted(group) * group.scenario.slo.percentile,
  };
  return {
    level: { ...level, saturation: saturationOf(group, window, level, before, rampUpUs ?? 0) },
    attempted: attempted(group),
    answered: group.successes.length,
    seconds: window?.seconds ?? 0,
    blocksPerSecond: window === null ? [] : blocksOf(window, rampUpUs ?? 0),
  };
}

/** Arrivals whose answers would fall into the window if they took no longer than at light load. */
function offered(group: Group, window: SteadyWindow | null, rampUpUs: Us): number {
  const spans = (window?.spans ?? []).map(({ startUs, endUs }) => ({
    startUs: startUs - rampUpUs,
    endUs: endUs - rampUpUs,
  }));
  return arrivalsUs(group).filter((at) => isInside(at, spans)).length;
}

function blocksOf({ spans, seconds, answers }: SteadyWindow, answerUs: Us): readonly number[] {
  const fitting = Math.floor((seconds * 1e6) / Math.max(1, answerUs));
  const blocks = Math.max(BLOCKS_MIN, Math.min(BLOCKS_MAX, fitting));
  const counts = Array.from({ length: blocks }, () => 0);
  for (const { observation } of answers) {
    const place = placeIn(spans, observation.stamps.lastContent ?? 0) / (seconds * 1e6);
    counts[Math.min(blocks - 1, Math.floor(place * blocks))]! += 1;
  }
  return counts.map((count) => count / (seconds / blocks));
}

/** How far into the window a stamp lies, as if its spans followed each other without a gap. */
function placeIn(spans: readonly Span[], at: Us): Us {
  let before = 0;
  for (const { startUs, endUs } of spans) {
    if (at <= endUs) return before + Math.max(0, at - startUs);
    before += endUs - startUs;
  }
  return before;
}

/** As billed, else as planned. */
function inputTokens({ observation: { usage, request } }: Sample): number {
  return usage?.input ?? request.inputTokens;
}

/** Null when any part is unknown: the sum would be too low by an unknown amount. */
function sum(values: readonly (number | null)[]): number | null {
  return values.reduce((total, value) => (total === null || value === null ? null : total + value), 0);
}
