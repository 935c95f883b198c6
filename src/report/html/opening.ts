import type { Analysis } from "../../measure/analysis.ts";
import type { ReportDocument } from "../document.ts";
import { simulatedMark } from "../facts.ts";
import type { Section, Table } from "../table.ts";
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

/** What decides, where a phone shows it without scrolling. */
const FIRST = ["good %", "$/1k good", "TTFT ms p50", "95 % interval"];

/** The tables of all scenarios in one, targets first, then what decides; those of another kind keep their own columns. */
export function wholeTable(scenarios: readonly Section[]): Section {
  const [first] = scenarios;
  const heading = "Every target";
  if (first === undefined) return { heading, text: "", table: { columns: [], rows: [] } };
  if (scenarios.length === 1) return { ...first, table: decidingFirst(first.table, 1) };
  const titles = first.table.columns.map(({ title }) => title).join();
  const alike = scenarios.filter(({ table }) => table.columns.map(({ title }) => title).join() === titles);
  const [target, ...columns] = first.table.columns;
  const whole = {
    columns: [target!, { title: "scenario", isNumber: false }, ...columns],
    rows: alike.flatMap(({ heading: scenario, table }) =>
      table.rows.map(([id, ...cells]) => [id!, scenario, ...cells]),
    ),
  };
  return {
    heading,
    text: alike.map((section) => `${section.heading}: ${section.text}.`).join(" "),
    table: decidingFirst(whole, 2),
  };
}

/** @param fixed columns that keep their place at the left */
function decidingFirst({ columns, rows }: Table, fixed: number): Table {
  const rank = (place: number): number => {
    if (place < fixed) return -1;
    const found = FIRST.indexOf(columns[place]!.title);
    return found === -1 ? FIRST.length : found;
  };
  // A stable sort: all others keep their order.
  const order = columns.map((_, place) => place).toSorted((a, b) => rank(a) - rank(b));
  return { columns: order.map((place) => columns[place]!), rows: rows.map((row) => order.map((place) => row[place]!)) };
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
