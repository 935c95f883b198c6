import { partOf } from "../core/run.ts";
import type { Group } from "./group.ts";
import type { Sample } from "./sample.ts";

/** Samples that came without a break. */
export interface Stretch {
  /** The scenario began with it. */
  readonly isFirst: boolean;
  readonly samples: readonly Sample[];
}

/**
 * Samples in the order given, parted where time passed that belongs to no measurement: between two processes of a run that was
 * resumed, and between the turns of a target where targets take turns.
 */
export function stretchesOf({ scenario, resumedUs }: Group, samples: readonly Sample[]): readonly Stretch[] {
  const isRotated = scenario.arrangement === "rotated";
  const turnOf = ({ observation: { stamps, block } }: Sample): string =>
    `${partOf(resumedUs, stamps.scheduled)} ${isRotated ? block : 0}`;
  return [...Map.groupBy(samples, turnOf)].map(([turn, own]) => ({ isFirst: turn === "0 0", samples: own }));
}
