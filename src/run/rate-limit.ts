import type { RateLimit } from "../core/observation.ts";
import type { ResponseHeaders } from "../transport/exchange.ts";

/** Reads what most sellers say about their limits (`retry-after`, `x-ratelimit-*`); null when nothing is said. */
export function rateLimitOf(headers: ResponseHeaders): RateLimit | null {
  const seconds = number(headers["retry-after"]);
  const said: RateLimit = {
    retryAfterMs: seconds === null ? null : seconds * 1000,
    limitRequests: number(headers["x-ratelimit-limit-requests"]),
    remainingRequests: number(headers["x-ratelimit-remaining-requests"]),
    limitTokens: number(headers["x-ratelimit-limit-tokens"]),
    remainingTokens: number(headers["x-ratelimit-remaining-tokens"]),
  };
  return Object.values(said).every((value) => value === null) ? null : said;
}

/** Plain decimal digits as headers carry them; no exponents, no hexadecimal. */
function number(text: string | undefined): number | null {
  return text !== undefined && /^\s*\d{1,15}(?:\.\d{1,9})?\s*$/.test(text) ? Number(text) : null;
}
