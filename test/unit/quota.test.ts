import { describe, expect, test } from "vitest";
import type { Observation, RateLimit } from "../../src/core/observation.ts";
import type { RateWindow } from "../../src/core/provider.ts";
import type { Scenario } from "../../src/core/scenario.ts";
import type { Target } from "../../src/core/target.ts";
import { quotaText } from "../../src/report/quota.ts";
import { openTold, shortfallsOf } from "../../src/run/quota.ts";
import { planOf } from "../../src/scenario/plan.ts";
import { answer, CLOSED, OPEN, recordOf, TARGET } from "../support/observations.ts";
import { groupOf, times } from "../support/measured.ts";

/** 300 requests, ten a second; 100 tokens in, at most 96 out. */
const TEN_A_SECOND: Scenario = { ...OPEN, stop: { requests: 300, durationMs: null } };
const NOTHING: RateLimit = {
  retryAfterMs: null,
  limitRequests: null,
  remainingRequests: null,
  limitTokens: null,
  remainingTokens: null,
  windows: [],
};
const windowOf = (of: RateWindow["of"], windowMs: number | null, limit: number | null): RateWindow => {
  return { of, windowMs, limit, remaining: null, resetMs: null };
};

const warmup = (rateLimit: RateLimit | null, scenario: Scenario, lastMs = 800): Observation =>
  answer({ pair: 0, phase: "warmup", scenario, ttftMs: 100, gapsMs: [lastMs - 100], tokens: 4, fields: { rateLimit } })
    .observation;

function found(scenario: Scenario, told: Partial<RateLimit> | null, target: Target = TARGET, lastMs = 800) {
  const heard = openTold();
  heard.ended(warmup(told === null ? null : { ...NOTHING, ...told }, scenario, lastMs));
  return shortfallsOf(planOf(scenario), target, heard).map(({ of, windowMs, limit, need }) => [
    of,
    windowMs,
    limit,
    need,
  ]);
}

describe("an account's limit below the plan", () => {
  test("is found in what the warm-up told, per window", () => {
    expect(found(TEN_A_SECOND, { windows: [windowOf("requests", 60_000, 299)] })).toEqual([
      ["requests", 60_000, 299, 300],
    ]);
    expect(found(TEN_A_SECOND, { windows: [windowOf("requests", 60_000, 300)] })).toEqual([]);
    // Ten a second: 10 of the 300 in any one second, closed at its beginning alone.
    expect(found(TEN_A_SECOND, { windows: [windowOf("output-tokens", 1000, 959)] })).toEqual([
      ["output-tokens", 1000, 959, 960],
    ]);
    expect(found(TEN_A_SECOND, { windows: [windowOf("input-tokens", 1000, 1000)] })).toEqual([]);
    expect(found(TEN_A_SECOND, { windows: [windowOf("tokens", 86_400_000, 50_000)] })).toEqual([
      ["tokens", 86_400_000, 50_000, 300 * 196],
    ]);
  });

  test("is taken per minute where only the usual headers tell, and not at all where no window is known", () => {
    expect(found(TEN_A_SECOND, { limitRequests: 60, limitTokens: 1e6 })).toEqual([["requests", 60_000, 60, 300]]);
    const windows = [windowOf("requests", null, 5)];
    expect(found(TEN_A_SECOND, { windows, limitRequests: null })).toEqual([]);
    expect(found(TEN_A_SECOND, { limitRequests: 0 })).toEqual([]);
    expect(found(TEN_A_SECOND, null)).toEqual([]);
  });

  test("is the user's own word where the config has one", () => {
    const target: Target = { ...TARGET, limits: { requestsPerMinute: 120, tokensPerMinute: null } };
    expect(found(TEN_A_SECOND, { limitRequests: 10_000 }, target)).toEqual([["requests", 60_000, 120, 300]]);
    const generous: Target = { ...TARGET, limits: { requestsPerMinute: 10_000, tokensPerMinute: 10_000 } };
    expect(found(TEN_A_SECOND, { limitRequests: 10 }, generous)).toEqual([["tokens", 60_000, 10_000, 300 * 196]]);
  });

  test("of a closed loop is held against what the fastest warm-up allows", () => {
    const closed: Scenario = { ...CLOSED, stop: { requests: 1000, durationMs: null } };
    // 4 at a time, each 800 ms: 75 rounds a minute.
    expect(found(closed, { limitRequests: 299 })).toEqual([["requests", 60_000, 299, 300]]);
    expect(found(closed, { limitRequests: 300 })).toEqual([]);
    expect(found({ ...closed, stop: { requests: 40, durationMs: null } }, { limitRequests: 40 })).toEqual([]);
    // A duration of 8 s: 10 rounds.
    expect(found({ ...closed, stop: { requests: null, durationMs: 8000 } }, { limitRequests: 39 })).toEqual([
      ["requests", 60_000, 39, 40],
    ]);
    // Without an answer to a warm-up nobody knows how fast it will be: all slots at once, at least.
    expect(
      shortfallsOf(planOf(closed), { ...TARGET, limits: { requestsPerMinute: 3, tokensPerMinute: null } }, openTold()),
    ).toEqual([expect.objectContaining({ need: 4, limit: 3, source: "config" })]);
  });
});

test("it is said in one line", () => {
  const of = {
    scenario: "chat",
    target: "t",
    of: "output-tokens",
    windowMs: 1000,
    limit: 9,
    need: 12,
    source: "headers",
  } as const;
  expect(quotaText(of)).toBe(
    "t: its account may take 9 output tokens a second (by its headers), chat asks for up to 12: refusals will tell of the quota, not of the endpoint",
  );
  expect(quotaText({ ...of, windowMs: 10_000, source: "config" })).toContain(
    "9 output tokens in 10 s (by its limits in the config)",
  );
});

test("every row of such a group says quota_limited", () => {
  const record = recordOf(
    times(40, (pair) => answer({ pair, ttftMs: 100, gapsMs: [10], tokens: 4 })),
    {},
  );
  const quota = {
    scenario: "open",
    target: "alpha",
    of: "requests",
    windowMs: 60_000,
    limit: 1,
    need: 40,
    source: "headers",
  } as const;
  const flagged = groupOf({ ...record, manifest: { ...record.manifest, quotas: [quota] } });
  expect(flagged.flags).toContain("quota_limited");
  expect(flagged.rows.every(({ flags }) => flags.includes("quota_limited"))).toBe(true);
  const other = groupOf({ ...record, manifest: { ...record.manifest, quotas: [{ ...quota, target: "beta" }] } });
  expect(other.flags).not.toContain("quota_limited");
});
