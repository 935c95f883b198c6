import { rerunReason } from "../../core/study.ts";
import type { PublishedRun } from "./archive.ts";

/** A run that can be compared with those of other nights: no sweep, no search, nothing that was measured again. */
export function isRoutine({ manifest: { study } }: PublishedRun): boolean {
  return (study === null || study.kind === "nightly") && rerunReason(study) === null;
}

/** The newest routine run that is valid, else the newest one; null when there is none. */
export function latestOf(runs: readonly PublishedRun[]): PublishedRun | null {
  const routine = runs.filter(isRoutine);
  return routine.findLast(isValid) ?? routine.at(-1) ?? null;
}

export function isValid({ rows }: PublishedRun): boolean {
  return rows.every(({ validity }) => validity === "VALID");
}
