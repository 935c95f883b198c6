import { describe, expect, it } from "vitest";
import type { RateLimitProfile } from "../../src/core/provider.ts";
import { rateWindows } from "../../src/protocol/rate-limits.ts";
import { rateLimitOf } from "../../src/run/rate-limit.ts";

const SECOND = 1000;
const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;

const windows = (profile: RateLimitProfile, headers: Record<string, string>, errorText: string | null = null) =>
  rateWindows(profile, { headers, errorText });

describe("rate-limit windows", () => {
  it("of Groq: requests a day, tokens a minute, reset as a duration", () => {
    const headers = {
      "x-ratelimit-limit-requests": "14400",
      "x-ratelimit-remaining-requests": "14370",
      "x-ratelimit-reset-requests": "2m59.56s",
      "x-ratelimit-limit-tokens": "18000",
      "x-ratelimit-remaining-tokens": "17997",
      "x-ratelimit-reset-tokens": "7.66s",
    };
    expect(windows("openai-duration", headers)).toEqual([
      { of: "requests", windowMs: DAY, limit: 14_400, remaining: 14_370, resetMs: 179_560 },
      { of: "tokens", windowMs: MINUTE, limit: 18_000, remaining: 17_997, resetMs: 7660 },
    ]);
  });

  it("of SambaNova: requests a minute and a day, reset in seconds", () => {
    const headers = {
      "x-ratelimit-limit-requests": "240",
      "x-ratelimit-remaining-requests": "239",
      "x-ratelimit-reset-requests": "60",
      "x-ratelimit-limit-requests-day": "48000",
      "x-ratelimit-remaining-requests-day": "47999",
      "x-ratelimit-reset-requests-day": "86400",
    };
    expect(windows("seconds", headers)).toEqual([
      { of: "requests", windowMs: MINUTE, limit: 240, remaining: 239, resetMs: 60_000 },
      { of: "requests", windowMs: DAY, limit: 48_000, remaining: 47_999, resetMs: DAY },
    ]);
  });

  it("of Cerebras: requests a day, tokens a minute", () => {
    const headers = {
      "x-ratelimit-limit-requests-day": "1000",
      "x-ratelimit-remaining-requests-day": "1",
      "x-ratelimit-reset-requests-day": "33011.4",
      "x-ratelimit-limit-tokens-minute": "60000",
      "x-ratelimit-remaining-tokens-minute": "0",
      "x-ratelimit-reset-tokens-minute": "11.38",
    };
    expect(windows("seconds", headers)).toEqual([
      { of: "requests", windowMs: DAY, limit: 1000, remaining: 1, resetMs: 33_011_400 },
      { of: "tokens", windowMs: MINUTE, limit: 60_000, remaining: 0, resetMs: 11_380 },
    ]);
  });

  it("of Together: windows that it does not tell", () => {
    const headers = {
      "x-ratelimit-limit": "100",
      "x-ratelimit-remaining": "0",
      "x-ratelimit-reset": "3",
      "x-tokenlimit-limit": "180000",
      "x-tokenlimit-remaining": "179000",
    };
    expect(windows("together", headers)).toEqual([
      { of: "requests", windowMs: null, limit: 100, remaining: 0, resetMs: 3000 },
      { of: "tokens", windowMs: null, limit: 180_000, remaining: 179_000, resetMs: null },
    ]);
  });

  it("of Fireworks: tokens a second, in and out", () => {
    const headers = { "x-ratelimit-limit-tokens-prompt": "60000", "x-ratelimit-limit-tokens-generated": "600" };
    expect(windows("fireworks-tps", headers)).toEqual([
      { of: "input-tokens", windowMs: SECOND, limit: 60_000, remaining: null, resetMs: null },
      { of: "output-tokens", windowMs: SECOND, limit: 600, remaining: null, resetMs: null },
    ]);
  });

  it("of Cloudflare: policies and their state, joined by name", () => {
    const headers = {
      "ratelimit-policy": '"default";q=1200;w=300, "burst";q=100;w=1',
      ratelimit: '"default";r=1150;t=30',
    };
    expect(windows("ietf-structured", headers)).toEqual([
      { of: "requests", windowMs: 300_000, limit: 1200, remaining: 1150, resetMs: 30_000 },
      { of: "requests", windowMs: SECOND, limit: 100, remaining: null, resetMs: null },
    ]);
  });

  it.each([
    ["itpm", "input-tokens", MINUTE],
    ["output_tokens_per_minute", "output-tokens", MINUTE],
    ["qph", "requests", HOUR],
  ] as const)("of Databricks stand in the body of a refusal: %s", (limitType, of, windowMs) => {
    const body = { error: { message: "m", limit_type: limitType, limit: 200, current: 180, retry_after: 5 } };
    expect(windows("body-retry-after", {}, JSON.stringify(body))).toEqual([
      { of, windowMs, limit: 200, remaining: 20, resetMs: null },
    ]);
  });

  it.each([
    ["openai-duration", { "x-ratelimit-limit-requests": "many" }],
    ["seconds", { "x-ratelimit-reset-requests": "Mon" }],
    ["ietf-structured", { ratelimit: ";;;=,,", "ratelimit-policy": '"x";q=1e9;w=-1' }],
    ["none", { "x-ratelimit-limit-requests": "5" }],
  ] as const)("of %s are not made of what cannot be read: %j", (profile, headers) => {
    expect(windows(profile, headers)).toEqual([]);
  });

  it.each([
    "",
    "not json",
    "null",
    "[]",
    '{"error":"text"}',
    '{"error":{"limit_type":5}}',
    '{"error":{"limit_type":"qph"}}',
  ])("are not made of the body %j", (body) => {
    expect(windows("body-retry-after", {}, body)).toEqual([]);
  });

  it("give the single figures of the shortest window, where the usual names mean another", () => {
    const headers = {
      "x-ratelimit-limit-requests": "240",
      "x-ratelimit-limit-requests-day": "48000",
      "x-ratelimit-limit-tokens-day": "1000000",
    };
    const told = { headers, errorText: null };
    expect(rateLimitOf(told, rateWindows("seconds", told), 0)).toMatchObject({
      limitRequests: 240,
      limitTokens: 1_000_000,
      remainingTokens: null,
    });
  });
});
