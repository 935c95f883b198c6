import fc from "fast-check";
import { expect, test } from "vitest";
import { answerOf, type Step } from "../../src/simulator/answer.ts";
import { FAULT_NAMES, type Fault } from "../../src/simulator/fault.ts";
import { minHeap } from "../../src/simulator/heap.ts";
import { PROFILES, USAGE_MODES, type Profile } from "../../src/simulator/profile.ts";
import { openQueue } from "../../src/simulator/queue.ts";
import { randomOf } from "../../src/simulator/random.ts";
import { startClock } from "../../src/simulator/clock.ts";
import { startScheduler } from "../../src/simulator/scheduler.ts";

const fault: fc.Arbitrary<Fault> = fc
  .constantFrom(...FAULT_NAMES.filter((name) => name !== "endless"))
  .map((name) => (name === "stall" || name === "slow-headers" ? { name, share: 1, ms: 5000 } : { name, share: 1 }));

const setting = fc.record({
  seed: fc.nat(),
  promptHash: fc.string(),
  promptTokens: fc.integer({ min: 10, max: 10_000 }),
  maxTokens: fc.integer({ min: 1, max: 300 }),
  stream: fc.boolean(),
  includeUsage: fc.boolean(),
  cachedTokens: fc.option(fc.nat(9)),
  slowness: fc.double({ min: 0.1, max: 10, noNaN: true }),
  faults: fc.array(fault, { maxLength: 1 }),
  tokensPerEvent: fc.integer({ min: 1, max: 9 }),
  sigma: fc.double({ min: 0, max: 2, noNaN: true }),
  usage: fc.constantFrom(...USAGE_MODES),
  prologue: fc.record({ roleMs: fc.nat(100), emptyDeltaMs: fc.option(fc.nat(100)) }),
});

function answer(given: typeof setting extends fc.Arbitrary<infer T> ? T : never) {
  const profile: Profile = {
    ...PROFILES["sim-fast"],
    ttft: { baseMs: 60, perInputTokenMs: 0.02, sigma: given.sigma },
    interEvent: { meanMs: 6, sigma: given.sigma },
    tokensPerEvent: given.tokensPerEvent,
    usage: given.usage,
    prologue: given.prologue,
    faults: given.faults,
  };
  const tokens = (): readonly string[] => [];
  const { stream, includeUsage, maxTokens, promptTokens, promptHash } = given;
  const request = {
    model: "m",
    stream,
    includeUsage,
    maxTokens,
    promptWords: promptTokens,
    promptTokens,
    tokens,
    promptHash,
  };
  const { seed, slowness, cachedTokens } = given;
  const made = answerOf({ seed, profileName: "own", profile, request, slowness, cachedTokens, asked: 0, turn: 1 });
  return { ...made, prologue: [...made.prologue], service: [...(made.service ?? [])] };
}

test("an answer is a pure function of its inputs", () => {
  fc.assert(
    fc.property(setting, (given) => {
      expect(answer(given)).toEqual(answer(given));
    }),
  );
});

test("the steps of an answer are in order of time, and it ends exactly once, at its last step", () => {
  fc.assert(
    fc.property(setting, (given) => {
      const { prologue, service } = answer(given);
      const steps: readonly Step[] = [...prologue, ...service];
      const last = (step: Step): boolean => step.act !== "content" && step.act !== "write";
      expect(steps.findIndex(last)).toBe(steps.length - 1);
      steps.forEach((step, index) => expect(step.atMs).toBeGreaterThanOrEqual(steps[index - 1]?.atMs ?? 0));
    }),
  );
});

test("an answer without a fault has exactly the tokens that were asked for, one word each", () => {
  fc.assert(
    fc.property(setting, (given) => {
      const { service } = answer({ ...given, faults: [] });
      const contents = service.filter((step) => step.act === "content");
      const words = contents
        .map((step) => step.text)
        .join("")
        .split(" ")
        .slice(1);
      expect(words).toHaveLength(given.maxTokens);
      expect(contents.reduce((sum, step) => sum + step.tokens, 0)).toBe(given.maxTokens);
      if (given.stream) expect(contents).toHaveLength(Math.ceil(given.maxTokens / given.tokensPerEvent));
    }),
  );
});

test("slowness scales the times of service and nothing else", () => {
  fc.assert(
    fc.property(setting, (given) => {
      const still = { ...given, faults: [], prologue: { roleMs: 0, emptyDeltaMs: null } };
      const nominal = answer({ ...still, slowness: 1 });
      const slow = answer(still);
      slow.service.forEach((step, index) => {
        const reference = nominal.service[index]!;
        expect({ ...step, atMs: 0 }).toEqual({ ...reference, atMs: 0 });
        expect(step.atMs).toBeCloseTo(reference.atMs * given.slowness, 6);
      });
    }),
  );
});

