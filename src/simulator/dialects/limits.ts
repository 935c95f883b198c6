import type { Dialect } from "./dialect.ts";
import { WAIT_SECONDS } from "./errors.ts";

type Headers = Readonly<Record<string, string>>;

/** What a response says about limits: on every answer, or, where that is the seller's way, on a throttled one alone. */
export function limitHeaders(limits: Dialect["limits"], isThrottled: boolean): Headers {
  const left = (count: number): string => (isThrottled ? "0" : String(count));
  const wait: Headers = isThrottled ? { "retry-after": String(WAIT_SECONDS) } : {};
  switch (limits) {
    case "none":
      return wait;
    case "openai-duration":
      return {
        ...wait,
        "x-ratelimit-limit-requests": "14400",
        "x-ratelimit-remaining-requests": left(14_399),
        "x-ratelimit-reset-requests": "6s",
        "x-ratelimit-limit-tokens": "18000",
        "x-ratelimit-remaining-tokens": "17000",
        "x-ratelimit-reset-tokens": "1m3.5s",
      };
    case "seconds":
      return {
        ...wait,
        "x-ratelimit-limit-requests-day": "14400",
        "x-ratelimit-remaining-requests-day": "14000",
        "x-ratelimit-reset-requests-day": "3600",
        "x-ratelimit-limit-tokens-minute": "60000",
        "x-ratelimit-remaining-tokens-minute": left(59_000),
        "x-ratelimit-reset-tokens-minute": "12.5",
      };
    case "together":
      return isThrottled
        ? { "x-ratelimit-limit": "10", "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(WAIT_SECONDS) }
        : {};
    case "fireworks-tps":
      return { ...wait, "x-ratelimit-limit-tokens-prompt": "60000", "x-ratelimit-limit-tokens-generated": "600" };
    case "ietf-structured":
      return {
        ...wait,
        "ratelimit-policy": '"default";q=1200;w=300',
        ratelimit: `"default";r=${left(1150)};t=${WAIT_SECONDS}`,
      };
    case "body-retry-after":
      return {};
  }
}
