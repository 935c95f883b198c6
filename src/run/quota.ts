import type { Observation, RateLimit } from "../core/observation.ts";
import type { RateWindow } from "../core/provider.ts";
import type { QuotaShortfall } from "../core/run.ts";
import type { Arrival, Plan } from "../core/scenario.ts";
import type { Target } from "../core/target.ts";
import { msFromUs, usFromMs } from "../core/units.ts";

const MINUTE_MS = 60_000;

/** What answers have told so far that bears on the account's limits. */
export interface Told {
  ended(observation: Observation): void;
  /** The latest limits that a target stated, in whatever scenario; null when it stated none. */
  limits(target: string): RateLimit | null;
  /** From sending to the last content of the fastest warm-up, milliseconds; null when none was answered. */
  fastestMs(scenario: string, target: string): number | null;
}

export function openTold(): Told {
  const limits = new Map<string, RateLimit>();
  const fastest = new Map<string, number>();
  const key = (scenario: string, target: string): string => `${scenario}\u0000${target}`;
  return {
    ended: ({ scenario, target, phase, outcome, stamps: { sent, lastContent }, rateLimit }) => {
      if (rateLimit !== null) limits.set(target, rateLimit);
      if (phase !== "warmup" || outcome !== "completed" || sent === null || lastContent === null) return;
      const place = key(scenario, target);
      fastest.set(place, Math.min(msFromUs(lastContent - sent), fastest.get(place) ?? Infinity));
    },
    limits: (target) => limits.get(target) ?? null,
    fastestMs: (scenario, target) => fastest.get(key(scenario, target)) ?? null,
  };
}

/** Which of the account's own limits a plan goes above, before its first measured request. */
export function shortfallsOf(plan: Plan, target: Target, told: Told): readonly QuotaShortfall[] {
  const { scenario } = plan;
  return limitsOf(target, told.limits(target.id)).flatMap(({ of, windowMs, limit, source }) => {
    const need = needWithin(plan, windowMs, of, told.fastestMs(scenario.id, target.id));
    return need > limit ? [{ scenario: scenario.id, target: target.id, of, windowMs, limit, need, source }] : [];
  });
}

type Limit = Pick<QuotaShortfall, "of" | "windowMs" | "limit" | "source">;

/** The user's own word first, else what the target states per window, else under the usual names, which mostly mean a minute. */
function limitsOf({ limits }: Target, told: RateLimit | null): readonly Limit[] {
  const windows = (told?.windows ?? []).flatMap(({ of, windowMs, limit }): Limit[] =>
    windowMs === null || limit === null ? [] : [{ of, windowMs, limit, source: "headers" }],
  );
  const perMinute = (of: "requests" | "tokens", own: number | null, stated: number | null): readonly Limit[] => {
    if (own !== null) return [{ of, windowMs: MINUTE_MS, limit: own, source: "config" }];
    const known = windows.filter((window) => window.of === of);
    return known.length > 0 || stated === null
      ? known
      : [{ of, windowMs: MINUTE_MS, limit: stated, source: "headers" }];
  };
  return [
    ...perMinute("requests", limits?.requestsPerMinute ?? null, told?.limitRequests ?? null),
    ...perMinute("tokens", limits?.tokensPerMinute ?? null, told?.limitTokens ?? null),
    ...windows.filter(({ of }) => of === "input-tokens" || of === "output-tokens"),
    // No limit of 0 lets a warm-up through: it stands for none.
  ].filter(({ limit }) => limit > 0);
}

/**
 * The most that a plan asks for within any window of this length. A closed loop asks as fast as it is answered: what the
 * fastest warm-up would allow, and at least all its users at once.
 */
function needWithin(
  { scenario: { load, stop }, arrivals }: Plan,
  windowMs: number,
  of: RateWindow["of"],
  fastestMs: number | null,
): number {
  if (load.kind === "closed") {
    const lengthMs = Math.min(windowMs, stop.durationMs ?? Infinity);
    const rounds = fastestMs === null ? 1 : Math.max(1, Math.ceil(lengthMs / fastestMs));
    const requests = arrivals.slice(0, load.maxConcurrency * rounds);
    return requests.reduce((sum, arrival) => sum + weightOf(arrival, of), 0);
  }
  let most = 0;
  let within = 0;
  let first = 0;
  // A later turn may come as soon as the conversation begins.
  let dueUs = 0;
  const dues = arrivals.map((arrival) => (dueUs = arrival.dueUs ?? dueUs));
  for (const [i, arrival] of arrivals.entries()) {
    within += weightOf(arrival, of);
    while (dues[i]! - dues[first]! >= usFromMs(windowMs)) {
      within -= weightOf(arrivals[first]!, of);
      first += 1;
    }
    most = Math.max(most, within);
  }
  return most;
}

/** Sellers count the whole output limit when they let a request in. */
function weightOf({ inputTokens, outputTokens }: Arrival, of: RateWindow["of"]): number {
  switch (of) {
    case "requests":
      return 1;
    case "tokens":
      return inputTokens + outputTokens;
    case "input-tokens":
      return inputTokens;
    case "output-tokens":
      return outputTokens;
  }
}
