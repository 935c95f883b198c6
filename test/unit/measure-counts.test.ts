import { expect, test } from "vitest";
import { analyse } from "../../src/measure/analyse.ts";
import { identityProblems } from "../../src/measure/counts.ts";
import { answer, CLOSED, failed, lostIntents, OPEN, recordOf, TARGET, unanswered } from "../support/observations.ts";
import { analysisOf, groupOf, times } from "../support/measured.ts";

const good = (pair: number) => answer({ pair, ttftMs: 100, gapsMs: [10], tokens: 4 });

test("every outcome has its place, and warm-ups have none", () => {
  const recorded = [
    answer({ pair: 0, phase: "warmup", ttftMs: 100, gapsMs: [10], tokens: 4 }),
    ...times(30, good),
    answer({ pair: 30, ttftMs: 1, gapsMs: [], tokens: 0, fields: { flags: ["empty"] } }),
    failed({ pair: 31, kind: "timeout" }),
    failed({ pair: 32, kind: "rate-limited" }),
    failed({ pair: 32, kind: "rate-limited", attempt: 2 }),
    unanswered({ pair: 33, outcome: "cancelled", reason: "overshoot" }),
    unanswered({ pair: 34, outcome: "cancelled", reason: "interrupt" }),
    unanswered({ pair: 35, outcome: "dropped", reason: null }),
    ...times(4, (i) => unanswered({ pair: 36 + i, outcome: "not-started", reason: i < 1 ? "budget" : "interrupt" })),
  ];
  const { counts } = groupOf(recordOf(recorded, {}));
  expect(counts).toEqual({
    planned: 40,
    retries: 1,
    released: 36,
    dropped: 1,
    notStarted: { budget: 1, interrupt: 3 },
    completed: 31,
    failed: { "rate-limited": 2, timeout: 1 },
    cancelled: { interrupt: 1, overshoot: 1 },
    lost: 0,
    succeeded: 30,
    failures: { "rate-limited": 1, timeout: 1, "without an answer": 1, overshoot: 1 },
    recovered: 0,
    excused: 0,
  });
  expect(identityProblems(counts)).toEqual([]);
});

test("a missing line and a failure without kind break one identity each, and the analysis says so", () => {
  const nameless = { ...failed({ pair: 39, kind: "network" }).observation, failure: null };
  const analysis = analysisOf(recordOf([...times(38, good), { observation: nameless, trace: null, tokens: null }], {}));
  expect(analysis.warnings).toEqual([
    "open, alpha: planned + retries = 40, but released + dropped + not started = 39",
    "open, alpha: released = 39, but completed + failed + cancelled + lost = 38",
  ]);
});

test("a closed loop that a duration ends has planned what it asked for", () => {
  const scenario = { ...CLOSED, stop: { requests: null, durationMs: 1000 } };
  const recorded = times(17, (pair) => answer({ pair, scenario, ttftMs: 100, gapsMs: [10], tokens: 4 }));
  const { counts } = groupOf(recordOf(recorded, { scenarios: [scenario] }));
  expect(counts).toMatchObject({ planned: 17, released: 17 });
  expect(identityProblems(counts)).toEqual([]);
});

test("lost attempts go to the target whose id they carry in full", () => {
  const other = { ...TARGET, id: "alpha:x" };
  const lost = ["open:alpha:x:7", "open:alpha:3", "open:alpha:w0", "open:alpha:4:2"];
  const { groups } = analysisOf({ ...recordOf([], { targets: [TARGET, other] }), lost: lostIntents(lost, null) });
  // Of alpha's three, the warm-up is in no count, and one is a second attempt.
  expect(groups.map(({ counts }) => [counts.lost, counts.retries])).toEqual([
    [2, 1],
    [1, 0],
  ]);
});

test("a scenario without a plan is a fault of the caller", () => {
  expect(() => analyse(recordOf([], { scenarios: [OPEN] }), new Map())).toThrow("no plan given for scenario open");
});

test("lines of unknown scenarios or targets are counted in a warning", () => {
  const stray = { ...good(0), observation: { ...good(0).observation, target: "nobody" } };
  expect(analysisOf(recordOf([...times(40, good), stray], {})).warnings).toEqual([
    "1 observations belong to no scenario and target of the manifest",
  ]);
});
