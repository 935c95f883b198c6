import { NS_PER_MS } from "./clock.ts";

/** A token bucket: each request takes a token, and is refused where there is none. */
export interface RateLimit {
  /** Tokens that come back per second. */
  readonly ratePerSecond: number;
  /** Tokens of the full bucket that it starts with. */
  readonly burst: number;
  /** After a refusal everything is refused for this long, since some sellers punish; 0: never. */
  readonly penaltyMs: number;
  /**
   * What a refusal says in `retry-after`: `honest`, the time until the next request passes, in whole seconds rounded up; a number
   * of seconds, whether it is true or not; null, nothing.
   */
  readonly retryAfterS: "honest" | number | null;
}

/** The rate limits of all profiles, each over all that is asked of its profile. */
export interface Limiter {
  /** Headers of the refusal; null when the request may pass. */
  ask(profileName: string, limit: RateLimit | null, atNs: number): Readonly<Record<string, string>> | null;
}

interface Bucket {
  tokens: number;
  atNs: number;
  shutUntilNs: number;
}

const NS_PER_SECOND = 1000 * NS_PER_MS;

export function openLimiter(): Limiter {
  const buckets = new Map<string, Bucket>();
  return {
    ask: (profileName, limit, atNs) => {
      if (limit === null) return null;
      const bucket = buckets.get(profileName) ?? { tokens: limit.burst, atNs, shutUntilNs: 0 };
      buckets.set(profileName, bucket);
      const elapsedS = Math.max(0, atNs - bucket.atNs) / NS_PER_SECOND;
      bucket.tokens = Math.min(limit.burst, bucket.tokens + elapsedS * limit.ratePerSecond);
      bucket.atNs = Math.max(bucket.atNs, atNs);
      const isShut = atNs < bucket.shutUntilNs;
      if (!isShut && bucket.tokens >= 1) {
        bucket.tokens -= 1;
        return null;
      }
      if (!isShut) bucket.shutUntilNs = atNs + limit.penaltyMs * NS_PER_MS;
      return headersOf(limit, bucket, atNs);
    },
  };
}

function headersOf({ retryAfterS, ratePerSecond }: RateLimit, bucket: Bucket, atNs: number): Record<string, string> {
  if (retryAfterS === null) return {};
  if (retryAfterS !== "honest") return { "retry-after": String(retryAfterS) };
  const untilTokenS = Math.max(0, 1 - bucket.tokens) / ratePerSecond;
  const untilOpenS = Math.max(0, bucket.shutUntilNs - atNs) / NS_PER_SECOND;
  return { "retry-after": String(Math.max(1, Math.ceil(Math.max(untilTokenS, untilOpenS)))) };
}
