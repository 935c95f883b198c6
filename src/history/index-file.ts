import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { writeAtomically } from "../store/atomic.ts";
import { OBSERVATION_COLUMNS } from "./observation-columns.ts";
import { RUN_COLUMNS } from "./run-columns.ts";
import { SUMMARY_TYPES } from "./summary-columns.ts";

/** Beside the runs, and derived from them: deleting it costs the time of making it again. */
export const INDEX_DIR = ".index";

const INDEX_FILE = "index.json";

export const TABLES = ["runs", "observations", "summary"] as const;
export type Table = (typeof TABLES)[number];

const runSchema = z.object({
  folder: z.string(),
  signature: z.string(),
  /** Null: it has rows. Else why it has none. */
  skipped: z.string().nullable(),
  warnings: z.array(z.string()),
});

const indexSchema = z.object({
  v: z.literal(1),
  /** Of the columns of all tables: other ones are another index. */
  columns: z.string(),
  months: z.record(z.string(), z.object({ generation: z.string(), runs: z.array(runSchema) })),
});

/** What the index knows of one run folder. */
export type RunEntry = Readonly<z.infer<typeof runSchema>>;

/** The runs of one month; its rows are in `<table>-<month>-<generation>.parquet`. */
export interface MonthEntry {
  readonly generation: string;
  readonly runs: readonly RunEntry[];
}

/** Month entries by month, `202611`. */
export type Months = Readonly<Record<string, MonthEntry>>;

const COLUMNS_TAG = tag([Object.entries(SUMMARY_TYPES), typesOf(RUN_COLUMNS), typesOf(OBSERVATION_COLUMNS)]);

/** The months that the index holds; none when it is missing, damaged, or of another version: then it is made again. */
export async function readIndex(indexDir: string): Promise<Months> {
  try {
    const index = indexSchema.parse(JSON.parse(await readFile(join(indexDir, INDEX_FILE), "utf8")));
    return index.columns === COLUMNS_TAG ? index.months : {};
  } catch {
    return {};
  }
}

/** Makes these months the index, all at once. Throws StoreError. */
export async function writeIndex(indexDir: string, months: Months): Promise<void> {
  await writeAtomically(
    join(indexDir, INDEX_FILE),
    `${JSON.stringify({ v: 1, columns: COLUMNS_TAG, months: months })}\n`,
  );
}

/** Changes with every run of the month, so that a file once written is never written again. */
export function generationOf(runs: readonly RunEntry[]): string {
  return tag(runs);
}

export function partPath(indexDir: string, table: Table, month: string, generation: string): string {
  return join(indexDir, `${table}-${month}-${generation}.parquet`);
}

function tag(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 12);
}

function typesOf(columns: Readonly<Record<string, { readonly type: string }>>): readonly (readonly string[])[] {
  return Object.entries(columns).map(([name, { type }]) => [name, type]);
}
