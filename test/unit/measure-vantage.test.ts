import { describe, expect, test } from "vitest";
import type { Observation } from "../../src/core/observation.ts";
import type { Target } from "../../src/core/target.ts";
import { answer, failed, recordOf, TARGET, unanswered, type Recorded } from "../support/observations.ts";
import { analysisOf, rowOf, times } from "../support/measured.ts";

const at = (id: string, baseUrl: string): Target => ({ ...TARGET, id, baseUrl });
const A = at("a", "https://a.example/v1");
const B = at("b", "https://b.example/v1");
/** On the host of B. */
const B2 = at("b2", "https://b.example/other/v1");
const LOCAL = at("local", "http://127.0.0.1:8000/v1");

const OUT_FROM = 10;
const OUT_TO = 35;

/** 40 requests to a target, one each 100 ms; `out` says what becomes of those from 1.0 to 3.5 s. */
function course(target: Target, out: (pair: number) => Recorded): Recorded[] {
  return times(40, (pair) => (pair >= OUT_FROM && pair < OUT_TO ? out(pair) : fine(target)(pair)));
}

const fine =
  (target: Target) =>
  (pair: number): Recorded =>
    answer({ pair, target, atMs: pair * 100, ttftMs: 30, gapsMs: [10], tokens: 4 });

/** Refused without a byte, 20 ms after it was released. */
const lost =
  (target: Target, fields: Partial<Observation> = {}) =>
  (pair: number): Recorded =>
    failed({ pair, target, atMs: pair * 100, kind: "network", fields });

const measured = (targets: readonly Target[], ...courses: readonly Recorded[][]) =>
  analysisOf(recordOf(courses.flat(), { targets }));

describe("when every target fails by network at once", () => {
  const analysis = measured([A, B], course(A, lost(A)), course(B, lost(B)));

  test("nobody is blamed, and what happened is shown", () => {
    expect(analysis.vantageFaults).toEqual([{ startUs: 1_000_000, endUs: 3_420_000, excused: 50 }]);
    for (const group of analysis.groups) {
      expect(group.counts).toMatchObject({ succeeded: 15, failed: { network: 25 }, failures: {}, excused: 25 });
      expect(rowOf(group, "success_share", "value")).toMatchObject({ value: 1, n: 15 });
      expect(group.flags).toContain("vantage_fault");
    }
  });

  test("the measurement is invalid when it cost more than 1 % of a plan", () => {
    expect(analysis.validity.reasons).toContain(
      "open, a: 25 of 40 requests fell into a time when no target could be reached from here, limit 1 %",
    );
  });

  test("time-outs that run through it are excused too, and requests that a breaker held back until there is a sign again", () => {
    const timeout = failed({ pair: 10, target: A, atMs: 1000, kind: "timeout" });
    const held = (pair: number) =>
      unanswered({ pair, target: B, atMs: pair * 100, outcome: "not-started", reason: "breaker" });
    const out = (pair: number) => (pair === 10 ? timeout : lost(A)(pair));
    const { groups } = measured(
      [A, B],
      course(A, out),
      course(B, (pair) => (pair < 20 ? lost(B)(pair) : held(pair))),
    );
    expect(groups.map(({ counts }) => [counts.excused, counts.failures])).toEqual([
      [25, {}],
      [25, {}],
    ]);
  });
});

test("what breakers hold back prolongs it: they must not hide how long it was", () => {
  const stopped = (target: Target) =>
    course(target, (pair) =>
      pair < 15
        ? lost(target)(pair)
        : unanswered({ pair, target, atMs: pair * 100, outcome: "not-started", reason: "breaker" }),
    );
  const { vantageFaults, groups } = measured([A, B], stopped(A), stopped(B));
  expect(vantageFaults).toEqual([{ startUs: 1_000_000, endUs: 3_400_000, excused: 50 }]);
  expect(groups.map(({ counts }) => counts.failures)).toEqual([{}, {}]);
});

describe("a failure is the target's own", () => {
  const blamed = (targets: readonly Target[], ...courses: readonly Recorded[][]): void => {
    const { vantageFaults, groups } = measured(targets, ...courses);
    expect(vantageFaults).toEqual([]);
    expect(groups[0]!.counts).toMatchObject({ failures: { network: 25 }, excused: 0 });
  };

  test("when another one answers meanwhile", () => blamed([A, B], course(A, lost(A)), course(B, fine(B))));

  test("when one byte came from anywhere in the middle of it", () => {
    const first = lost(B);
    // Two silences of 1.2 and 1.3 s: neither is long enough.
    const out = (pair: number) => (pair === 22 ? fine(B)(pair) : first(pair));
    blamed([A, B], course(A, lost(A)), course(B, out));
  });

  test("when all failures are on one host", () => blamed([B, B2], course(B, lost(B)), course(B2, lost(B2))));

  test("when the others refuse in words", () => {
    const refused = (pair: number) => {
      const made = failed({ pair, target: B, atMs: pair * 100, kind: "overloaded" });
      const stamps = { ...made.observation.stamps, headers: made.observation.stamps.end };
      return { ...made, observation: { ...made.observation, stamps } };
    };
    blamed([A, B], course(A, lost(A)), course(B, refused));
  });

  test("when another one that was asked meanwhile only takes long", () => {
    const slow = (pair: number) => answer({ pair, target: B, atMs: pair * 100, ttftMs: 6000, gapsMs: [10], tokens: 4 });
    const C = at("c", "https://c.example/v1");
    blamed([A, B, C], course(A, lost(A)), course(B, slow), course(C, lost(C)));
  });

  test("when it lasts less than 2 s", () => {
    const brief = (target: Target) =>
      times(40, (pair) => (pair >= 10 && pair < 29 ? lost(target)(pair) : fine(target)(pair)));
    const { vantageFaults, groups } = measured([A, B], brief(A), brief(B));
    expect(vantageFaults).toEqual([]);
    expect(groups[0]!.counts.failures).toEqual({ network: 19 });
  });

  test("when there is but one target", () => blamed([A], course(A, lost(A))));
});

test("a target on this machine is no witness, for or against", () => {
  const { vantageFaults, groups } = measured(
    [A, B, LOCAL],
    course(A, lost(A)),
    course(B, lost(B)),
    course(LOCAL, fine(LOCAL)),
  );
  expect(vantageFaults).toHaveLength(1);
  expect(groups.map(({ counts }) => counts.excused)).toEqual([25, 25, 0]);
  const alone = measured([A, LOCAL], course(A, lost(A)), course(LOCAL, lost(LOCAL)));
  expect(alone.vantageFaults).toEqual([]);
});

test("a connection that takes too long counts as none, and a bad certificate as an answer", () => {
  const slow = (target: Target) => {
    const make = failed({ pair: 0, target, kind: "timeout" }).observation;
    return lost(target, { failure: { ...make.failure!, where: "connect" } });
  };
  expect(measured([A, B], course(A, slow(A)), course(B, slow(B))).vantageFaults).toHaveLength(1);
  const tls = (pair: number) => failed({ pair, target: B, atMs: pair * 100, kind: "tls" });
  expect(measured([A, B], course(A, lost(A)), course(B, tls)).vantageFaults).toEqual([]);
});
