import type { Search } from "../../core/study.ts";
import { attempted, type Group } from "../group.ts";
import { judge } from "../slo.ts";
import { medianE2eUs } from "../steady-window.ts";
import { measureLevel } from "./level.ts";
import type { Saturation } from "./saturation.ts";
import { missesAllowed } from "./slo-rule.ts";

/** One rate that a search tried on one target. */
export interface Probe {
  /** Id of the scenario that is this level. */
  readonly scenario: string;
  readonly ratePerSecond: number;
  /** Attempted: answered, failed or dropped. */
  readonly requests: number;
  /** Of those: failed, dropped, or over a limit. */
  readonly misses: number;
  /** Most misses with which a level of so many planned requests passes; null when no number of misses would. */
  readonly missesAllowed: number | null;
  /** A level that passes shows none: what grows would fail in a longer one. */
  readonly saturation: readonly Saturation[];
  /** `undecided`: it was cut off before it had failed, with too few requests to pass. */
  readonly verdict: "passed" | "failed" | "undecided";
}

/** What a search found of one target. Rates are per second. */
export interface TargetSearch {
  readonly target: string;
  /** In the order in which they were tried. */
  readonly probes: readonly Probe[];
  /** The answer; null when no level passed. */
  readonly highestPassed: number | null;
  /** The answer lies below; null when no level failed. */
  readonly lowestFailed: number | null;
}

/**
 * What the levels of one target say by LoadGen's rule, each for itself.
 *
 * @param groups of one target, one for each level
 * @param plannedOf requests of a level by its scenario's id
 */
export function targetSearch(groups: readonly Group[], plannedOf: (scenario: string) => number): TargetSearch | null {
  const inOrder = groups.toSorted((a, b) => startUs(a) - startUs(b));
  const [first] = inOrder;
  if (first === undefined) return null;
  const probes = inOrder.map((group, i) => probeOf(group, inOrder.slice(0, i), plannedOf(group.scenario.id)));
  return { target: first.target.id, probes, ...boundsOf(probes) };
}

/**
 * The rate to try next; null when the search is over: what is left between pass and failure is small enough, an end of its
 * range is reached, there are levels enough, or the last one could not be decided. Doubled or halved until one has passed and
 * one has failed, then the geometric middle of both.
 */
export function nextRate(search: Search, probes: readonly Probe[]): number | null {
  if (probes.length >= search.levelsMax || probes.at(-1)?.verdict === "undecided") return null;
  const { highestPassed: low, lowestFailed: high } = boundsOf(probes);
  if (low === null && high === null) return search.startPerSecond;
  if (low === null)
    return high! <= search.lowestPerSecond ? null : rounded(Math.max(search.lowestPerSecond, high! / 2));
  if (high === null) return low >= search.highestPerSecond ? null : rounded(Math.min(search.highestPerSecond, low * 2));
  if (high <= low * (1 + search.precision)) return null;
  const middle = rounded(Math.sqrt(low * high));
  return middle > low && middle < high ? middle : null;
}

/**
 * The levels of the search that asks for the most requests, whatever passes and fails.
 *
 * @param requestsAt requests of a level
 */
export function costliestPath(search: Search, requestsAt: (ratePerSecond: number) => number): readonly number[] {
  const from = (probes: readonly Probe[]): readonly number[] => {
    const ratePerSecond = nextRate(search, probes);
    if (ratePerSecond === null) return [];
    const level = { scenario: "", ratePerSecond, requests: 0, misses: 0, missesAllowed: 0, saturation: [] };
    const [passed, failed] = (["passed", "failed"] as const).map((verdict) => from([...probes, { ...level, verdict }]));
    const requests = (rates: readonly number[]): number => rates.reduce((sum, rate) => sum + requestsAt(rate), 0);
    return [ratePerSecond, ...(requests(passed!) > requests(failed!) ? passed! : failed!)];
  };
  return from([]);
}

function boundsOf(probes: readonly Probe[]): Pick<TargetSearch, "highestPassed" | "lowestFailed"> {
  const rates = (verdict: Probe["verdict"]): readonly number[] =>
    probes.filter((probe) => probe.verdict === verdict).map(({ ratePerSecond }) => ratePerSecond);
  const [passed, failed] = [rates("passed"), rates("failed")];
  return {
    highestPassed: passed.length === 0 ? null : Math.max(...passed),
    lowestFailed: failed.length === 0 ? null : Math.min(...failed),
  };
}

/** @param before the levels of the same target that came before it: the lowest of them says how long an answer takes */
function probeOf(group: Group, before: readonly Group[], planned: number): Probe {
  const [lowest] = [...before, group].toSorted((a, b) => rateOf(a) - rateOf(b));
  const { level } = measureLevel(group, medianE2eUs(lowest!) ?? medianE2eUs(group), null);
  const { percentile } = group.scenario.slo;
  const requests = attempted(group);
  const misses = requests - group.successes.filter((sample) => judge(sample) === "good").length;
  const allowed = missesAllowed(planned, percentile);
  const allowedOfDone = missesAllowed(requests, percentile);
  const hasFailed = allowed === null || misses > allowed || level.saturation.length > 0;
  const hasPassed = allowedOfDone !== null && misses <= allowedOfDone;
  return {
    scenario: group.scenario.id,
    ratePerSecond: rateOf(group),
    requests,
    misses,
    missesAllowed: allowed,
    saturation: level.saturation,
    verdict: hasFailed ? "failed" : hasPassed ? "passed" : "undecided",
  };
}

function rateOf({ scenario: { load } }: Group): number {
  return load.kind === "open" && load.arrival !== "trace" ? load.ratePerSecond : Number.NaN;
}

function startUs({ measured }: Group): number {
  return measured[0]?.observation.stamps.scheduled ?? Infinity;
}

/** Three digits, so that a level's name stays short. */
function rounded(rate: number): number {
  return Number(rate.toPrecision(3));
}
