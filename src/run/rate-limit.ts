import type { RateLimit } from "../core/observation.ts";
import { decimal, retryAfterMs, type Said } from "./retry-after.ts";

/**
 * Reads what most sellers say about their limits (`retry-after`, `x-ratelimit-*`, the error itself); null when nothing is
 * said. Limits and remainders count per minute at most sellers and per day at some; as a limit per minute, a limit per day is
 * only too high.
 *
 * @param wallMs our own wall clock, for a wait that is told as a date
 */
export function rateLimitOf(said: Said, wallMs: number): RateLimit | null {
  const { headers } = said;
  const read: RateLimit = {
    retryAfterMs: retryAfterMs(said, wallMs),
    limitRequests: decimal(headers["x-ratelimit-limit-requests"]),
    remainingRequests: decimal(headers["x-ratelimit-remaining-requests"]),
    limitTokens: decimal(headers["x-ratelimit-limit-tokens"] ?? headers["x-ratelimit-limit-tokens-minute"]),
    remainingTokens: decimal(headers["x-ratelimit-remaining-tokens"] ?? headers["x-ratelimit-remaining-tokens-minute"]),
  };
  return Object.values(read).every((value) => value === null) ? null : read;
}
