import type { Intent, Observation } from "../core/observation.ts";
import type { RunRecord } from "../core/run.ts";
import { loadLabel } from "../core/load.ts";
import type { Scenario } from "../core/scenario.ts";
import type { Target } from "../core/target.ts";
import type { Us } from "../core/units.ts";
import { carbonOf, type GroupCarbon } from "./carbon/of-samples.ts";
import { standingOf, type Sample } from "./sample.ts";
import type { VantageFault } from "./vantage-fault.ts";

/** By standing; what is excluded is in none of the three. */
export interface Standings {
  readonly successes: readonly Sample[];
  readonly failures: readonly Sample[];
  readonly drops: readonly Sample[];
}

/**
 * All attempts of one target in one scenario, sorted by due time, so that no figure depends on the order of lines. Its own
 * standings are those of the first attempts: a retry that went well must not improve what a failure has made worse.
 */
export interface Group extends Standings {
  readonly target: Target;
  readonly scenario: Scenario;
  readonly load: string;
  /** The part of the scenario that these attempts are of; null for the whole. */
  readonly slice: string | null;
  /** Every attempt, warm-ups and retries too. */
  readonly samples: readonly Sample[];
  /** First attempts of the measured phase. */
  readonly measured: readonly Sample[];
  /** Further attempts of the measured phase. */
  readonly retries: readonly Sample[];
  /**
   * The requests of the measured phase as their user saw them: by the attempt that succeeded, else by the first one, all
   * counted from the schedule, and from the first byte, of the first.
   */
  readonly requests: Standings;
  /** Attempts that were in flight when the process was killed: nothing else is known of them. */
  readonly lost: readonly LostAttempt[];
  /** When load began, of this scenario: once per process that ended by itself, and per target where they take turns. */
  readonly startsUs: readonly Us[];
  /** When later processes went on with the run; what lies between two of them is no time of the measurement. */
  readonly resumedUs: readonly Us[];
  readonly carbon: GroupCarbon;
}

/** What the id of an attempt without a line still says. */
export interface LostAttempt {
  readonly phase: Observation["phase"];
  readonly attempt: number;
  /** What it may have cost, USD; null without a price. */
  readonly reservedUsd: number | null;
}

/** Successes, failures and drops: what goodput is a share of. */
export function attempted(group: Group): number {
  return group.successes.length + group.failures.length + group.drops.length;
}

/**
 * Groups of a run: scenarios in run order, within each the targets in manifest order. Also those that no line belongs
 * to.
 *
 * @param faults of the vantage, whose attempts are excused
 */
export function groupsOf(record: RunRecord, faults: readonly VantageFault[]): readonly Group[] {
  const byGroup = Map.groupBy(record.observations, (observation) => key(observation.scenario, observation.target));
  const resumedUs = record.manifest.resumed.map(({ startUs }) => startUs);
  const windows = record.manifest.end?.windows ?? [];
  return record.manifest.scenarios.flatMap(({ scenario, targets }) =>
    record.manifest.targets
      .filter(({ id }) => targets?.includes(id) ?? true)
      .map((target) => {
        const observations = byGroup.get(key(scenario.id, target.id)) ?? [];
        const isExcused = ({ id }: Observation): boolean => faults.some(({ excused }) => excused.has(id));
        const isBehindFailure = behindFailure(observations.filter((one) => !isExcused(one)));
        const samples = observations.toSorted(byDueTime).map((observation) => ({
          observation,
          trace: record.events.get(observation.id) ?? null,
          tokens: record.tokens.get(observation.id) ?? null,
          scenario,
          target,
          isExcused: isExcused(observation),
          isBehindFailure: isBehindFailure(observation),
        }));
        const prefix = `${scenario.id}:${target.id}:`;
        const lost = record.lost.flatMap((intent) => lostOf(prefix, intent));
        const startsUs = windows.flatMap((window) => (window.scenario === scenario.id ? [window.startUs] : []));
        const group = withStandings({ target, scenario, slice: null, samples, lost, startsUs, resumedUs });
        const all = samples.filter(({ observation }) => observation.phase === "measured");
        return { ...group, carbon: carbonOf(target, all, record.manifest) };
      }),
  );
}

/**
 * Whether a turn was not asked because the target failed one before it, rather than because of a process that ended or a
 * network that was gone.
 *
 * @param observations none that are excused
 */
function behindFailure(observations: readonly Observation[]): (one: Observation) => boolean {
  const turns = observations.filter(({ turn, phase }) => turn > 0 && phase === "measured");
  const answered = new Set(turns.filter(({ outcome }) => outcome === "completed").map(({ pair }) => pair));
  const failed = turns.filter(({ outcome, pair }) => outcome === "failed" && !answered.has(pair));
  const conversations = new Set(failed.map(({ pair, turn }) => pair - turn));
  return ({ reason, pair, turn }) => reason === "dependency" && conversations.has(pair - turn);
}

/** The slices of a group as groups of their own, in order of time; none where the scenario has no parts. */
export function slicesOf(group: Group): readonly Group[] {
  const bySlice = Map.groupBy(group.samples, ({ observation }) => observation.slice);
  return [...bySlice].flatMap(([slice, samples]) =>
    slice === null ? [] : [{ ...group, ...withStandings({ ...group, slice, samples, lost: [] }) }],
  );
}

type Ungrouped = Pick<Group, "target" | "scenario" | "slice" | "samples" | "lost" | "startsUs" | "resumedUs">;

function withStandings(of: Ungrouped): Omit<Group, "carbon"> {
  const all = of.samples.filter(({ observation }) => observation.phase === "measured");
  const measured = all.filter(({ observation }) => observation.attempt === 1);
  const retries = all.filter(({ observation }) => observation.attempt > 1);
  return {
    ...of,
    load: loadLabel(of.scenario.load),
    measured,
    retries,
    ...standingsOf(measured),
    requests: standingsOf(asUsersSaw(measured, retries)),
  };
}

function standingsOf(samples: readonly Sample[]): Standings {
  const standing = Map.groupBy(samples, standingOf);
  return {
    successes: standing.get("success") ?? [],
    failures: standing.get("failure") ?? [],
    drops: standing.get("drop") ?? [],
  };
}

function asUsersSaw(measured: readonly Sample[], retries: readonly Sample[]): readonly Sample[] {
  const answered = retries.filter((retry) => standingOf(retry) === "success");
  const byPair = new Map(answered.map((retry) => [retry.observation.pair, retry]));
  return measured.map((first) => {
    const answer = standingOf(first) === "failure" ? byPair.get(first.observation.pair) : undefined;
    if (answer === undefined) return first;
    const { scheduled, sent } = first.observation.stamps;
    const stamps = { ...answer.observation.stamps, scheduled, sent: sent ?? answer.observation.stamps.sent };
    return { ...answer, observation: { ...answer.observation, stamps } };
  });
}

const key = (scenario: string, target: string): string => `${scenario}\u0000${target}`;

/**
 * What follows the prefix must be a pair, or the id belongs to a target whose name only begins alike (`a` and `a:b`).
 */
function lostOf(prefix: string, { id, reservedUsd }: Intent): readonly LostAttempt[] {
  const match = id.startsWith(prefix) ? /^(w?)\d+(?::(\d+))?$/.exec(id.slice(prefix.length)) : null;
  if (match === null) return [];
  return [{ phase: match[1] === "w" ? "warmup" : "measured", attempt: Number(match[2] ?? 1), reservedUsd }];
}

function byDueTime(a: Observation, b: Observation): number {
  return a.stamps.scheduled - b.stamps.scheduled || (a.id < b.id ? -1 : 1);
}
