import type { Stat } from "../core/metric.ts";
import type { Analysis, GroupAnalysis } from "../measure/analysis.ts";
import { rowOf, type ScenarioGroups } from "./headline.ts";
import { matchingText, verdictText } from "./verdicts.ts";
import { interval, percent, plain, short } from "./text.ts";

/** What a buyer asks of one scenario, and what the run says to it. All text is plain. */
export interface BuyersAnswer {
  readonly question: string;
  readonly unit: string;
  /** Those that the first is not shown to be better than, best value first; none when nothing was measured. */
  readonly best: readonly { readonly target: string; readonly figure: string }[];
  /** Those of them that were not compared with the first, so that their order says nothing. */
  readonly uncompared: readonly string[];
  /** Those that it is shown to be better than. */
  readonly behind: readonly string[];
  /** The verdict between the two best in a sentence: by how much, on what, or what would decide it; null where none is told. */
  readonly basis: string | null;
}

interface Question {
  readonly title: string;
  readonly metric: string;
  readonly stat: Stat;
  readonly better: "lower" | "higher";
  readonly unit: string;
  /** `range`: the ends are a judged range, and say more than the value between them. */
  readonly shows: "value" | "range";
}

const CARBON = "gco2e_per_1k_output";

const QUESTIONS: readonly Question[] = [
  { title: "First token", metric: "ttft", stat: "p50_all", better: "lower", unit: "median TTFT, ms", shows: "value" },
  {
    title: "Output speed",
    metric: "output_speed",
    stat: "p50_all",
    better: "higher",
    unit: "median, tokens/s",
    shows: "value",
  },
  {
    title: "Reliability",
    metric: "success_share",
    stat: "value",
    better: "higher",
    unit: "answered, % of requests",
    shows: "value",
  },
  {
    title: "Within the objective",
    metric: "goodput_share",
    stat: "value",
    better: "higher",
    unit: "good answers, % of requests",
    shows: "value",
  },
  {
    title: "Cost per good answer",
    metric: "cost_per_1k_good",
    stat: "value",
    better: "lower",
    unit: "USD per 1,000 good answers",
    shows: "value",
  },
  {
    title: "Carbon, estimated",
    metric: CARBON,
    stat: "value",
    better: "lower",
    unit: "gCO2e per 1,000 output tokens, range",
    shows: "range",
  },
];

/** The answers to every question that a buyer has about one scenario; none for one that asks no model. */
export function answersTo(analysis: Analysis, scenario: ScenarioGroups): readonly BuyersAnswer[] {
  if (scenario.scenario.load.kind === "gateway") return [];
  return QUESTIONS.map((question) => answerTo(question, analysis, scenario));
}

function answerTo(question: Question, analysis: Analysis, { scenario, groups }: ScenarioGroups): BuyersAnswer {
  const { title, unit, metric, stat, better } = question;
  const sign = better === "lower" ? 1 : -1;
  const measured = groups
    .flatMap((group) => {
      const value = rowOf(group, metric, stat)?.value ?? null;
      return value === null || value === Infinity ? [] : [{ group, value }];
    })
    .toSorted((a, b) => sign * (a.value - b.value))
    .map(({ group }) => group);
  const [first, second] = measured;
  const leadersOver = (group: GroupAnalysis): readonly (string | null)[] => {
    if (first === undefined || group === first) return [];
    return question.metric === CARBON
      ? carbonVerdicts(analysis, scenario.id, first, group).map(({ lower }) => lower)
      : verdicts(analysis, question, scenario.id, first, group).map(({ leader }) => leader);
  };
  const isBehind = (group: GroupAnalysis): boolean => leadersOver(group).some((leader) => leader === first?.target.id);
  const idsOf = (some: readonly GroupAnalysis[]): readonly string[] => some.map(({ target }) => plain(target.id));
  const [verdict] = first && second ? verdicts(analysis, question, scenario.id, first, second) : [];
  return {
    question: title,
    unit,
    best: measured
      .filter((group) => !isBehind(group))
      .map((group) => ({ target: plain(group.target.id), figure: figureOf(question, group) })),
    uncompared: idsOf(measured.filter((group) => group !== first && leadersOver(group).length === 0)),
    behind: idsOf(measured.filter(isBehind)),
    basis: verdict === undefined ? null : plain(verdictText(verdict, matchingText(scenario))),
  };
}

/** What the run says of two targets on one question: one verdict, or none. */
function verdicts(
  analysis: Analysis,
  { metric, stat }: Question,
  scenario: string,
  a: GroupAnalysis,
  b: GroupAnalysis,
): Analysis["verdicts"] {
  return analysis.verdicts.filter(
    (verdict) =>
      isOfBoth(verdict, scenario, a, b) && verdict.metric === metric && verdict.stat === stat.replace("_all", ""),
  );
}

/** Those that are ranked at all. */
function carbonVerdicts(
  analysis: Analysis,
  scenario: string,
  a: GroupAnalysis,
  b: GroupAnalysis,
): Analysis["carbonVerdicts"] {
  return analysis.carbonVerdicts.filter((verdict) => verdict.aLower !== null && isOfBoth(verdict, scenario, a, b));
}

function isOfBoth(
  verdict: { readonly scenario: string; readonly a: string; readonly b: string },
  scenario: string,
  a: GroupAnalysis,
  b: GroupAnalysis,
): boolean {
  const both = [verdict.a, verdict.b];
  return verdict.scenario === scenario && both.includes(a.target.id) && both.includes(b.target.id);
}

/** `62.9 (60.4-70.8)` */
function figureOf({ metric, stat, shows }: Question, group: GroupAnalysis): string {
  const row = rowOf(group, metric, stat);
  const scale = row?.unit === "share" ? 100 : 1;
  const times = (value: number | null): number | null => (value === null ? null : value * scale);
  const range = interval(times(row?.low ?? null), times(row?.high ?? null));
  if (shows === "range" && range !== "") return range;
  const value = row?.unit === "share" ? percent(row.value) : short(row?.value ?? null);
  return range === "" ? value : `${value} (${range})`;
}
