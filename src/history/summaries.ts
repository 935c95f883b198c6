import { existsSync } from "node:fs";
import { join } from "node:path";
import { SUMMARY_FILE } from "../store/files.ts";
import { listOf, type Database } from "./database.ts";
import { SUMMARY_TYPES } from "./summary-columns.ts";

/** Makes the reports of a run folder from its raw records. */
export type Rebuild = (path: string) => Promise<void>;

/** Files that one statement reads. */
const BATCH_FILES = 500;

const COLUMNS = Object.entries(SUMMARY_TYPES);

/** Loads summary.csv of run after run. */
export interface SummaryLoader {
  /** One that is missing is made again from the raw records of its run, at once. */
  add(folder: string): Promise<void>;
  /** Loads what was added; a damaged one is made again too. To be called once. */
  end(): Promise<void>;
  /** What was made again, or could not be, by folder. */
  readonly mended: ReadonlyMap<string, string>;
}

/** Makes the table `new_summary` and opens it for loading. */
export async function openSummaries(database: Database, resultsDir: string, rebuild: Rebuild): Promise<SummaryLoader> {
  const columns = COLUMNS.map(([name, type]) => `"${name}" ${type}`).join(", ");
  await database.connection.run(`CREATE OR REPLACE TABLE new_summary (${columns})`);
  const pathOf = (folder: string): string => join(resultsDir, folder, SUMMARY_FILE);
  const mended = new Map<string, string>();
  const present: string[] = [];
  const mend = async (folder: string, problem: string): Promise<boolean> => {
    const failure = await refusal(() => rebuild(join(resultsDir, folder)));
    const outcome = failure === null ? "was made again from the raw records" : `cannot be made again: ${failure}`;
    mended.set(folder, `${SUMMARY_FILE} ${problem}, and ${outcome}`);
    return failure === null;
  };
  return {
    add: async (folder) => {
      if (existsSync(pathOf(folder)) || (await mend(folder, "was missing"))) present.push(folder);
    },
    end: async () => {
      for (let start = 0; start < present.length; start += BATCH_FILES) {
        const batch = present.slice(start, start + BATCH_FILES);
        if (await load(database, batch.map(pathOf))) continue;
        // One of them is damaged: the statement as a whole has loaded nothing.
        for (const folder of batch) {
          if (await load(database, [pathOf(folder)])) continue;
          if (await mend(folder, "was damaged")) await load(database, [pathOf(folder)]);
        }
      }
    },
    mended,
  };
}

/** Why a folder's reports cannot be made; null when they were. */
async function refusal(step: () => Promise<void>): Promise<string | null> {
  try {
    await step();
    return null;
  } catch (error) {
    // Whatever is wrong with one folder, the others are still worth asking.
    return error instanceof Error ? error.message : String(error);
  }
}

/** Whether all of them were loaded; else none was. Columns that a file does not have yet are null. */
async function load({ connection }: Database, paths: readonly string[]): Promise<boolean> {
  const cells = COLUMNS.map(([name, type]) => `CAST(NULLIF("${name}", '') AS ${type}) AS "${name}"`).join(", ");
  const source = `read_csv(${listOf(paths)}, header = true, all_varchar = true, union_by_name = true, delim = ',', quote = '"', escape = '"', new_line = '\\n')`;
  return connection.run(`INSERT INTO new_summary BY NAME SELECT ${cells} FROM ${source}`).then(
    () => true,
    () => false,
  );
}
