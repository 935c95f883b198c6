import { describe, expect, test } from "vitest";
import type { FailureKind } from "../../src/core/failure.ts";
import type { Observation } from "../../src/core/observation.ts";
import type { TargetStop } from "../../src/core/run.ts";
import { openBreaker, type Breaker } from "../../src/run/breaker.ts";
import { attemptOf } from "../support/attempts.ts";

const SECOND = 1_000_000;

/** A breaker and what it said, driven second by second. */
function driven(): {
  breaker: Breaker;
  said: TargetStop[];
  feed: (atS: number, ...ended: readonly Observation[]) => void;
} {
  const said: TargetStop[] = [];
  const breaker = openBreaker("t", (stop) => said.push({ ...stop }));
  return {
    breaker,
    said,
    feed: (atS, ...ended) => {
      for (const observation of ended) breaker.ended(observation, atS * SECOND);
    },
  };
}

const fail = (kind: FailureKind, where: string | null = "headers"): Observation =>
  attemptOf({ kind, where, code: where === "connect" ? "ECONNREFUSED" : null });
const fine = attemptOf({ kind: null });
const isHeld = ({ breaker }: ReturnType<typeof driven>, atS: number): boolean =>
  breaker.opensAtUs(atS * SECOND) > atS * SECOND;

describe("failures that do not mend by themselves", () => {
  const lasting: readonly Observation[] = [
    ...(["auth", "payment", "not-found", "bad-request", "redirect", "tls"] as const).map((kind) => fail(kind)),
    fail("network", "connect"),
    fail("timeout", "connect"),
  ];
  test.each(lasting.map((one) => [`${one.failure!.kind} at ${one.failure!.where}`, one] as const))(
    "%s stops a target at the fifth in a row",
    (_, failure) => {
      const of = driven();
      of.feed(1, failure, failure, failure, failure);
      expect(isHeld(of, 1)).toBe(false);
      of.feed(1, failure);
      expect(isHeld(of, 1)).toBe(true);
      expect(of.said).toEqual([expect.objectContaining({ target: "t", failures: 5, kind: failure.failure!.kind })]);
    },
  );
  test("do not count across an answer, a filter's verdict or another sort of failure", () => {
    for (const between of [fine, fail("content-filter"), fail("overloaded")]) {
      const of = driven();
      const four = Array.from({ length: 4 }, () => fail("auth"));
      of.feed(1, ...four, between, ...four);
      expect(isHeld(of, 1)).toBe(false);
    }
  });
  test("an interrupted attempt says nothing", () => {
    const of = driven();
    const cut: Observation = { ...fine, outcome: "cancelled", reason: "interrupt" };
    of.feed(1, fail("auth"), fail("auth"), cut, fail("auth"), cut, fail("auth"), fail("auth"));
    expect(isHeld(of, 1)).toBe(true);
  });
});

describe("failures that may pass", () => {
  test.each(["rate-limited", "overloaded", "server-error", "truncated", "protocol", "timeout", "network"] as const)(
    "%s: a burst of any size stops nothing, a minute of nothing else does",
    (kind) => {
      const of = driven();
      of.feed(10, ...Array.from({ length: 500 }, () => fail(kind)));
      of.feed(69, fail(kind));
      expect(isHeld(of, 69)).toBe(false);
      of.feed(70, fail(kind));
      expect(isHeld(of, 70)).toBe(true);
    },
  );
  test("a minute with fewer than ten stops nothing", () => {
    const of = driven();
    for (const atS of [0, 20, 40, 60, 80, 100, 120, 140, 160]) of.feed(atS, fail("timeout"));
    expect(isHeld(of, 160)).toBe(false);
    of.feed(180, fail("timeout"));
    expect(isHeld(of, 180)).toBe(true);
  });
});

describe("a stopped target", () => {
  const dead = (): ReturnType<typeof driven> => {
    const of = driven();
    of.feed(100, ...Array.from({ length: 5 }, () => fail("network", "connect")));
    return of;
  };
  test("is probed by one request at a time, ever more rarely, and then no more", () => {
    const of = dead();
    const probedAt: number[] = [];
    for (let atS = 100; atS < 10_000; atS += 1) {
      if (isHeld(of, atS)) continue;
      const probe = attemptOf({ kind: "network", where: "connect", pair: atS });
      of.breaker.left(probe.id);
      // Nothing else leaves while it is out.
      expect(isHeld(of, atS)).toBe(true);
      of.feed(atS, probe);
      probedAt.push(atS - 100);
    }
    expect(probedAt).toEqual([30, 90, 210, 450, 930]);
    expect(of.breaker.opensAtUs(1e12)).toBe(Infinity);
    expect(of.breaker.stops()).toEqual([
      {
        target: "t",
        atUs: 100 * SECOND,
        failures: 5,
        kind: "network",
        code: "ECONNREFUSED",
        probes: 5,
        resumedUs: null,
      },
    ]);
  });
  test("goes on when a probe is answered, or an answer still comes that was under way", () => {
    for (const id of ["probe", "other"]) {
      const of = dead();
      of.breaker.left("probe");
      of.feed(131, { ...fine, id });
      expect(isHeld(of, 131)).toBe(false);
      expect(of.said.at(-1)).toMatchObject({ resumedUs: 131 * SECOND });
      of.feed(132, ...Array.from({ length: 4 }, () => fail("network", "connect")));
      expect(isHeld(of, 132)).toBe(false);
      of.feed(132, fail("network", "connect"));
      expect(of.breaker.stops()).toHaveLength(2);
    }
  });
  test("is not probed again by failures that were under way", () => {
    const of = dead();
    of.feed(101, ...Array.from({ length: 20 }, () => fail("network", "connect")));
    expect(of.breaker.stops()).toMatchObject([{ failures: 5, probes: 0 }]);
    expect(of.breaker.opensAtUs(101 * SECOND)).toBe(130 * SECOND);
  });
  test("that flaps all night stays stopped in the end", () => {
    const of = driven();
    let atS = 0;
    while (of.breaker.opensAtUs(atS * SECOND) < Infinity && atS < 1e6) {
      of.feed(atS, ...Array.from({ length: 5 }, () => fail("auth")));
      atS += 31;
      if (of.breaker.opensAtUs(atS * SECOND) < Infinity) of.feed(atS, fine);
    }
    expect(of.breaker.stops()).toHaveLength(50);
  });
});
