import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { rateLimitOf } from "../../src/run/rate-limit.ts";
import { callServer } from "../support/call.ts";
import { event, streamHead, textEvent, wireServer, type WireServer } from "../support/wire-server.ts";

const WALL_MS = Date.UTC(2026, 10, 23, 12, 0, 0);

const waitIn = (headers: Record<string, string>, errorText: string | null = null): number | null =>
  rateLimitOf({ headers, errorText }, [], WALL_MS)?.retryAfterMs ?? null;
const waitInError = (error: unknown): number | null =>
  waitIn({}, typeof error === "string" ? error : JSON.stringify(error));

describe("rate-limit headers", () => {
  it("are read as plain decimal numbers", () => {
    const headers = {
      "retry-after": "1.5",
      "x-ratelimit-limit-requests": "100",
      "x-ratelimit-remaining-requests": "0",
      "x-ratelimit-limit-tokens": "200000",
      "x-ratelimit-remaining-tokens": " 5 ",
    };
    expect(rateLimitOf({ headers, errorText: null }, [], WALL_MS)).toEqual({
      retryAfterMs: 1500,
      limitRequests: 100,
      remainingRequests: 0,
      limitTokens: 200_000,
      remainingTokens: 5,
      windows: [],
    });
  });
  it("are found under the name of their minute too", () => {
    const headers = { "x-ratelimit-limit-tokens-minute": "60000", "x-ratelimit-remaining-tokens-minute": "59000" };
    expect(rateLimitOf({ headers, errorText: null }, [], WALL_MS)).toMatchObject({
      limitTokens: 60_000,
      remainingTokens: 59_000,
    });
  });
  it("are null where there are none", () => {
    expect(rateLimitOf({ headers: { "content-type": "text/html" }, errorText: null }, [], WALL_MS)).toBeNull();
  });
});

describe("the header retry-after", () => {
  it.each([
    ["0", 0],
    ["2", 2000],
    [" 1.5 ", 1500],
    ["2m59.56s", 179_560],
    ["250ms", 250],
    ["1h2m3s", 3_723_000],
    ["7.66s", 7660],
    ["Mon, 23 Nov 2026 12:00:30 GMT", 30_000],
    ["Monday, 23-Nov-26 12:00:30 GMT", 30_000],
    ["Mon Nov 23 12:00:30 2026", 30_000],
    ["Mon, 23 Nov 2026 11:00:00 GMT", 0],
  ])("says %s", (text, expected) => {
    expect(waitIn({ "retry-after": text })).toBe(expected);
  });
  it("as a date counts from the server's own clock, however wrong ours is", () => {
    const headers = { "retry-after": "Mon, 23 Nov 2026 15:00:20 GMT", date: "Mon, 23 Nov 2026 15:00:00 GMT" };
    expect(waitIn(headers)).toBe(20_000);
  });
  it("gives way to its sibling in milliseconds, which is finer", () => {
    expect(waitIn({ "retry-after": "1", "retry-after-ms": "320" })).toBe(320);
  });
  it.each(["1e307", "0x10", "-1", "soon", "", "NaN", "Infinity", "9".repeat(400), "5 apples", "Mon, 99 Foo 12:00:00"])(
    "is not believed when it says %s",
    (text) => {
      expect(waitIn({ "retry-after": text })).toBeNull();
    },
  );
});

describe("an error that says when to come again", () => {
  it.each<readonly [unknown, number]>([
    [{ error: { message: "m", type: "rate_limit_exceeded", code: 429, limit_type: "OTPM", retry_after: 12 } }, 12_000],
    [{ retry_after: "1.5" }, 1500],
    [{ error: { retry_after_ms: 40 } }, 40],
    [{ detail: [{ retryAfter: "2m59.56s" }] }, 179_560],
    [{ error: { details: [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "3.5s" }] } }, 3500],
    [{ error: { message: "Rate limit reached. Please try again in 1.5s. Visit https://a.example" } }, 1500],
    [{ error: { message: "Please try again in 250ms." } }, 250],
    [{ error: { message: "Please try again in 7m12s" } }, 432_000],
    ["Please retry after 26 seconds.", 26_000],
    ["Too busy: wait for 2 minutes 5 seconds", 125_000],
  ])("%j", (error, expected) => {
    expect(waitInError(error)).toBe(expected);
  });
  it.each<readonly [unknown]>([
    ["Please try again later"],
    ["try again in a few minutes"],
    ["You have 5 s left"],
    [{ error: { retry_after: null, message: "no" } }],
    [{ retry_after: -3 }],
    [{ retry_after: 1e308 }],
    [{ retry_after: "soon" }],
    ["retry in 5 sessions"],
  ])("says nothing with %j", (error) => {
    expect(waitInError(error)).toBeNull();
  });
  it("counts behind the header", () => {
    expect(waitIn({ "retry-after": "1" }, "try again in 9s")).toBe(1000);
  });
  it("may leave it to x-ratelimit-reset in seconds, which means nothing without an error", () => {
    expect(waitIn({ "x-ratelimit-reset": "4" }, "slow down")).toBe(4000);
    expect(waitIn({ "x-ratelimit-reset": "4" })).toBeNull();
    expect(waitIn({ "x-ratelimit-reset": "1795435200" }, "slow down")).toBeNull();
  });
  it("is read from any text without harm", () => {
    const anything = fc.oneof(fc.string(), fc.json({ maxDepth: 12 }), fc.constant("[".repeat(20_000)));
    fc.assert(
      fc.property(anything, fc.string(), (errorText, header) => {
        const wait = waitIn({ "retry-after": header, date: header }, errorText);
        expect(wait === null || (Number.isFinite(wait) && wait >= 0)).toBe(true);
      }),
    );
  });
});

describe("what a call records of it", () => {
  let server: WireServer;
  afterEach(() => server.close());
  const recorded = async (...bytes: string[]) => {
    server = await wireServer((socket) => void socket.end(bytes.join("")));
    return (await callServer(server.origin))[0]!.observation;
  };
  it("is read from the body of a refusal", async () => {
    const body = JSON.stringify({ error: { message: "m", code: 429, retry_after: 3 } });
    const head = streamHead([`content-length: ${body.length}`], "429 Too Many Requests", "application/json");
    const observation = await recorded(head, body);
    expect(observation).toMatchObject({ failure: { kind: "rate-limited" }, rateLimit: { retryAfterMs: 3000 } });
  });
  it("is read from an error inside a stream", async () => {
    const error = event({ error: { message: "Overloaded: please try again in 1.5s", code: 503 } });
    const observation = await recorded(streamHead(), textEvent(" a"), error);
    expect(observation).toMatchObject({ failure: { kind: "overloaded" }, rateLimit: { retryAfterMs: 1500 } });
  });
  it("is nothing where an answer only talks about it", async () => {
    const observation = await recorded(streamHead(), textEvent(" please try again in 5s", "stop"), event("[DONE]"));
    expect(observation.rateLimit).toBeNull();
  });
});
