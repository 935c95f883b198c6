import type { Table } from "../table.ts";
import { escaped } from "./escaped.ts";

/**
 * A table that scrolls by itself where it is wider than the page, by keyboard too. Its first column heads the rows and stays in
 * sight. With scripts on, every column sorts.
 *
 * @param label names the table for those who do not see where it stands; not yet escaped
 */
export function tableHtml(label: string, { columns, rows }: Table): string {
  const kind = (index: number): string => (columns[index]?.isNumber ? ' class="number"' : ' class="text"');
  const head = columns.map((column, index) => `<th scope="col"${kind(index)}>${escaped(column.title)}</th>`).join("");
  const cell = (text: string, index: number): string =>
    index === 0 ? `<th scope="row">${escaped(text)}</th>` : `<td${kind(index)}>${escaped(text)}</td>`;
  return [
    `<div class="wide" role="region" aria-label="${escaped(label)}" tabindex="0"><table class="sortable">`,
    `<thead><tr>${head}</tr></thead>`,
    `<tbody>\n${rows.map((row) => `<tr>${row.map(cell).join("")}</tr>`).join("\n")}\n</tbody>`,
    "</table></div>",
  ].join("\n");
}
