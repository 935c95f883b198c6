import type { Observation } from "../../core/observation.ts";
import { msFromUs } from "../../core/units.ts";
import type { Group } from "../group.ts";
import { standingOf } from "../sample.ts";

/** One refusal that named a time to wait, and what came of the attempt after it. */
export interface Promise429 {
  readonly waitMs: number;
  readonly isKept: boolean;
}

/**
 * Every rate limit that said when to come again, with what the attempt met that came then. What failed in another way shows nothing. In a
 * gateway scenario nothing else is sent meanwhile; elsewhere the others of the load may use up what was promised, so there are none.
 */
export function promisesOf(group: Group): readonly Promise429[] {
  if (group.scenario.load.kind !== "gateway") return [];
  const byAttempt = new Map(
    [...group.measured, ...group.retries].map(({ observation }) => [keyOf(observation), observation]),
  );
  return group.retries.flatMap(({ observation }) => {
    const before = byAttempt.get(keyOf({ pair: observation.pair, attempt: observation.attempt - 1 }));
    const waitMs = before?.failure?.kind === "rate-limited" ? (before.rateLimit?.retryAfterMs ?? null) : null;
    const isRefused = observation.failure?.kind === "rate-limited";
    if (waitMs === null || (!isRefused && observation.outcome !== "completed")) return [];
    return [{ waitMs, isKept: !isRefused }];
  });
}

/**
 * Per stage that ended in refusals: from the end of the last refused request to the answer of its first attempt that was answered,
 * milliseconds; Infinity where none was.
 */
export function recoveriesMs(group: Group): readonly number[] {
  if (group.scenario.load.kind !== "gateway") return [];
  const firsts = new Map(group.measured.map(({ observation }) => [observation.pair, observation]));
  return [...Map.groupBy(group.retries, ({ observation }) => observation.pair)].flatMap(([pair, retries]) => {
    const refusedUs = firsts.get(pair)?.stamps.end ?? null;
    if (refusedUs === null || !retries.some(({ observation }) => observation.stamps.released !== null)) return [];
    const answered = retries.find((retry) => standingOf(retry) === "success")?.observation.stamps.end ?? null;
    return [answered === null ? Infinity : msFromUs(answered - refusedUs)];
  });
}

function keyOf({ pair, attempt }: Pick<Observation, "pair" | "attempt">): string {
  return `${pair} ${attempt}`;
}