test("a longer answer begins like the shorter one", () => {
  fc.assert(
    fc.property(setting, (given) => {
      const contents = (maxTokens: number) =>
        answer({ ...given, stream: true, usage: "never", faults: [], tokensPerEvent: 1, maxTokens }).service.filter(
          (step) => step.act === "content",
        );
      expect(contents(given.maxTokens + 7).slice(0, given.maxTokens)).toEqual(contents(given.maxTokens));
    }),
  );
});

test("a heap gives back what it was given, in order", () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), (items) => {
      const heap = minHeap<number>((a, b) => a < b);
      for (const item of items) heap.push(item);
      expect(heap.peek()).toBe(items.length === 0 ? undefined : Math.min(...items));
      const popped = Array.from({ length: items.length }, () => heap.pop());
      expect(popped).toEqual(items.toSorted((a, b) => a - b));
      expect([heap.size(), heap.pop()]).toEqual([0, undefined]);
    }),
  );
});

test("a queue never serves more than its capacity, never holds more than its limit and forgets nobody", async () => {
  const action = fc.oneof(fc.constant("enter" as const), fc.nat(50));
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.nat(4), fc.array(action), async (capacity, limit, actions) => {
      const queue = openQueue(capacity, limit, () => 7);
      const places: { granted: number | null | undefined; left: boolean; leave: () => void }[] = [];
      const holding = () => places.filter((place) => place.granted !== undefined && !place.left).length;
      const lined = () => places.filter((place) => place.granted === undefined && !place.left).length;
      for (const each of actions) {
        if (each === "enter") {
          const full = holding() === capacity && lined() === limit;
          const entered = queue.enter();
          expect(entered === null).toBe(full);
          if (entered !== null) {
            const place = { granted: undefined as number | null | undefined, left: false, leave: entered.leave };
            void entered.granted.then((granted) => (place.granted = granted));
            places.push(place);
          }
        } else {
          const place = places[each];
          place?.leave();
          place?.leave();
          if (place !== undefined) place.left = true;
        }
        await Promise.resolve();
        expect(holding()).toBeLessThanOrEqual(capacity);
        expect(queue.waiting()).toBe(lined());
        // Nobody waits while a place is free, and nobody overtakes.
        if (lined() > 0) expect(holding()).toBe(capacity);
        const waitingFrom = places.findIndex((place) => place.granted === undefined && !place.left);
        if (waitingFrom >= 0)
          expect(places.slice(waitingFrom).some((place) => place.granted !== undefined)).toBe(false);
      }
    }),
  );
});

test("random numbers are uniform, lognormals have the mean and spread that was asked for, seeds are independent", () => {
  const random = randomOf(405, "uniform");
  const draws = Array.from({ length: 20_000 }, random.uniform);
  for (let bin = 0; bin < 10; bin += 1) {
    const count = draws.filter((draw) => Math.floor(draw * 10) === bin).length;
    // Binomial: 2,000 ± 5 standard deviations of 42.
    expect(Math.abs(count - 2000)).toBeLessThan(212);
  }
  const logs = Array.from({ length: 20_000 }, () => Math.log(random.lognormal(1, 0.5)));
  const mean = logs.reduce((sum, each) => sum + each, 0) / logs.length;
  const spread = Math.sqrt(logs.reduce((sum, each) => sum + (each - mean) ** 2, 0) / logs.length);
  expect(mean).toBeCloseTo(-0.125, 1.5);
  expect(spread).toBeCloseTo(0.5, 1.5);
  expect(randomOf(405, "gaps").lognormal(6, 0)).toBe(6);
  expect(randomOf(405, "a", "b").uniform()).not.toBe(randomOf(405, "ab").uniform());
  expect(randomOf(405, "uniform").uniform()).toBe(draws[0]);
});

test("the scheduler runs everything in order of due time, never early, ties in the order of asking", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(12), { minLength: 1, maxLength: 40 }), async (delaysMs) => {
      const clock = startClock();
      const scheduler = startScheduler(clock);
      const startNs = clock.now();
      const ran: { index: number; early: boolean }[] = [];
      await new Promise<void>((resolve) => {
        delaysMs.forEach((delayMs, index) => {
          const dueNs = startNs + delayMs * 1e6;
          scheduler.at(dueNs, () => {
            ran.push({ index, early: clock.now() < dueNs });
            if (ran.length === delaysMs.length) resolve();
          });
        });
        expect(ran).toEqual([]);
      });
      const expected = delaysMs.map((delayMs, index) => ({ delayMs, index })).toSorted((a, b) => a.delayMs - b.delayMs);
      expect(ran).toEqual(expected.map(({ index }) => ({ index, early: false })));
      scheduler.stop();
    }),
    { numRuns: 20 },
  );
});

test("a stopped scheduler runs nothing", async () => {
  const clock = startClock();
  const scheduler = startScheduler(clock);
  let ran = 0;
  scheduler.at(clock.now() + 1e6, () => (ran += 1));
  scheduler.stop();
  scheduler.at(clock.now(), () => (ran += 1));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(ran).toBe(0);
});
