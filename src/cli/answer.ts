import type { Writable } from "node:stream";
import { once } from "node:events";
import type { Answer, Cell } from "../history/rows.ts";
import { cell, csvLines } from "../report/csv.ts";
import { columns } from "./table.ts";

export type AnswerFormat = "table" | "csv" | "json";

/** More lines than anyone reads on a screen; CSV and JSON have no end. */
const TABLE_ROWS_MAX = 1000;

/** Writes what a query answered, as it comes; a table waits for its widths. */
export async function writeAnswer(answer: Answer, format: AnswerFormat, out: Writable): Promise<void> {
  if (format === "csv") await writeCsv(answer, out);
  else if (format === "json") await writeJson(answer, out);
  else await writeTable(answer, out);
}

async function writeCsv(answer: Answer, out: Writable): Promise<void> {
  await write(out, csvLines([answer.columns]));
  for await (const rows of answer.rows) await write(out, csvLines(rows.map((row) => row.map(text))));
}

async function writeJson(answer: Answer, out: Writable): Promise<void> {
  let before = "[\n";
  for await (const rows of answer.rows) {
    const lines = rows.map((row) => JSON.stringify(objectOf(answer.columns, row)));
    await write(out, before + lines.join(",\n"));
    before = ",\n";
  }
  await write(out, before === "[\n" ? "[]\n" : "\n]\n");
}

function objectOf(names: readonly string[], row: readonly Cell[]): Readonly<Record<string, Cell>> {
  return Object.fromEntries(names.map((name, i) => [name, finite(row[i]!)]));
}

async function writeTable({ columns: names, rows: answer }: Answer, out: Writable): Promise<void> {
  const lines: (readonly string[])[] = [names];
  let more = false;
  for await (const rows of answer) {
    lines.push(...rows.slice(0, TABLE_ROWS_MAX + 1 - lines.length).map((row) => row.map(text)));
    more = lines.length > TABLE_ROWS_MAX;
    if (more) break;
  }
  await write(out, `${columns(lines).join("\n")}\n`);
  if (more) await write(out, `(the first ${TABLE_ROWS_MAX} rows; --csv and --json have all)\n`);
}

async function write(out: Writable, chunk: string): Promise<void> {
  if (!out.write(chunk)) await once(out, "drain");
}

/** As in every CSV of a run: empty for null, `inf`, and nothing that a spreadsheet would run. */
function text(value: Cell): string {
  if (typeof value === "object" && value !== null) return cell(JSON.stringify(value), String);
  return cell(value, (number) => (number === Infinity ? "inf" : number === -Infinity ? "-inf" : String(number)));
}

function finite(value: Cell): Cell {
  return value === Infinity ? "inf" : value === -Infinity ? "-inf" : value;
}
