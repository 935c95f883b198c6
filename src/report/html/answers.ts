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

function cardHtml({ question, unit, best, uncompared, behind, basis }: BuyersAnswer): string {
  const lines = best.map(
    ({ target, figure }) => `<li><b>${escaped(target)}</b> <span class="figure">${escaped(figure)}</span></li>`,
  );
  const notes = [
    ...(best.length === 0 ? ["Not known of any target."] : []),
    ...(best.length > 1 + uncompared.length ? ["The first is not shown to be better than the others here."] : []),
    ...(uncompared.length > 0 ? [`Not compared with the first: ${uncompared.join(", ")}.`] : []),
    ...(behind.length > 0 ? [`Shown to be behind: ${behind.join(", ")}.`] : []),
  ];
  return [
    `<div class="card"><h4>${escaped(question)}</h4><p class="quiet">${escaped(unit)}</p>`,
    `<ul>${lines.join("")}</ul>`,
    `<p class="quiet">${escaped(notes.join(" "))}</p>${basis === null ? "" : `<p class="quiet">${escaped(basis)}.</p>`}</div>`,
  ].join("\n");
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
