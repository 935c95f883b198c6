import type { Table } from "../table.ts";
import { escaped } from "./escaped.ts";

/** A longer text is given the room of a sentence. */
const LONG_CHARS = 50;

/** Where there are more, a phone shows that it scrolls. */
const COLUMNS_OF_A_PHONE = 3;

/**
 * A table that scrolls by itself where it is wider than the page, by keyboard too. Its first column heads the rows and stays in
 * sight. With scripts on, every column sorts.
 *
 * @param label names the table for those who do not see where it stands; not yet escaped
 * @param links page that the first cell of each row leads to; empty for none
 */
export function tableHtml(label: string, { columns, rows }: Table, links: readonly string[] = []): string {
  // Pages have thousands of cells: what is plain text has no class.
  const kindOf = (text: string, index: number): string => {
    if (columns[index]?.isNumber) return ' class="n"';
    return text.length > LONG_CHARS ? ' class="long"' : "";
  };
  const head = columns.map(({ title }, index) => `<th scope="col"${kindOf("", index)}>${escaped(title)}</th>`).join("");
  const cell = (text: string, index: number, link: string | undefined): string => {
    if (index > 0) return `<td${kindOf(text, index)}>${escaped(text)}</td>`;
    const name = link === undefined ? escaped(text) : `<a href="${escaped(link)}">${escaped(text)}</a>`;
    return `<th scope="row">${name}</th>`;
  };
  const line = (row: readonly string[], place: number): string =>
    `<tr>${row.map((text, index) => cell(text, index, links[place])).join("")}</tr>`;
  return [
    ...(columns.length > COLUMNS_OF_A_PHONE ? ['<p class="cue" aria-hidden="true">scrolls sideways \u2192</p>'] : []),
    `<div class="wide" role="region" aria-label="${escaped(label)}" tabindex="0"><table class="sortable">`,
    `<thead><tr>${head}</tr></thead>`,
    `<tbody>\n${rows.map(line).join("\n")}\n</tbody>`,
    "</table></div>",
  ].join("\n");
}
