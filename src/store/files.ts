/** The names that a run folder is made of. */
export const MANIFEST_FILE = "manifest.json";

/** There while a process writes the folder, and after it was killed. */
export const LOCK_FILE = "lock.json";

/** Engines' own metrics around the run; absent when no target has any. */
export const SERVER_METRICS_FILE = "server-metrics.json";

/** There when the row files were removed for their age: when, and after how many days. */
export const RAW_REMOVED_FILE = "raw-removed.json";

/** The NDJSON files; each becomes `<name>.gz` when the run is finished. */
export const ROW_FILES = {
  intents: "intents.ndjson",
  observations: "observations.ndjson",
  events: "events.ndjson",
  tokens: "tokens.ndjson",
  /** Only there when the event loop was blocked. */
  stalls: "stalls.ndjson",
} as const;

export type RowFile = (typeof ROW_FILES)[keyof typeof ROW_FILES];

/** Reports that others read back. */
export const SUMMARY_FILE = "summary.csv";
export const COMPARISON_FILE = "comparison.csv";
