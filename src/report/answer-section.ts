import type { Analysis } from "../measure/analysis.ts";
import { answersTo, type BuyersAnswer } from "./answers.ts";
import { byScenario } from "./headline.ts";
import { type Section, table } from "./table.ts";
import { NO_VALUE, plain } from "./text.ts";

/** Figures of one cell; more are counted. */
const BEST_MAX = 3;

/** The answers to a buyer as a table for each scenario, for a page without cards; none for a sweep, which answers something else. */
export function answerSections(analysis: Analysis): readonly Section[] {
  if (analysis.sweep !== null) return [];
  const scenarios = byScenario(analysis).map((scenario) => ({ scenario, answers: answersTo(analysis, scenario) }));
  return scenarios
    .filter(({ answers }) => answers.length > 0)
    .map(({ scenario, answers }) => ({
      heading: scenarios.length === 1 ? "The answer" : plain(`The answer, ${scenario.scenario.id}`),
      text: "With 95 % intervals. Several targets: no difference shown between them.",
      table: table(
        ["question", "best", "shown to be behind"],
        [],
        [],
        answers.map((answer) => [cellsOf(answer), [], []]),
      ),
    }));
}

function cellsOf({ question, unit, best, uncompared, undecided, behind }: BuyersAnswer): readonly string[] {
  const figures = best.slice(0, BEST_MAX).map(({ target, figure }) => `${target} ${figure}`);
  const more = best.length > BEST_MAX ? [`and ${best.length - BEST_MAX} more`] : [];
  const untested = uncompared.length > 0 ? [`not compared with the first: ${uncompared.join(", ")}`] : [];
  const open = undecided.length > 0 ? [`not known whether more or less: ${undecided.join(", ")}`] : [];
  return [
    `${question}: ${unit}`,
    [...figures, ...more, ...untested, ...open].join("; ") || NO_VALUE,
    behind.join(", ") || NO_VALUE,
  ];
}
