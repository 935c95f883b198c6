import { probit } from "simple-statistics";
import type { Group } from "../group.ts";
import { usdOfRequests } from "../cost/per-request.ts";
import { holm } from "./holm.ts";
import { QUESTIONS, type Answer, type Question } from "./questions.ts";
import { clustersNeeded } from "./least-p.ts";
import { sidesOf } from "./pairs.ts";
import { atExtremes } from "./extremes.ts";
import { isUnclustered, unitsOf, type Sides } from "./sides.ts";
import type { Decides, Scope, Verdict } from "./verdict.ts";

export const ALPHA = 0.05;

/** How often a difference shall be shown that is as large as the one seen. */
const POWER = 0.8;
/** A difference that needs more is not one that anybody will show. */
const UNITS_MAX = 1_000_000;

/** Two groups that are compared, and how they are called. */
export interface Couple {
  readonly a: Group;
  readonly b: Group;
  readonly nameA: string;
  readonly nameB: string;
  readonly scope: Exclude<Scope, "nights">;
}

/**
 * Is one target better than another: each pair of targets, in each scenario of a run, by each question. All of them are one
 * family, so that a run in which nothing differs names a leader in at most 5 % of cases; only what could not have been shown,
 * whatever had come, is not counted. A leader is named when Holm's adjusted p is below 0.05 and the 95 % interval excludes 0.
 *
 * @param groups of one run
 */
export function verdictsOf(groups: readonly Group[]): readonly Verdict[] {
  const byScenario = Map.groupBy(
    groups.filter(({ scenario }) => scenario.load.kind !== "gateway"),
    ({ scenario }) => scenario.id,
  );
  const couples = [...byScenario.values()].flatMap((alike) =>
    alike.flatMap((a, i) =>
      alike.slice(i + 1).map((b): Couple => ({ a, b, nameA: a.target.id, nameB: b.target.id, scope: "window" })),
    ),
  );
  return judgeCouples(couples);
}

/** One family of verdicts over all that these couples can be asked. */
export function judgeCouples(couples: readonly Couple[]): readonly Verdict[] {
  const asked = QUESTIONS.flatMap((question) => {
    // Each target is in many couples.
    const groups = new Set(couples.flatMap(({ a, b }) => [a, b]));
    const figures = new Map([...groups].map((group) => [group, question.figures(group)]));
    const most = new Map([...groups].map((group) => [group, question.figuresAtMost?.(group) ?? null]));
    return couples.flatMap((couple, place) => {
      const [a, b] = [figures.get(couple.a)!, figures.get(couple.b)!];
      const isPaired = couple.scope === "window" && couple.a.scenario.arrangement === "paired";
      const sides = a === null || b === null ? null : sidesOf(a, b, isPaired);
      if (sides === null || unitsOf(sides) < question.unitsMin) return [];
      const [aMost, bMost] = [most.get(couple.a)!, most.get(couple.b)!];
      const extremes = [
        ...(aMost === null ? [] : [sidesOf(aMost, b, isPaired)]),
        ...(bMost === null ? [] : [sidesOf(a, bMost, isPaired)]),
      ];
      const answer = atExtremes(question.compare(sides), extremes.map(question.compare));
      return [{ place, couple, question, sides, answer }];
    });
  }).toSorted((one, other) => one.place - other.place);
  const counted = asked.filter(({ answer }) => answer.test.least < ALPHA);
  const adjusted = new Map(holm(counted.map(({ answer }) => answer.test.p)).map((p, i) => [counted[i]!, p]));
  return asked.map((one) => verdictOf(one, adjusted.get(one) ?? one.answer.test.p, counted.length));
}

interface Asked {
  readonly couple: Couple;
  readonly question: Question;
  readonly sides: Sides;
  readonly answer: Answer;
}

function verdictOf({ couple, question, sides, answer }: Asked, pAdjusted: number, family: number): Verdict {
  const { test, ...figures } = answer;
  const { metric, stat, unit, better } = question;
  const ahead = leaderBy(figures, better, couple.nameA, couple.nameB);
  const leader = pAdjusted < ALPHA ? ahead : null;
  return {
    scope: couple.scope,
    scenario: couple.a.scenario.id,
    metric,
    stat,
    unit,
    better,
    leader,
    a: couple.nameA,
    b: couple.nameB,
    ...figures,
    units: sides.isPaired ? "pairs" : "requests",
    n: unitsOf(sides),
    clusters: isUnclustered(sides) ? null : { a: sides.a.clusterCount, b: sides.b.clusterCount },
    test: test.name,
    p: test.p,
    pAdjusted,
    family,
    decides: leader === null ? decides(couple, sides, test.t, ALPHA / Math.max(1, family)) : null,
  };
}

/** Whose side of 0 the interval lies on; null when it holds 0. */
export function leaderBy(
  { low, high }: Pick<Verdict, "low" | "high">,
  better: Verdict["better"],
  nameA: string,
  nameB: string,
): string | null {
  if (low > 0) return better === "lower" ? nameA : nameB;
  if (high < 0) return better === "lower" ? nameB : nameA;
  return null;
}

/** One run a night. */
export const NIGHTS_MIN = 7;

/** The standard error shrinks with the root of n, if connections grow along; α is that of Holm's first step. */
function decides({ a, b }: Couple, sides: Sides, t: number, alpha: number): Decides {
  const n = unitsOf(sides);
  const wanted = probit(1 - alpha / 2) + probit(POWER);
  const connections = isUnclustered(sides) ? null : clustersNeeded(sides, alpha);
  // Too few connections are mended by more of them.
  const units = Math.max(connections === null ? n + 1 : n, Math.ceil(n * (wanted / Math.abs(t)) ** 2));
  if (!(units <= UNITS_MAX)) return { n: null, connections, nights: null, usd: null };
  const nights = Math.max(NIGHTS_MIN, Math.ceil(units / n));
  return { n: units, connections, nights, usd: usdOfRequests([a, b], units) };
}
