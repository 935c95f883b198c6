import type { NightFigure, NightPart, NightRecord, Regression, Suspect } from "../../core/night.ts";

/** A regression is one that shows in so many */
const CONFIRMING = 2;
/** of so many slots in a row that could have shown it. */
const SLOTS = 3;

/** A target that has paged does not page again within so many nights, whatever else of it gets worse. */
const QUIET_NIGHTS = 7;

const DAY_MS = 24 * 60 * 60 * 1000;
/** A level that lasts longer is the normal one: it has to come from nights that are still read. */
const OPEN_DAYS_MAX = 90;

/** One watched figure of one target. */
type FigureName = Pick<Suspect, "target" | "scenario" | "metric" | "stat">;

interface Seen {
  readonly night: string;
  readonly scenarioHash: string;
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
  const samples = new Map(parts.flatMap(({ suspects }) => suspects.map((one) => [keyOf(one), one] as const)));
  return [...samples.values()].flatMap((sample) => {
    const seen = seenOf(sample, all);
    const confirmed = seen.findLast((one, i) => one.night === night && isConfirmed(seen, i));
    if (confirmed === undefined || confirmed.suspect === null) return [];
    return [{ ...confirmed.suspect, since: sinceOf(seen, seen.indexOf(confirmed)) }];
  });
}

/** Those that nobody was paged for, of targets that have not paged lately. An open one never pages twice. */
export function pagingOf(regressions: readonly Regression[], before: readonly NightRecord[]): readonly Regression[] {
  const recent = before.slice(-QUIET_NIGHTS);
  const known = new Set(before.flatMap((one) => one.regressions.map((of) => `${keyOf(of)}\u0000${of.since}`)));
  const quiet = new Set(
    recent.flatMap((one) => one.regressions.flatMap((of) => (of.since < recent[0]!.night ? keyOf(of) : of.target))),
  );
  return regressions.filter(
    (of) => !known.has(`${keyOf(of)}\u0000${of.since}`) && !quiet.has(of.target) && !quiet.has(keyOf(of)),
  );
}

/**
 * Nights that are no measure of what is normal for a figure: those of its confirmed regressions, from the first night of one to the
 * last that showed it. Without this a window would take in the slow nights and call them normal.
 *
 * @param before nights before it, oldest first
 * @param atMs wall time of the night that is judged: a regression that is older than {@link OPEN_DAYS_MAX} has become normal
 */
export function regressedNights(
  of: FigureName & Pick<NightFigure, "scenarioHash">,
  before: readonly NightRecord[],
  atMs: number,
): ReadonlySet<string> {
  const key = keyOf(of);
  const spans = before.flatMap(({ night, regressions, parts }) =>
    regressions.flatMap((one) => {
      if (keyOf(one) !== key || isNormalBy(one.since, atMs)) return [];
      const isSame = parts.some((part) => figureOf(part, of)?.scenarioHash === of.scenarioHash);
      return isSame ? [{ first: one.since, last: night }] : [];
    }),
  );
  const nights = spans.length === 0 ? [] : before.map(({ night }) => night);
  return new Set(nights.filter((night) => spans.some(({ first, last }) => first <= night && night <= last)));
}

/** How a regression that was open before ends. */
export interface Ending extends FigureName {
  /** `recovering`: one slot in a row was as good as before it; `recovered`: two; `accepted`: its level is the normal one now. */
  readonly how: "recovering" | "recovered" | "accepted";
}

/** Regressions of the nights before that this night does not show, each once a stage. */
export function endingsOf(
  night: string,
  parts: readonly NightPart[],
  before: readonly NightRecord[],
  regressions: readonly Regression[],
): readonly Ending[] {
  const open = new Map(before.flatMap((one) => one.regressions.map((of) => [keyOf(of), of] as const)));
  for (const of of regressions) open.delete(keyOf(of));
  return [...open.values()].flatMap(({ target, scenario, metric, stat, since }): readonly Ending[] => {
    const of = { target, scenario, metric, stat };
    const seen = seenOf(of, [...before, { night, parts }]);
    const last = seen.findLastIndex((_, i) => isConfirmed(seen, i));
    const clean = seen.slice(last + 1);
    const earlier = clean.filter((one) => one.night < night);
    if (last < 0 || earlier.length === clean.length) return [];
    // The slots of the night that still showed it had no say.
    const wasSaid = earlier.some((one) => one.night !== seen[last]!.night);
    if (isNormalBy(since, Date.parse(night))) return wasSaid ? [] : [{ ...of, how: "accepted" }];
    if (clean.length < CONFIRMING) return [{ ...of, how: "recovering" }];
    return wasSaid && earlier.length >= CONFIRMING ? [] : [{ ...of, how: "recovered" }];
  });
}

function isNormalBy(since: string, atMs: number): boolean {
  return Math.floor((atMs - Date.parse(since)) / DAY_MS) > OPEN_DAYS_MAX;
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

/** One figure, slot by slot, where it was measured and could be judged, by the workload that it has now. */
function seenOf(
  of: FigureName,
  nights: readonly { readonly night: string; readonly parts: readonly NightPart[] }[],
): readonly Seen[] {
  const key = keyOf(of);
  const seen = nights.flatMap(({ night, parts }) =>
    parts.flatMap((part): readonly Seen[] => {
      const { suspects, invalid, state, needs } = part;
      if (invalid.length > 0 || state !== "complete" || needs.some(({ target }) => target === of.target)) return [];
      const scenarioHash = figureOf(part, of)?.scenarioHash;
      if (scenarioHash === undefined) return [];
      return [{ night, scenarioHash, suspect: suspects.find((one) => keyOf(one) === key) ?? null }];
    }),
  );
  return seen.filter(({ scenarioHash }) => scenarioHash === seen.at(-1)!.scenarioHash);
}

function figureOf({ targets }: NightPart, { target, scenario, metric, stat }: FigureName): NightFigure | undefined {
  const figures = targets.find((one) => one.target === target)?.measured?.figures ?? [];
  return figures.find((one) => one.scenario === scenario && one.metric === metric && one.stat === stat);
}

function keyOf({ target, scenario, metric, stat }: FigureName): string {
  return [target, scenario, metric, stat].join("\u0000");
}
