import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FAILURE_KINDS, TRANSIENT_KINDS } from "../../src/core/failure.ts";
import { random } from "../../src/core/random.ts";
import type { RetryPolicy } from "../../src/core/scenario.ts";
import { retryWaitMs, withRetries } from "../../src/run/retry.ts";
import { attemptOf } from "../support/attempts.ts";

const POLICY: RetryPolicy = { attempts: 4, on: ["overloaded", "rate-limited"], backoffMs: 400, waitMsMax: 1000 };
const draw = () => random(405, "retry");

describe("the wait before another attempt", () => {
  test("doubles, up to its limit, and half to all of it is drawn", () => {
    for (const [attempt, most] of [
      [1, 400],
      [2, 800],
      [3, 1000],
    ] as const) {
      const stream = draw();
      const waits = Array.from({ length: 500 }, () =>
        retryWaitMs(POLICY, attemptOf({ kind: "overloaded", attempt }), stream)!,
      );
      expect(Math.min(...waits)).toBeGreaterThanOrEqual(most / 2);
      expect(Math.min(...waits)).toBeLessThan(most * 0.52);
      expect(Math.max(...waits)).toBeLessThanOrEqual(most);
      expect(Math.max(...waits)).toBeGreaterThan(most * 0.98);
    }
  });
  test("is the same whenever the plan is run again", () => {
    const waits = () => retryWaitMs(POLICY, attemptOf({ kind: "overloaded" }), draw());
    expect(waits()).toBe(waits());
  });
  test("is never shorter than the server asks for; if it asks for too much, the failure stands", () => {
    const asked = (retryAfterMs: number) =>
      retryWaitMs(POLICY, attemptOf({ kind: "rate-limited", retryAfterMs }), draw());
    expect(asked(900)).toBe(900);
    expect(asked(1000)).toBe(1000);
    expect(asked(1)).toBeGreaterThanOrEqual(200);
    expect(asked(1001)).toBeNull();
  });
  test("there is none after the last attempt, an answer or another failure", () => {
    expect(retryWaitMs(POLICY, attemptOf({ kind: "overloaded", attempt: 4 }), draw())).toBeNull();
    expect(retryWaitMs(POLICY, attemptOf({ kind: null }), draw())).toBeNull();
    expect(retryWaitMs(POLICY, attemptOf({ kind: "truncated" }), draw())).toBeNull();
  });
});

test("whatever happens, a policy makes no more attempts than it says, each due when its wait is over", async () => {
  const policy = fc.record({
    attempts: fc.integer({ min: 2, max: 10 }),
    on: fc.uniqueArray(fc.constantFrom(...TRANSIENT_KINDS), { minLength: 1 }),
    backoffMs: fc.nat(5000),
    waitMsMax: fc.integer({ min: 5000, max: 60_000 }),
  });
  const fates = fc.infiniteStream(
    fc.record({
      kind: fc.option(fc.constantFrom(...FAILURE_KINDS), { nil: null }),
      retryAfterMs: fc.option(fc.nat(100_000), { nil: null }),
      leaves: fc.boolean(),
    }),
  );
  await fc.assert(
    fc.asyncProperty(policy, fates, fc.nat(), async (of, stream, seed) => {
      let nowUs = 1_000_000;
      const made: { attempt: number; dueUs: number }[] = [];
      let lastWaitMs: number | null = null;
      await withRetries(
        {
          policy: of,
          draw: (attempt) => random(seed, attempt),
          attemptOnce: async (dueUs, attempt) => {
            expect(dueUs).toBe(nowUs);
            made.push({ attempt, dueUs });
            const fate = stream.next().value;
            lastWaitMs = fate.retryAfterMs;
            return fate.leaves ? attemptOf({ ...fate, attempt }) : null;
          },
          rested: async (forMs) => {
            expect(forMs).toBeGreaterThanOrEqual(Math.max(lastWaitMs ?? 0, 0));
            expect(forMs).toBeLessThanOrEqual(of.waitMsMax);
            nowUs += Math.round(forMs * 1000);
            return nowUs;
          },
        },
        nowUs,
      );
      expect(made.map(({ attempt }) => attempt)).toEqual(made.map((_, i) => i + 1));
      expect(made.length).toBeLessThanOrEqual(of.attempts);
    }),
  );
});
