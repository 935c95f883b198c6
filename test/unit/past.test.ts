import { describe, expect, test } from "vitest";
import type { RunRecord } from "../../src/core/run.ts";
import type { Scenario } from "../../src/core/scenario.ts";
import { hasLeft, isLeft, leftOf, NO_PAST, pastOf } from "../../src/run/past.ts";
import { planOf } from "../../src/scenario/plan.ts";
import { answer, CLOSED, failed, lostIntents, OPEN, recordOf, TARGET, unanswered } from "../support/observations.ts";
import { times } from "../support/measured.ts";

const HOST = { ...TARGET, id: "127.0.0.1:8080" };
const good = (pair: number, atMs = 0) => answer({ pair, atMs, ttftMs: 100, gapsMs: [10], tokens: 4 });
const pairs = (record: RunRecord, scenario: Scenario, target: string): readonly string[] => {
  const { warmups, arrivals } = leftOf(planOf(scenario), [target], pastOf(record));
  return [...warmups, ...arrivals].map(({ phase, pair }) => `${phase === "warmup" ? "w" : ""}${pair}`);
};

describe("what is left of a run", () => {
  test("is all of it when there is no past", () => {
    const plan = planOf(OPEN);
    expect(leftOf(plan, [TARGET.id], NO_PAST)).toBe(plan);
    expect(hasLeft(plan, TARGET.id, NO_PAST)).toBe(true);
  });

  test("is what was neither sent nor decided; what was not started comes again", () => {
    const few: Scenario = { ...OPEN, stop: { requests: 9, durationMs: null } };
    const record = recordOf(
      [
        answer({ pair: 0, phase: "warmup", ttftMs: 100, gapsMs: [10], tokens: 4 }),
        good(0),
        failed({ pair: 1, kind: "network" }),
        unanswered({ pair: 1, attempt: 2, outcome: "not-started", reason: "interrupt" }),
        unanswered({ pair: 2, outcome: "cancelled", reason: "interrupt" }),
        unanswered({ pair: 3, outcome: "dropped", reason: null }),
        unanswered({ pair: 4, outcome: "not-started", reason: "breaker" }),
        unanswered({ pair: 5, outcome: "not-started", reason: "interrupt" }),
        unanswered({ pair: 6, outcome: "not-started", reason: "budget" }),
      ],
      { scenarios: [few] },
    );
    const killed = { ...record, lost: lostIntents(["open:alpha:7"], 0.0003) };
    expect(pairs(killed, few, "alpha")).toEqual(["5", "6", "8"]);
    expect(pairs(killed, few, "beta")).toHaveLength(10);
  });

  test("knows a lost retry by its first attempt, and targets whose names hold colons", () => {
    const scenario: Scenario = { ...CLOSED, warmups: 2, stop: { requests: 3, durationMs: null } };
    const record = recordOf([], { scenarios: [scenario], targets: [HOST] });
    const lost = ["closed:127.0.0.1:8080:w1", "closed:127.0.0.1:8080:0", "closed:127.0.0.1:8080:2:2"].map((id) => ({
      v: 1 as const,
      id,
      target: HOST.id,
      atUs: 0,
      reservedUsd: null,
    }));
    expect(pairs({ ...record, lost }, scenario, HOST.id)).toEqual(["w0", "1"]);
    expect(isLeft(pastOf({ ...record, lost }), "closed", HOST.id, { phase: "measured", pair: 2 })).toBe(false);
  });

  test("keeps the gaps of an open loop, its first arrival due at once", () => {
    const record = recordOf(
      times(10, (pair) => good(pair)),
      {},
    );
    const { arrivals } = leftOf(planOf(OPEN), ["alpha"], pastOf(record));
    expect(arrivals.map(({ pair, dueUs }) => [pair, dueUs])).toEqual(times(30, (i) => [10 + i, i * 100_000]));
  });

  test("of a closed loop that a duration ends is the rest of its time, pauses left out", () => {
    const timed: Scenario = { ...CLOSED, stop: { requests: null, durationMs: 10_000 } };
    const at = (pair: number, atMs: number) =>
      answer({ pair, scenario: timed, atMs, ttftMs: 990, gapsMs: [10], tokens: 4 });
    const record = recordOf([at(0, 0), at(1, 2000), at(2, 3_600_000), at(3, 3_604_000)], { scenarios: [timed] });
    const resumption = {
      startedAt: "",
      startUs: 3_600_000_000,
      stoppedUs: 3_000_000,
      clock: { name: "", originNs: "0" },
      before: null,
    };
    const past = pastOf({ ...record, manifest: { ...record.manifest, resumed: [resumption] } });
    // 3 s before the pause, 5 s after it.
    expect(leftOf(planOf(timed), ["alpha"], past).scenario.stop.durationMs).toBe(2000);
    const over = pastOf(recordOf([at(0, 0), at(1, 9500)], { scenarios: [timed] }));
    expect(leftOf(planOf(timed), ["alpha"], over).arrivals).toEqual([]);
    expect(leftOf(planOf(timed), ["alpha", "beta"], over).scenario.stop.durationMs).toBe(10_000);
  });
});

describe("what was spent before", () => {
  test("is the bill where it is known, else the reservation; lost calls count in full", () => {
    const usage = { input: 110, output: 20, cached: 0 };
    const record = recordOf(
      [
        answer({ pair: 0, ttftMs: 100, gapsMs: [10], tokens: 20, fields: { usage } }),
        failed({ pair: 1, kind: "timeout" }),
        unanswered({ pair: 2, outcome: "not-started", reason: "budget" }),
      ],
      {},
    );
    const { spent } = pastOf({ ...record, lost: lostIntents(["open:alpha:3", "stray:alpha:0"], 0.0003) });
    const tokens = 100 + 10 + 64 + 96;
    const reserved = { usd: 0.0003, tokens };
    const unknown = { usd: null, tokens: null, requests: 1 };
    expect(spent).toEqual([
      { target: "alpha", reserved, settled: { usd: expect.closeTo(0.00015, 12) as number, tokens: 130, requests: 1 } },
      { target: "alpha", reserved, settled: unknown },
      expect.objectContaining({ target: "alpha", reserved, settled: unknown }),
    ]);
  });
});
