import type { NightFacts, NightPart, NightRecord } from "../../core/night.ts";
import type { MeasuredPart } from "./facts.ts";
import { findingsOf } from "./findings.ts";
import { endingsOf, pagingOf, regressionsOf } from "./regressions.ts";
import { coverageOf, daysBetween } from "./slots.ts";
import { suspectsOf } from "./suspects.ts";
import { messageOf, statusOf, targetCounts } from "./words.ts";

/** Nights in a row that one message names as missed; a longer gap was no accident. */
const MISSED_MAX = 7;

export interface Judging {
  /** Nights before it, oldest first. */
  readonly before: readonly NightRecord[];
  readonly windowNights: number;
  /** A target that fails more is failing. */
  readonly failureShareMax: number;
  /** No slot of it is still to come. */
  readonly closed: boolean;
  /** A later night had to close it. */
  readonly isLate: boolean;
}

/** A part with what the nights before say of it. */
export function judgedPart(
  part: MeasuredPart,
  { before, windowNights, slots }: Pick<Judging, "before" | "windowNights"> & Pick<NightFacts, "slots">,
): NightPart {
  return { ...part, ...suspectsOf(part, before, windowNights, Math.max(1, slots.length)) };
}

/** `night.json`, but for the hooks: a pure function of the night's facts and the nights before. */
export function nightRecord(facts: NightFacts, of: Judging): NightRecord {
  const { before, failureShareMax, closed } = of;
  const regressions = regressionsOf(facts.night, facts.parts, before);
  const previous = before.at(-1)?.night ?? null;
  const missed = previous === null ? [] : daysBetween(previous, facts.night).slice(-MISSED_MAX);
  const findings = findingsOf(facts, before, { regressions, missed, closed, failureShareMax });
  const counts = targetCounts(facts, failureShareMax);
  const known = {
    v: 1 as const,
    ...facts,
    closed,
    coverage: coverageOf(facts.parts.filter(({ runId }) => runId !== null)),
    spentUsd: spentOf(facts.parts),
    findings,
    regressions,
    missed,
    status: statusOf(facts, findings, counts),
    pages: pagingOf(regressions, before).length > 0,
  };
  const endings = endingsOf(facts.night, facts.parts, before, regressions);
  return { ...known, message: messageOf(known, counts, endings, of.isLate), hooks: [] };
}

/** What its calls cost, the small ones before each run too; what nobody knows counts as reserved, as it does under a cap. */
export function spentOf(parts: readonly NightPart[]): number {
  return parts
    .flatMap(({ targets }) => targets)
    .reduce((sum, { check, measured }) => sum + (check.usd ?? 0) + (measured?.spentUsd?.high ?? 0), 0);
}
