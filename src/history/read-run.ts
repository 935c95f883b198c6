import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Manifest, RunRecord } from "../core/run.ts";
import { groupsOf } from "../measure/group.ts";
import { vantageFaults } from "../measure/vantage-fault.ts";
import { csvRecords } from "../store/csv-records.ts";
import { COMPARISON_FILE, ROW_FILES } from "../store/files.ts";
import { readRows } from "../store/rows.ts";
import { observationSchema, tokenCountSchema } from "../store/schema.ts";
import type { IndexedAttempt } from "./observation-columns.ts";
import type { IndexedRun } from "./run-columns.ts";

/** The rows of one run in the index. */
export interface RunRows {
  readonly run: IndexedRun;
  readonly attempts: readonly IndexedAttempt[];
}

/**
 * Reads what the index holds of one run: not its event deltas, which are nine tenths of it. Damaged lines are skipped and named.
 * Throws StoreError when the disk refuses.
 */
export async function readForIndex(path: string, manifest: Manifest): Promise<RunRows> {
  const observations = await readRows(path, ROW_FILES.observations, observationSchema);
  const tokens = await readRows(path, ROW_FILES.tokens, tokenCountSchema);
  const record: RunRecord = {
    manifest,
    observations: [...observations.byId.values()],
    events: new Map(),
    tokens: tokens.byId,
    lost: [],
    stalls: [],
    serverScrapes: [],
    warnings: [],
  };
  const attempts = groupsOf(record, vantageFaults(record)).flatMap(({ samples }) =>
    samples.map((sample) => ({ manifest, sample })),
  );
  const run: IndexedRun = {
    manifest,
    validity: await validityOf(path),
    attempts: observations.byId.size,
    spentUsd: spentUsd(record),
    revisions: await revisionsOf(path),
    warnings: [...observations.warnings, ...tokens.warnings],
  };
  return { run, attempts };
}

function spentUsd({ observations }: RunRecord): number | null {
  const known = observations.flatMap(({ cost }) => cost.usd ?? []);
  return known.length === 0 ? null : known.reduce((sum, usd) => sum + usd, 0);
}

async function validityOf(path: string): Promise<string | null> {
  const text = await readFile(join(path, COMPARISON_FILE), "utf8").catch(() => "");
  const [columns, first] = csvRecords(text);
  return first?.[columns!.indexOf("validity")] ?? null;
}

async function revisionsOf(path: string): Promise<readonly string[]> {
  const names = await readdir(path);
  return names.flatMap((name) => /^revised-(\w+)$/.exec(name)?.[1] ?? []).sort();
}
