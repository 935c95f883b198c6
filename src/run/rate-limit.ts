import type { RateLimit } from "../core/observation.ts";
import type { RateWindow } from "../core/provider.ts";
import { decimal } from "../protocol/spans.ts";
import { retryAfterMs, type Said } from "./retry-after.ts";

/**
 * Reads what an endpoint says about its limits (`retry-after`, `x-ratelimit-*`, the error itself); null when nothing is said.
 * The single figures are those of the windows that the provider is known to tell, the shortest first, else those under the
 * usual names, whose window is a minute at most sellers and a day at some: as a limit per minute, one per day is only too high.
 *
 * @param wallMs our own wall clock, for a wait that is told as a date
 */
export function rateLimitOf(said: Said, windows: readonly RateWindow[], wallMs: number): RateLimit | null {
  const { headers } = said;
  const requests = shortest(windows, "requests");
  const tokens = shortest(windows, "tokens");
  const read: RateLimit = {
    retryAfterMs: retryAfterMs(said, wallMs),
    limitRequests: requests?.limit ?? decimal(headers["x-ratelimit-limit-requests"]),
    remainingRequests: requests?.remaining ?? decimal(headers["x-ratelimit-remaining-requests"]),
    limitTokens:
      tokens?.limit ?? decimal(headers["x-ratelimit-limit-tokens"] ?? headers["x-ratelimit-limit-tokens-minute"]),
    remainingTokens:
      tokens?.remaining ??
      decimal(headers["x-ratelimit-remaining-tokens"] ?? headers["x-ratelimit-remaining-tokens-minute"]),
    windows,
  };
  const { windows: _windows, ...single } = read;
  return windows.length === 0 && Object.values(single).every((value) => value === null) ? null : read;
}

function shortest(windows: readonly RateWindow[], of: RateWindow["of"]): RateWindow | undefined {
  return windows
    .filter((window) => window.of === of)
    .toSorted((a, b) => (a.windowMs ?? Infinity) - (b.windowMs ?? Infinity))[0];
}
