import { partOf } from "../../core/run.ts";
import type { Group } from "../group.ts";
import { standingOf, type Sample } from "../sample.ts";
import type { Pair } from "./bootstrap.ts";

/**
 * One value by process and pair index, +∞ for a failure: what two processes of a resumed run sent is no pair. First attempts
 * only: a retry that went well does not undo the failure. What a drop or an interrupt left open has no entry.
 *
 * @param read the value of a success; null when it has none
 */
export function valuesByPair(
  { measured, resumedUs }: Group,
  read: (sample: Sample) => number | null,
): ReadonlyMap<string, number> {
  return new Map(
    measured.flatMap((sample): readonly (readonly [place: string, value: number])[] => {
      const { pair, stamps } = sample.observation;
      const place = `${partOf(resumedUs, stamps.scheduled)} ${pair}`;
      const standing = standingOf(sample);
      if (standing === "failure") return [[place, Infinity]];
      const value = standing === "success" ? read(sample) : null;
      return value === null ? [] : [[place, value]];
    }),
  );
}

/** The prompts that both targets answered or failed; one that failed on both says nothing. */
export function pairUp(ofA: ReadonlyMap<string, number>, ofB: ReadonlyMap<string, number>): readonly Pair[] {
  return [...ofA].flatMap(([place, a]) => {
    const b = ofB.get(place);
    return b === undefined || (a === Infinity && b === Infinity) ? [] : [{ a, b }];
  });
}
