import type { Table } from "../table.ts";
import { escaped } from "./escaped.ts";

/** A longer text is given the room of a sentence. */
const LONG_CHARS = 50;

/**
 * A table that scrolls by itself where it is wider than the page, by keyboard too. Its first column heads the rows and stays in
 * sight. With scripts on, every column sorts.
 *
 * @param label names the table for those who do not see where it stands; not yet escaped
 */
export function tableHtml(label: string, { columns, rows }: Table): string {
  // Pages have thousands of cells: what is plain text has no class.
  const kindOf = (text: string, index: number): string => {
    if (columns[index]?.isNumber) return ' class="n"';
    return text.length > LONG_CHARS ? ' class="long"' : "";
  };
  const head = columns.map(({ title }, index) => `<th scope="col"${kindOf("", index)}>${escaped(title)}</th>`).join("");
  const cell = (text: string, index: number): string =>
    index === 0 ? `<th scope="row">${escaped(text)}</th>` : `<td${kindOf(text, index)}>${escaped(text)}</td>`;
  return [
    `<div class="wide" role="region" aria-label="${escaped(label)}" tabindex="0"><table class="sortable">`,
    `<thead><tr>${head}</tr></thead>`,
    `<tbody>\n${rows.map((row) => `<tr>${row.map(cell).join("")}</tr>`).join("\n")}\n</tbody>`,
    "</table></div>",
  ].join("\n");
}
