import { readFileSync } from "node:fs";

/** What is promised about one fault. */
export interface Row {
  readonly fault: string;
  /** The outcomes that are right; more than one where the machine decides. */
  readonly outcomes: readonly string[];
  /** The fault must be over by then. Generous: it tells an end from a hang, not fast from slow. */
  readonly secondsMax: number;
}

/** What was seen of one fault. */
export interface Seen {
  readonly outcome: string;
  readonly seconds: number;
}

declare module "vitest" {
  interface TaskMeta {
    /** For the table that `npm run faults` prints. */
    fault?: Row & Seen;
  }
}

type Table = Readonly<
  Record<string, Readonly<Record<string, { outcome: string | readonly string[]; secondsMax: number }>>>
>;

/** The rows of one part of `matrix.json`. */
export function rowsOf(part: "target" | "machine"): readonly Row[] {
  const table = JSON.parse(readFileSync(new URL("matrix.json", import.meta.url), "utf8")) as Table;
  return Object.entries(table[part]!).map(([fault, { outcome, secondsMax }]) => ({
    fault,
    outcomes: [outcome].flat() as readonly string[],
    secondsMax,
  }));
}
