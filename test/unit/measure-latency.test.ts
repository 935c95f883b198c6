import { describe, expect, test } from "vitest";
import type { Observation } from "../../src/core/observation.ts";
import { answer, CLOSED, failed, OPEN, recordOf, unanswered, type Recorded } from "../support/observations.ts";
import { groupOf, rowOf, times } from "../support/measured.ts";

const value = (recorded: readonly Recorded[], metric: string, stat: "mean" | "min" | "max" | "p50"): number | null =>
  rowOf(groupOf(recordOf(recorded, {})), metric, stat).value;

/** 8 tokens per event: first text at 500 ms, 12 events every 160 ms, then a late usage event and terminator. */
const decoy = (pair: number): Recorded => {
  const of = answer({ pair, ttftMs: 500, gapsMs: times(11, () => 160), tokens: 96 });
  const { stamps } = of.observation;
  return { ...of, observation: { ...of.observation, stamps: { ...stamps, end: stamps.lastContent! + 1_000_000 } } };
};

describe("a stream that packs 8 tokens in an event and dallies at both ends", () => {
  test.each([
    ["ttfb", 5],
    ["ttft", 500],
    ["ttft_from_schedule", 500],
    ["tpot", 20],
    ["icl", 160],
    ["stall", 160],
    ["e2e", 2260],
    ["latency_from_schedule", 2260],
    ["output_speed", 50],
    ["tokens_per_event", 8],
    ["output_tokens", 96],
    ["length_ratio", 1],
  ])("has %s of %f", (metric, expected) => {
    expect(value(times(6, decoy), metric, "p50")).toBe(expected);
  });

  test("is nowhere called by the name of gaps between tokens", () => {
    const rows = groupOf(recordOf(times(6, decoy), {})).rows;
    expect(rows.filter(({ metric }) => /itl|inter.?token/i.test(metric))).toEqual([]);
  });
});

