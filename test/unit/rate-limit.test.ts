import { describe, expect, it } from "vitest";
import { rateLimitOf } from "../../src/run/rate-limit.ts";

describe("rate-limit headers", () => {
  it("are read as plain decimal numbers", () => {
    expect(
      rateLimitOf({
        "retry-after": "1.5",
        "x-ratelimit-limit-requests": "100",
        "x-ratelimit-remaining-requests": "0",
        "x-ratelimit-limit-tokens": "200000",
        "x-ratelimit-remaining-tokens": " 5 ",
      }),
    ).toEqual({
      retryAfterMs: 1500,
      limitRequests: 100,
      remainingRequests: 0,
      limitTokens: 200_000,
      remainingTokens: 5,
    });
  });
  it.each(["1e307", "0x10", "-1", "soon", "", "NaN", "Infinity", "9".repeat(400)])(
    "are not believed when they say %s",
    (value) => {
      expect(rateLimitOf({ "retry-after": value })).toBeNull();
    },
  );
  it("are null where there are none", () => {
    expect(rateLimitOf({ "content-type": "text/html" })).toBeNull();
  });
});
