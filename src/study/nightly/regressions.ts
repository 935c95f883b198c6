import type { NightPart, NightRecord, Regression, Suspect } from "../../core/night.ts";

/** A regression is one that shows in so many */
const CONFIRMING = 2;
/** of so many slots in a row that could have shown it. */
const SLOTS = 3;

/** A target that has paged does not page again within so many nights: by then the new level is its normal one. */
const QUIET_NIGHTS = 7;

interface Seen {
  readonly night: string;
  readonly suspect: Suspect | null;
}

/**
 * Suspects that are confirmed within a night: by 2 of the last 3 slots of the same figure, be some of them of the nights before.
 *
 * @param parts of the night
 * @param before nights before it, oldest first
 */
export function regressionsOf(
  night: string,
  parts: readonly NightPart[],
  before: readonly NightRecord[],
): readonly Regression[] {
  const all = [...before, { night, parts }];
  const keys = new Map(parts.flatMap(({ suspects }) => suspects.map((one) => [keyOf(one), one] as const)));
  return [...keys].flatMap(([key, sample]) => {
    const seen = seenOf(key, sample, all);
    const confirmed = seen.findLast((one, i) => one.night === night && isConfirmed(seen, i));
    if (confirmed === undefined || confirmed.suspect === null) return [];
    return [{ ...confirmed.suspect, since: sinceOf(seen, seen.indexOf(confirmed)) }];
  });
}

/** Those of targets that have not paged lately. */
export function pagingOf(regressions: readonly Regression[], before: readonly NightRecord[]): readonly Regression[] {
  const known = new Set(before.slice(-QUIET_NIGHTS).flatMap((one) => one.regressions.map(({ target }) => target)));
  return regressions.filter(({ target }) => !known.has(target));
}

function isConfirmed(seen: readonly Seen[], i: number): boolean {
  if (seen[i]!.suspect === null) return false;
  return seen.slice(Math.max(0, i + 1 - SLOTS), i + 1).filter(({ suspect }) => suspect !== null).length >= CONFIRMING;
}

/** Night of the first suspect with no more than one clean slot between it and the next. */
function sinceOf(seen: readonly Seen[], last: number): string {
  let first = last;
  for (let i = last - 1; i >= 0 && first - i < SLOTS; i -= 1) if (seen[i]!.suspect !== null) first = i;
  return seen[first]!.night;
}

/** One figure, slot by slot, where it was measured. */
function seenOf(
  key: string,
  { target, scenario, metric, stat }: Suspect,
  nights: readonly { readonly night: string; readonly parts: readonly NightPart[] }[],
): readonly Seen[] {
  return nights.flatMap(({ night, parts }) =>
    parts.flatMap(({ suspects, targets, invalid, state }) => {
      if (invalid.length > 0 || state !== "complete") return [];
      const figures = targets.find((one) => one.target === target)?.measured?.figures ?? [];
      const isThere = figures.some((one) => one.scenario === scenario && one.metric === metric && one.stat === stat);
      return isThere ? [{ night, suspect: suspects.find((one) => keyOf(one) === key) ?? null }] : [];
    }),
  );
}

function keyOf({ target, scenario, metric, stat }: Suspect): string {
  return [target, scenario, metric, stat].join("\u0000");
}
