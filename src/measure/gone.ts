import type { GroupAnalysis } from "./analysis.ts";
import { total } from "./counts.ts";

/**
 * True when a target that is known to be gone answered as such: nothing succeeded, and every request was told that there is no
 * such model, or was held back after that. A finding, not a fault of the target or the run.
 */
export function isGone({ target, counts }: Pick<GroupAnalysis, "target" | "counts">): boolean {
  const { "not-found": notFound = 0, "held back": heldBack = 0 } = counts.failures;
  return (
    target.gone !== null && notFound > 0 && counts.succeeded === 0 && total(counts.failures) === notFound + heldBack
  );
}
