import type { BuyersAnswer } from "../answers.ts";
import { type Section, table } from "../table.ts";
import { NO_VALUE } from "../text.ts";
import { escaped } from "./escaped.ts";

/** Names in a heading or cell; more are counted. */
const NAMES_MAX = 2;

/** One card for each question. */
export function cardsHtml(answers: readonly BuyersAnswer[]): string {
  return answers.length === 0 ? "" : `<div class="cards">\n${answers.map(cardHtml).join("\n")}\n</div>`;
}

function cardHtml(answer: BuyersAnswer): string {
  const lines = answer.best.map(
    ({ target, figure }) => `<li><b>${escaped(target)}</b> <span class="figure">${escaped(figure)}</span></li>`,
  );
  return [
    `<div class="card"><h4>${escaped(answer.question)}</h4><p class="quiet">${escaped(answer.unit)}</p>`,
    `<ul>${lines.length === 0 ? "<li><b>none</b></li>" : lines.join("")}</ul>`,
    ...notesOf(answer).map((note) => `<p class="quiet">${escaped(note)}</p>`),
    "</div>",
  ].join("\n");
}

function notesOf({ best, uncompared, undecided, behind, missing, basis }: BuyersAnswer): readonly string[] {
  return [
    ...(best.length > 1 + uncompared.length ? ["No difference shown between these."] : []),
    ...(uncompared.length > 0 ? [`Not compared with the first: ${uncompared.join(", ")}.`] : []),
    ...(undecided.length > 0 ? [`Not known whether more or less: ${undecided.join(", ")}.`] : []),
    ...(behind.length > 0 ? [`Shown to be behind: ${behind.join(", ")}.`] : []),
    ...(missing.length > 0 ? [`Left out: ${missing.join(", ")}.`] : []),
    ...(basis === null ? [] : [`${basis}.`]),
  ];
}

/** Who is best in each of several scenarios, by name alone. */
export function answersTable(scenarios: readonly Section[], answers: readonly (readonly BuyersAnswer[])[]): Section {
  const asked = answers.find((all) => all.length > 0) ?? [];
  return {
    heading: "The best of each scenario",
    text: "Several names: no difference shown between them. Figures and intervals stand with each scenario below.",
    table: table(
      ["scenario", ...asked.map(({ question }) => question)],
      [],
      [],
      scenarios.map(({ heading }, index) => [
        [
          heading,
          ...asked.map((_, place) => answers[index]![place]).map((answer) => (answer ? bestOf(answer) : NO_VALUE)),
        ],
        [],
        [],
      ]),
    ),
  };
}

function bestOf({ best }: BuyersAnswer): string {
  if (best.length === 0) return NO_VALUE;
  const more = best.length - NAMES_MAX;
  const names = best.map(({ target }) => target);
  return more <= 0 ? names.join(", ") : `${names.slice(0, NAMES_MAX).join(", ")} and ${more} more`;
}
