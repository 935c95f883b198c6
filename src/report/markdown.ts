import type { Analysis } from "../measure/analysis.ts";
import { answerSections } from "./answer-section.ts";
import { reportDocument } from "./document.ts";
import type { Section, Table } from "./table.ts";

/** `report.md`: the answers first, then tables, for a pull request or the summary of a job. Text of any origin is inert. Ends with a line feed. */
export function reportMarkdown(analysis: Analysis): string {
  const page = reportDocument(analysis);
  const blocks = [
    `# ${inert(page.title)}`,
    page.marks.map((mark) => `**${mark}**`).join(" · "),
    ...answerSections(analysis).flatMap(sectionBlocks),
    "## The run",
    page.facts.map((fact) => `- ${inert(fact)}`).join("\n"),
    page.sentences.map(({ label, text }) => `- **${label}** ${inert(text)}`).join("\n"),
    ...[...page.levels, ...page.scenarios, ...page.details, page.definitions, ...page.flags].flatMap(sectionBlocks),
  ];
  return `${blocks.join("\n\n")}\n`;
}

/** Of one table. A comment may have 65,536 characters on GitHub, and many targets make thousands of verdicts. */
const ROWS_MAX = 60;

function sectionBlocks(section: Section): readonly string[] {
  const text = section.text === "" ? [] : [inert(section.text)];
  const more = section.table.rows.length - ROWS_MAX;
  const cut = more > 0 ? [`${more} more rows are in report.html and report.json.`] : [];
  return [`## ${inert(section.heading)}`, ...text, tableBlock(section.table), ...cut];
}

function tableBlock({ columns, rows }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    line(columns.map((column) => inert(column.title))),
    line(columns.map((column) => (column.isNumber ? "---:" : "---"))),
    ...rows.slice(0, ROWS_MAX).map((row) => line(row.map(inert))),
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