describe("stamps", () => {
  const stamped = (
    stamps: Partial<Observation["stamps"]>,
    connection: Partial<Observation["connection"]>,
  ): Recorded => {
    const of = answer({ pair: 0, ttftMs: 100, gapsMs: [10], tokens: 2 });
    return {
      ...of,
      observation: {
        ...of.observation,
        stamps: { ...of.observation.stamps, ...stamps },
        connection: { ...of.observation.connection!, ...connection },
      },
    };
  };
  const opened = { reused: false, dns: 1_000, tcp: 20_000, tls: 30_000 };

  test("lag is released − scheduled", () => {
    expect(value([stamped({ scheduled: 0, released: 1_500 }, {})], "lag", "max")).toBe(1.5);
  });

  test("connect is DNS + TCP + TLS, rtt the TCP part", () => {
    const recorded = [stamped({}, opened)];
    expect(value(recorded, "connect", "mean")).toBe(51);
    expect(value(recorded, "rtt", "mean")).toBe(20);
  });

  test("connect and rtt see the connections that warm-ups open, and no connection twice", () => {
    const warmup = answer({ pair: 0, phase: "warmup", ttftMs: 100, gapsMs: [10], tokens: 2 });
    const first = {
      ...warmup,
      observation: { ...warmup.observation, connection: stamped({}, opened).observation.connection },
    };
    const group = groupOf(recordOf([first, answer({ pair: 0, ttftMs: 100, gapsMs: [10], tokens: 2 })], {}));
    expect(rowOf(group, "rtt", "mean")).toMatchObject({ value: 20, n: 1 });
    expect(rowOf(group, "connect", "mean")).toMatchObject({ value: 51, n: 1 });
    expect(rowOf(group, "ttft", "mean").n).toBe(1);
  });

  test("client_delay takes off the set-up that the request waited for", () => {
    expect(value([stamped({ scheduled: 0, sent: 53_000 }, opened)], "client_delay", "max")).toBe(2);
  });

  test("client_delay takes off nothing for a connection opened ahead", () => {
    expect(value([stamped({ scheduled: 0, sent: 3_000 }, { ...opened, reused: true })], "client_delay", "max")).toBe(3);
  });

  test("first_request is the warm-up's, with the set-up of its connection", () => {
    const warmup = answer({ pair: 0, phase: "warmup", atMs: 0, ttftMs: 300, gapsMs: [10], tokens: 2 });
    const measured = answer({ pair: 0, atMs: 1000, ttftMs: 100, gapsMs: [10], tokens: 2 });
    const cold = (reused: boolean): Recorded => ({
      ...warmup,
      observation: { ...warmup.observation, connection: { ...warmup.observation.connection!, ...opened, reused } },
    });
    expect(rowOf(groupOf(recordOf([measured, cold(false)], {})), "first_request", "value").value).toBe(300);
    expect(rowOf(groupOf(recordOf([measured, cold(true)], {})), "first_request", "value").value).toBe(351);
    expect(rowOf(groupOf(recordOf([measured, warmup], {})), "first_request", "value")).toMatchObject({
      value: null,
      flags: ["connection_reused"],
    });
    const broken = failed({ pair: 0, phase: "warmup", atMs: 0, kind: "network" });
    expect(rowOf(groupOf(recordOf([measured, broken], {})), "first_request", "value").value).toBeNull();
  });

  test("signing is what the credentials took, warm-ups and failures included, and in no latency", () => {
    const signed = (recorded: Recorded, signingUs: number): Recorded => ({
      ...recorded,
      observation: { ...recorded.observation, request: { ...recorded.observation.request, signingUs } },
    });
    const recorded = [
      signed(answer({ pair: 0, phase: "warmup", ttftMs: 100, gapsMs: [10], tokens: 2 }), 80_000),
      signed(answer({ pair: 0, ttftMs: 100, gapsMs: [10], tokens: 2 }), 250),
      signed(failed({ pair: 1, kind: "auth" }), 30_000),
      answer({ pair: 2, ttftMs: 100, gapsMs: [10], tokens: 2 }),
    ];
    const group = groupOf(recordOf(recorded, {}));
    expect(rowOf(group, "signing", "max")).toMatchObject({ value: 80, n: 3 });
    expect(rowOf(group, "signing", "min").value).toBe(0.25);
    const of = ["ttft", "ttft_from_schedule", "client_delay", "e2e"].map((metric) => rowOf(group, metric, "max").value);
    expect(of).toEqual([100, 100, 0, 110]);
  });

  test("the longest gap of an answer is its stall", () => {
    expect(value([answer({ pair: 0, ttftMs: 100, gapsMs: [10, 250, 0, 30], tokens: 5 })], "stall", "max")).toBe(250);
  });
});

