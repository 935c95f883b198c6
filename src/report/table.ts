import { plain } from "./text.ts";

/** A table of plain text; numbers stand to the right. */
export interface Table {
  readonly columns: readonly { readonly title: string; readonly isNumber: boolean }[];
  readonly rows: readonly (readonly string[])[];
}

export interface Section {
  readonly heading: string;
  /** One paragraph; empty for none. */
  readonly text: string;
  readonly table: Table;
  /** Of a table too long to stand open where it can be folded: what it holds, in a few words. */
  readonly folded?: string;
}

export type Row = readonly [before: readonly string[], numbers: readonly string[], after: readonly string[]];

/** A table whose number columns stand between text columns. */
export function table(
  before: readonly string[],
  numbers: readonly string[],
  after: readonly string[],
  rows: readonly Row[],
): Table {
  const text = (title: string): Table["columns"][number] => ({ title, isNumber: false });
  return {
    columns: [...before.map(text), ...numbers.map((title) => ({ title, isNumber: true })), ...after.map(text)],
    rows: rows.map((row) => row.flat().map(plain)),
  };
}
