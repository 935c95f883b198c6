import type { ComparisonColumn } from "../../measure/comparison.ts";
import { csvRecords } from "../../store/csv-records.ts";

/** One line of a comparison.csv as text, by column; columns that its file did not have yet are empty. */
export type SiteRow = Readonly<Record<ComparisonColumn, string>>;

/** The lines of a CSV by column. */
export function recordsByColumn(text: string): readonly Readonly<Record<string, string>>[] {
  const [columns, ...records] = csvRecords(text);
  return records.map((cells) => Object.fromEntries(columns!.map((name, i) => [name, cells[i] ?? ""])));
}

/** A cell as a number: null when it is empty, Infinity for `inf`. */
export function numberOf(cell: string | undefined): number | null {
  if (cell === undefined || cell === "") return null;
  const value = cell === "inf" ? Infinity : Number(cell);
  return Number.isNaN(value) ? null : value;
}

/**
 * The lines of a CSV that a test of their cells lets through, byte for byte, below its header. Null when none is left.
 *
 * @param keeps by the cells of the named columns
 */
export function filteredCsv(
  text: string,
  columns: readonly string[],
  keeps: (cells: readonly string[]) => boolean,
): string | null {
  const lines = text.trimEnd().split("\n");
  const [header] = csvRecords(lines[0] ?? "");
  const at = columns.map((name) => header?.indexOf(name) ?? -1);
  // Our texts hold no line break, so that a line is a record.
  const kept = lines.slice(1).filter((line) => {
    const [cells] = csvRecords(line);
    return cells !== undefined && keeps(at.map((i) => cells[i] ?? ""));
  });
  return kept.length === 0 ? null : `${[lines[0], ...kept].join("\n")}\n`;
}