describe("pace", () => {
  test("an answer in one read has no TPOT, no speed and no stall, and says so", () => {
    const group = groupOf(
      recordOf(
        times(6, (pair) => answer({ pair, ttftMs: 100, gapsMs: [0, 0, 0], tokens: 32 })),
        {},
      ),
    );
    for (const metric of ["tpot", "output_speed", "stall"]) {
      expect(rowOf(group, metric, "p50")).toMatchObject({ value: null, n: 0, flags: ["coalesced", "insufficient_n"] });
    }
    expect(rowOf(group, "icl", "p50").value).toBe(0);
    expect(rowOf(group, "coalesced_share", "value").value).toBe(1);
    expect(rowOf(group, "ttft", "p50").value).toBe(100);
  });

  test("n ≤ m leaves it empty", () => {
    expect(value([answer({ pair: 0, ttftMs: 100, gapsMs: [10], tokens: 4, first: 4 })], "tpot", "mean")).toBeNull();
  });

  test("running totals of usage say m exactly, and need no local count", () => {
    const of = { ...answer({ pair: 0, ttftMs: 100, gapsMs: [50, 50], tokens: 11, totals: [6, 7, 11] }), tokens: null };
    const row = rowOf(groupOf(recordOf([of], {})), "tpot", "mean");
    expect(row).toMatchObject({ value: 20, flags: [] });
  });

  test("without local counts m is 1 and flagged", () => {
    const of = { ...answer({ pair: 0, ttftMs: 100, gapsMs: [50, 50], tokens: 11 }), tokens: null };
    const row = rowOf(groupOf(recordOf([of], {})), "tpot", "mean");
    expect(row).toMatchObject({ value: 10, flags: ["first_event_tokens_unknown"] });
  });

  test("without usage n is the pinned tokenizer's and flagged", () => {
    const of = answer({ pair: 0, ttftMs: 100, gapsMs: [50, 50], tokens: 11, first: 1, fields: { usage: null } });
    expect(rowOf(groupOf(recordOf([of], {})), "tpot", "mean")).toMatchObject({ value: 10, flags: ["tokens_local"] });
    expect(rowOf(groupOf(recordOf([of], {})), "output_tokens", "mean")).toMatchObject({
      value: 11,
      flags: ["tokens_local"],
    });
  });

  test("with neither it is unknown, not 0", () => {
    const of = { ...answer({ pair: 0, ttftMs: 100, gapsMs: [50], tokens: 11, fields: { usage: null } }), tokens: null };
    expect(rowOf(groupOf(recordOf([of], {})), "tpot", "mean")).toMatchObject({ value: null, n: 0 });
    expect(rowOf(groupOf(recordOf([of], {})), "tpot", "mean").flags).toContain("tokens_unknown");
  });

  test("time_to_100_tokens ends at the event that brings the 100th", () => {
    // 8 tokens at 500 ms, then 8 every 160 ms: the 13th event holds tokens 97 to 104.
    const fields = { request: { inputTokens: 100, maxOutputTokens: 120, bytes: 1, promptHash: "0", signingUs: null } };
    const long = answer({ pair: 0, ttftMs: 500, gapsMs: times(14, () => 160), tokens: 120, fields });
    expect(value([long], "time_to_100_tokens", "mean")).toBe(500 + 12 * 160);
    const short = answer({ pair: 1, ttftMs: 500, gapsMs: [160], tokens: 99, fields });
    expect(rowOf(groupOf(recordOf([long, short], {})), "time_to_100_tokens", "mean").n).toBe(1);
  });

  test("a limit below 100 tokens never makes time_to_100_tokens infinite", () => {
    const group = groupOf(
      recordOf(
        times(10, (pair) => failed({ pair, kind: "overloaded" })),
        {},
      ),
    );
    expect(rowOf(group, "time_to_100_tokens", "p50_all")).toMatchObject({ value: null, n: 0 });
    expect(rowOf(group, "e2e", "p50_all").value).toBe(Infinity);
  });
});

