import { STAMP_PATTERN } from "../../store/create.ts";
import { recordsByColumn } from "./rows.ts";

/** A run that the site shows and the results folder cannot give again. */
export interface KeptRun {
  readonly runId: string;
  /** Its lines of history.csv below the header that they were published with. */
  readonly comparison: string;
}

/**
 * What of a published history.csv no run folder says any more, since the folder is gone or cannot be read. History only grows: what
 * others have cited must not vanish because somebody tidied a disk or named another folder.
 *
 * @param history null: nothing was published yet
 * @param read names of the runs whose folders could be read, whether or not they may be published
 */
export function keptRuns(history: string | null, read: ReadonlySet<string>): readonly KeptRun[] {
  if (history === null) return [];
  // Our texts hold no line break, so that a line is a record.
  const [header = "", ...lines] = history.trimEnd().split("\n");
  const records = recordsByColumn(history);
  const byRun = Map.groupBy(lines, (_, i) => records[i]?.["run_id"] ?? "");
  return [...byRun].flatMap(([runId, own]) =>
    STAMP_PATTERN.test(runId) && !read.has(runId) ? [{ runId, comparison: `${[header, ...own].join("\n")}\n` }] : [],
  );
}
