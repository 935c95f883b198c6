import type { Group } from "../group.ts";
import { standingOf, type Sample } from "../sample.ts";

/**
 * Every attempt whose bill belongs into the figures of a group: first attempts, answered or failed, and their retries. What is
 * nobody's fault is in no figure, and neither is what followed it.
 */
export function chargedCalls({ successes, failures, retries }: Group): readonly Sample[] {
  const firsts = [...successes, ...failures];
  const pairs = new Set(firsts.map(({ observation }) => observation.pair));
  const followed = retries.filter((retry) => pairs.has(retry.observation.pair) && standingOf(retry) !== "excluded");
  return [...firsts, ...followed];
}
