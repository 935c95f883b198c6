import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openLimiter, type RateLimit } from "../../src/simulator/limiter.ts";
import { parseProfiles } from "../../src/simulator/profiles-file.ts";
import { startSimulator, type Simulator } from "../../src/simulator/server.ts";
import { call, chatBody, INSTANT } from "../support/simulator-client.ts";

const LIMIT: RateLimit = { ratePerSecond: 10, burst: 3, penaltyMs: 0, retryAfterS: "honest" };

/** Asks at these seconds: what each refusal said, `ok` for the others. */
function asked(limit: RateLimit, ...seconds: readonly number[]): readonly string[] {
  const limiter = openLimiter();
  return seconds.map((at) => {
    const refusal = limiter.ask("own", limit, at * 1e9);
    return refusal === null ? "ok" : (refusal["retry-after"] ?? "silent");
  });
}

test("a bucket gives its burst at once, then as much as comes back", () => {
  expect(asked(LIMIT, 0, 0, 0, 0, 0.05, 0.1, 0.1)).toEqual(["ok", "ok", "ok", "1", "1", "ok", "1"]);
});

test("however it is asked, no stretch of time gets more than burst and rate allow", () => {
  const gaps = fc.array(fc.double({ min: 0, max: 0.4, noNaN: true }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(gaps, (between) => {
      let at = 0;
      const seconds = between.map((gap) => (at += gap));
      const passed = seconds.filter((_, i) => asked(LIMIT, ...seconds)[i] === "ok");
      passed.forEach((from, first) => {
        const last = passed.length - 1;
        const most = LIMIT.burst + (passed[last]! - from) * LIMIT.ratePerSecond;
        expect(last - first + 1).toBeLessThanOrEqual(most + 1e-6);
      });
    }),
    { numRuns: 50 },
  );
});

test("an honest wait is true, also through a penalty, and a stated one need not be", () => {
  const slow = { ...LIMIT, ratePerSecond: 0.4, burst: 1 };
  expect(asked(slow, 0, 0, 2.9, 0)).toEqual(["ok", "3", "ok", "3"]);
  const punished = { ...LIMIT, burst: 1, penaltyMs: 2500 };
  expect(asked(punished, 0, 0, 1, 2.4, 2.6)).toEqual(["ok", "3", "2", "1", "ok"]);
  expect(asked({ ...punished, retryAfterS: 1 }, 0, 0, 1, 2.4, 2.6)).toEqual(["ok", "1", "1", "1", "ok"]);
  expect(asked({ ...punished, retryAfterS: null }, 0, 0, 1)).toEqual(["ok", "silent", "silent"]);
});

test("a limit with mistakes is refused by name", () => {
  const rateLimit = { ratePerSecond: 0, burst: 0, penaltyMs: -1, retryAfterS: "soon" };
  const parsed = parseProfiles({ own: { ...INSTANT, rateLimit } });
  expect(parsed.ok ? [] : parsed.problems.map((problem) => problem.split(":")[0])).toEqual([
    "own.rateLimit.ratePerSecond",
    "own.rateLimit.burst",
    "own.rateLimit.penaltyMs",
    "own.rateLimit.retryAfterS",
  ]);
});

let simulator: Simulator;
beforeAll(async () => {
  const rateLimit = { ratePerSecond: 0.01, burst: 2, penaltyMs: 0, retryAfterS: 7 };
  simulator = await startSimulator({ seed: 405, profiles: { own: { ...INSTANT, rateLimit } } });
});
afterAll(() => simulator.close());

test("model lists and chats draw on one limit, and a refusal says when to come again", async () => {
  const models = () => call(`${simulator.url}/own/v1/models`, { method: "GET" });
  const chat = (prompt: string) =>
    call(`${simulator.url}/own/v1/chat/completions`, { body: chatBody({ prompt, maxTokens: 1 }) });
  expect((await models()).status).toBe(200);
  expect((await chat("x")).status).toBe(200);
  for (const refused of [await models(), await chat("y")]) {
    expect(refused.status).toBe(429);
    expect(refused.headers["retry-after"]).toBe("7");
    expect(JSON.parse(refused.text)).toMatchObject({ error: { code: "rate_limit_exceeded" } });
  }
  expect(simulator.ledger().map(({ status }) => status)).toEqual([200, 429]);
});
