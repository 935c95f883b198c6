import type { TargetStop } from "../core/run.ts";
import { plain, plural } from "../report/text.ts";

/** One line about a target that was stopped, or that answers again. */
export function stopNotice({ target, failures, kind, code, resumedUs }: TargetStop): string {
  if (resumedUs !== null) return plain(`${target} answers again and goes on`);
  const last = code === null ? kind : `${kind} (${code})`;
  return plain(`${target} stopped after ${plural(failures, "failure")} in a row, the last one ${last}`);
}
