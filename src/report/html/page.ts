import type { Analysis } from "../../measure/analysis.ts";
import { reportDocument } from "../document.ts";
import type { Section } from "../table.ts";
import { escaped } from "./escaped.ts";
import { shell } from "./shell.ts";
import { tableHtml } from "./table.ts";

/** `report.html`: one page in one file. Text of any origin is escaped. Ends with a line feed. */
export function reportHtml(analysis: Analysis): string {
  const page = reportDocument(analysis);
  const body = `<h1>${escaped(page.title)}</h1>
<p class="marks">${page.marks.map(markHtml).join(" ")}</p>
<ul>
${page.facts.map((fact) => `<li>${escaped(fact)}</li>`).join("\n")}
</ul>
<dl>
${page.sentences.map(({ label, text }) => `<dt>${escaped(label)}</dt><dd>${escaped(text)}</dd>`).join("\n")}
</dl>
${page.sections.map(sectionHtml).join("\n")}`;
  return shell(page.title, body);
}

const MARK_CLASSES: Readonly<Record<string, string>> = { VALID: "good", INVALID: "bad" };

function markHtml(mark: string): string {
  return `<mark class="${MARK_CLASSES[mark] ?? "note"}">${escaped(mark)}</mark>`;
}

function sectionHtml(section: Section): string {
  const text = section.text === "" ? "" : `<p>${escaped(section.text)}</p>\n`;
  return `<section>\n<h2>${escaped(section.heading)}</h2>\n${text}${tableHtml(section.heading, section.table)}\n</section>`;
}
