import type { Analysis, GroupAnalysis } from "../measure/analysis.ts";
import type { Verdict } from "../measure/compare/verdict.ts";
import { absenceOf, CARBON, COST, figureOf, GOOD, type Question, QUESTIONS, valueOf } from "./answer-questions.ts";
import { sloFact } from "./facts.ts";
import type { ScenarioGroups } from "./headline.ts";
import { matchingText, verdictText } from "./verdicts.ts";
import { plain } from "./text.ts";

/** What a buyer asks of one scenario, and what the run says to it. All text is plain. */
export interface BuyersAnswer {
  readonly question: string;
  readonly unit: string;
  /** Those that the first is not shown to be better than, best value first; none when nothing was measured. */
  readonly best: readonly { readonly target: string; readonly figure: string }[];
  /** Those of them that were not compared with the first, so that their order says nothing. */
  readonly uncompared: readonly string[];
  /** Estimates that cannot be told from the first, with their figures: too little is known of them to call them best. */
  readonly undecided: readonly string[];
  /** Those that it is shown to be better than. */
  readonly behind: readonly string[];
  /** Those that the question leaves out, each with its reason. */
  readonly missing: readonly string[];
  /** The verdict between the two best in a sentence: by how much, on what, or what would decide it; null where none is told. */
  readonly basis: string | null;
}

/** The answers to every question that a buyer has about one scenario, that to all of them together first; none for one that asks no model. */
export function answersTo(analysis: Analysis, scenario: ScenarioGroups): readonly BuyersAnswer[] {
  if (scenario.scenario.load.kind === "gateway") return [];
  const answers = QUESTIONS.map((question) => answerTo(question, analysis, scenario));
  return [combinedAnswer(answers[QUESTIONS.indexOf(GOOD)]!, analysis, scenario), ...answers];
}

/** The cheapest of those that none is shown to beat at the objective: the cheapest of all may be one that mostly fails. */
function combinedAnswer(good: BuyersAnswer, analysis: Analysis, scenario: ScenarioGroups): BuyersAnswer {
  const out = [
    ...good.behind.map((id) => ({ id, reason: "behind in good answers" })),
    ...good.uncompared.map((id) => ({ id, reason: "good answers not compared" })),
  ];
  const isIn = ({ target }: GroupAnalysis): boolean => out.every(({ id }) => id !== plain(target.id));
  const cheapest = answerTo(COST, analysis, { ...scenario, groups: scenario.groups.filter(isIn) });
  return {
    ...cheapest,
    question: "Cheapest that keeps the objective",
    unit: `${COST.unit}, among those that no other is shown to beat in good answers; ${sloFact(scenario)}`,
    missing: [...cheapest.missing, ...out.map(({ id, reason }) => `${id} (${reason})`)],
  };
}

function answerTo(question: Question, analysis: Analysis, { scenario, groups }: ScenarioGroups): BuyersAnswer {
  const sign = question.better === "lower" ? 1 : -1;
  const measured = groups
    .flatMap((group) => {
      const value = valueOf(question, group);
      return value === null ? [] : [{ group, value }];
    })
    .toSorted((a, b) => sign * (a.value - b.value))
    .map(({ group }) => group);
  const [first, second] = measured;
  const of = (wanted: Standing): readonly GroupAnalysis[] =>
    measured.filter((group) => standingTo(first!, group, question, analysis) === wanted);
  const isJudged = question === CARBON;
  const best = isJudged ? measured.slice(0, 1) : measured.filter((group) => !of("behind").includes(group));
  const idsOf = (some: readonly GroupAnalysis[]): readonly string[] => some.map(({ target }) => plain(target.id));
  const verdict = first && second ? verdictOn(question, analysis, first, second) : undefined;
  return {
    question: question.title,
    unit: question === GOOD ? `${question.unit}; ${sloFact({ scenario })}` : question.unit,
    best: best.map((group) => ({ target: plain(group.target.id), figure: figureOf(question, group) })),
    uncompared: idsOf(of("not compared")),
    undecided: isJudged ? of("level").map((group) => plain(`${group.target.id} ${figureOf(question, group)}`)) : [],
    behind: idsOf(of("behind")),
    missing: groups
      .filter((group) => !measured.includes(group))
      .map((group) => plain(`${group.target.id} (${absenceOf(question, group)})`)),
    basis: isJudged
      ? carbonBasis(of("behind").length)
      : verdict === undefined
        ? null
        : plain(verdictText(verdict, matchingText(scenario))),
  };
}

/** Ranges alone would not tell whoever sees them overlap. */
function carbonBasis(behind: number): string | null {
  if (behind === 0) return null;
  return "Behind: higher in at least 95 % of draws from all that is uncertain, which can be so although ranges overlap";
}

/** Of a target beside the one of the best value. `level`: no difference shown. */
type Standing = "first" | "behind" | "level" | "not compared";

function standingTo(first: GroupAnalysis, group: GroupAnalysis, question: Question, analysis: Analysis): Standing {
  if (group === first) return "first";
  const leader =
    question === CARBON ? lowerOf(analysis, first, group) : verdictOn(question, analysis, first, group)?.leader;
  if (leader === undefined) return "not compared";
  return leader === first.target.id ? "behind" : "level";
}

/** What the run says of two targets on one question; undefined when nothing. */
function verdictOn(
  { metric, stat }: Question,
  { verdicts }: Analysis,
  a: GroupAnalysis,
  b: GroupAnalysis,
): Verdict | undefined {
  return verdicts.find(
    (verdict) => isOfBoth(verdict, a, b) && verdict.metric === metric && verdict.stat === stat.replace("_all", ""),
  );
}

/** Null: not known; undefined where the two are not ranked at all. */
function lowerOf({ carbonVerdicts }: Analysis, a: GroupAnalysis, b: GroupAnalysis): string | null | undefined {
  return carbonVerdicts.find((verdict) => verdict.aLower !== null && isOfBoth(verdict, a, b))?.lower;
}

function isOfBoth(
  verdict: { readonly scenario: string; readonly a: string; readonly b: string },
  a: GroupAnalysis,
  b: GroupAnalysis,
): boolean {
  const both = [verdict.a, verdict.b];
  return verdict.scenario === a.scenario.id && both.includes(a.target.id) && both.includes(b.target.id);
}
