import type { Analysis } from "../measure/analysis.ts";
import { reportDocument } from "./document.ts";
import type { Section, Table } from "./table.ts";

/** `report.md`: tables for a pull request. Text of any origin is inert. Ends with a line feed. */
export function reportMarkdown(analysis: Analysis): string {
  const page = reportDocument(analysis);
  const blocks = [
    `# ${inert(page.title)}`,
    page.marks.map((mark) => `**${mark}**`).join(" · "),
    page.facts.map((fact) => `- ${inert(fact)}`).join("\n"),
    page.sentences.map(({ label, text }) => `- **${label}** ${inert(text)}`).join("\n"),
    ...page.sections.flatMap(sectionBlocks),
  ];
  return `${blocks.join("\n\n")}\n`;
}

function sectionBlocks(section: Section): readonly string[] {
  const text = section.text === "" ? [] : [inert(section.text)];
  return [`## ${inert(section.heading)}`, ...text, tableBlock(section.table)];
}

function tableBlock({ columns, rows }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    line(columns.map((column) => inert(column.title))),
    line(columns.map((column) => (column.isNumber ? "---:" : "---"))),
    ...rows.map((row) => line(row.map(inert))),
  ].join("\n");
}

/**
 * Characters that could open markup, a table cell, a link or a mention become character references, which by CommonMark
 * never structure a document; a bare address is broken up, so that none becomes a link.
 */
export function inert(text: string): string {
  return text
    .replace(/[&<>\\`|[\]*~]/g, reference)
    .replace(/:(?=\/\/)/g, reference)
    .replace(/(?<=www)\./gi, reference)
    .replace(/@/g, "$&&#8203;");
}

function reference(character: string): string {
  return `&#${character.codePointAt(0)};`;
}
