import { partOf } from "../../core/run.ts";
import type { Group } from "../group.ts";
import type { Sample } from "../sample.ts";
import { pairedSides, separateSides, type Figure, type Sides } from "./sides.ts";

/**
 * One figure by process and pair index, with the connection that it came over: what two processes of a resumed run sent is no
 * pair. First attempts only: a retry that went well does not undo the failure.
 *
 * @param read the figure of an attempt; null when it says nothing, as what a drop or an interrupt left open
 */
export function figuresByPair(
  { measured, resumedUs }: Group,
  read: (sample: Sample) => number | null,
): ReadonlyMap<string, Figure> {
  return new Map(
    measured.flatMap((sample): readonly (readonly [place: string, figure: Figure])[] => {
      const { pair, stamps, connection } = sample.observation;
      const value = read(sample);
      if (value === null) return [];
      const cluster = connection === null ? null : String(connection.id);
      return [[`${partOf(resumedUs, stamps.scheduled)} ${pair}`, { value, cluster }]];
    }),
  );
}

/** The prompts of which both sides say something. */
export function pairUp(
  ofA: ReadonlyMap<string, Figure>,
  ofB: ReadonlyMap<string, Figure>,
): readonly { readonly a: Figure; readonly b: Figure }[] {
  return [...ofA].flatMap(([place, a]) => {
    const b = ofB.get(place);
    return b === undefined ? [] : [{ a, b }];
  });
}

/** Pairs, or all that either side has where the targets were not asked at the same time. */
export function sidesOf(ofA: ReadonlyMap<string, Figure>, ofB: ReadonlyMap<string, Figure>, isPaired: boolean): Sides {
  return isPaired ? pairedSides(pairUp(ofA, ofB)) : separateSides([...ofA.values()], [...ofB.values()]);
}
