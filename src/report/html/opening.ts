import type { Analysis } from "../../measure/analysis.ts";
import type { ReportDocument } from "../document.ts";
import { simulatedMark } from "../facts.ts";
import type { Section } from "../table.ts";
import { escaped } from "./escaped.ts";

const MARK_CLASSES: Readonly<Record<string, string>> = { VALID: "good", INVALID: "bad" };

/** What was measured, when, from where, whether it is real, and whether it may be believed. */
export function openingHtml({ title, marks, facts }: ReportDocument, analysis: Analysis): string {
  return [
    "<header>",
    `<h1>${escaped(title)}</h1>`,
    `<p class="marks">${marks.map(markHtml).join(" ")}</p>`,
    ...alerts(analysis),
    `<ul>\n${facts.map((fact) => `<li>${escaped(fact)}</li>`).join("\n")}\n</ul>`,
    "</header>",
  ].join("\n");
}

/** The tables of all scenarios in one, targets first; those of another kind keep their own columns. */
export function wholeTable(scenarios: readonly Section[]): Section {
  const [first] = scenarios;
  if (first === undefined || scenarios.length === 1)
    return first ?? { heading: "Every target", text: "", table: { columns: [], rows: [] } };
  const titles = first.table.columns.map(({ title }) => title).join();
  const alike = scenarios.filter(({ table }) => table.columns.map(({ title }) => title).join() === titles);
  const [target, ...columns] = first.table.columns;
  return {
    heading: "Every target",
    text: alike.map(({ heading, text }) => `${heading}: ${text}.`).join(" "),
    table: {
      columns: [target!, { title: "scenario", isNumber: false }, ...columns],
      rows: alike.flatMap(({ heading, table }) => table.rows.map(([id, ...cells]) => [id!, heading, ...cells])),
    },
  };
}

function markHtml(mark: string): string {
  return `<mark class="${MARK_CLASSES[mark] ?? "note"}">${escaped(mark)}</mark>`;
}

function alerts(analysis: Analysis): readonly string[] {
  const mark = simulatedMark(analysis);
  const who = mark === "SIMULATED" ? "Every target is" : "Some targets are";
  const made = `<p class="alert">${who} played by the simulator: nothing here says anything about a real endpoint.</p>`;
  const { valid, reasons } = analysis.validity;
  const doubt = `<p class="alert bad">The measurement itself went wrong, so no figure here is to be relied on: ${escaped(reasons.join("; "))}.</p>`;
  return [...(mark === null ? [] : [made]), ...(valid ? [] : [doubt])];
}