describe("failures as infinity", () => {
  const good = times(90, (pair) => answer({ pair, ttftMs: 100 + pair, gapsMs: [10, 10], tokens: 3 }));
  const bad = times(10, (i) => failed({ pair: 90 + i, kind: i < 6 ? "truncated" : "rate-limited" }));
  const group = groupOf(recordOf([...good, ...bad], {}));

  test("a tail beyond the survivors is infinite, and the plain one is not", () => {
    expect(rowOf(group, "ttft", "p95")).toMatchObject({ value: 100 + 85, n: 90 });
    expect(rowOf(group, "ttft", "p95_all")).toMatchObject({ value: Infinity, high: Infinity, n: 100 });
  });

  test("a quantile among the survivors can have an infinite upper end", () => {
    expect(rowOf(group, "ttft", "p90_all")).toMatchObject({ value: 189, high: Infinity, n: 100 });
    expect(rowOf(group, "ttft", "p90_all").low).toBeLessThan(189);
  });

  test("mean and max are infinite with one failure, min and p50 are not", () => {
    const one = groupOf(recordOf([...good, failed({ pair: 90, kind: "network" })], {}));
    expect(rowOf(one, "e2e", "mean_all").value).toBe(Infinity);
    expect(rowOf(one, "e2e", "max_all").value).toBe(Infinity);
    expect(rowOf(one, "e2e", "min_all").value).toBe(120);
    expect(rowOf(one, "ttft", "p50_all").value).toBe(145);
  });

  test("an answer without text is a failure, an interrupt is nobody's, an overshoot is", () => {
    const n = (extra: Recorded): number => rowOf(groupOf(recordOf([...good, extra], {})), "ttft", "p50_all").n;
    const empty = answer({ pair: 90, ttftMs: 1, gapsMs: [], tokens: 0, fields: { flags: ["empty"] } });
    expect(n(empty)).toBe(91);
    expect(rowOf(groupOf(recordOf([...good, empty], {})), "ttft", "min").value).toBe(100);
    expect(n(unanswered({ pair: 90, outcome: "cancelled", reason: "interrupt" }))).toBe(90);
    expect(n(unanswered({ pair: 90, outcome: "not-started", reason: "budget" }))).toBe(90);
    expect(n(unanswered({ pair: 90, outcome: "cancelled", reason: "overshoot" }))).toBe(91);
    expect(n(unanswered({ pair: 90, outcome: "dropped", reason: null }))).toBe(90);
  });

  test("a dropped arrival is infinite in what begins at the schedule", () => {
    const drops = times(12, (i) => unanswered({ pair: 90 + i, outcome: "dropped", reason: null }));
    const dropped = groupOf(recordOf([...good, ...drops], {}));
    for (const metric of ["latency_from_schedule", "ttft_from_schedule"]) {
      expect(rowOf(dropped, metric, "p90_all")).toMatchObject({ value: Infinity, n: 102 });
    }
    expect(rowOf(dropped, "e2e", "p90_all")).toMatchObject({ value: 120 + 80, n: 90 });
  });

  test("what only describes has no such rows", () => {
    const described = ["icl", "lag", "client_delay", "connect", "rtt", "tokens_per_event", "output_tokens"];
    for (const metric of described)
      expect(group.rows.some((row) => row.metric === metric && row.stat.endsWith("_all"))).toBe(false);
  });

  test("a metric that no answer has stays empty instead of infinite", () => {
    const coalesced = times(30, (pair) => answer({ pair, ttftMs: 100, gapsMs: [0], tokens: 8 }));
    const mixed = groupOf(recordOf([...coalesced, ...times(10, (i) => failed({ pair: 30 + i, kind: "network" }))], {}));
    expect(rowOf(mixed, "tpot", "p50_all")).toMatchObject({ value: null, n: 0 });
  });
});

test("a server frozen for 5 of 30 s shows in full from the schedule: no coordinated omission", () => {
  // 20/s; whoever comes between 10 and 15 s is answered 0.1 s after the thaw.
  const recorded = times(600, (pair) => {
    const atMs = pair * 50;
    const ttftMs = atMs >= 10_000 && atMs < 15_000 ? 15_100 - atMs : 100;
    return answer({ pair, atMs, ttftMs, gapsMs: [], tokens: 8 });
  });
  const group = groupOf(recordOf(recorded, { scenarios: [{ ...OPEN, stop: { requests: 600, durationMs: null } }] }));
  const seconds = (["p50_all", "p90_all", "p95_all", "p99_all"] as const).map(
    (stat) => rowOf(group, "latency_from_schedule", stat).value! / 1000,
  );
  expect(seconds).toEqual([0.1, 2.1, 3.6, 4.8]);
});

test("closed and open loops count from the same stamps", () => {
  const at = (scenario: typeof OPEN): Recorded =>
    answer({ pair: 0, scenario, atMs: 40, ttftMs: 100, gapsMs: [20], tokens: 2 });
  for (const scenario of [OPEN, CLOSED]) {
    const group = groupOf(recordOf([at(scenario)], { scenarios: [scenario] }));
    expect(rowOf(group, "latency_from_schedule", "mean").value).toBe(120);
  }
});
