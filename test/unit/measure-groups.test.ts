import { describe, expect, test } from "vitest";
import { failure } from "../../src/core/failure.ts";
import { PLAIN_TERMS, type Price } from "../../src/core/target.ts";
import type { Scenario } from "../../src/core/scenario.ts";
import { groupsOf } from "../../src/measure/group.ts";
import { wilson } from "../../src/measure/intervals.ts";
import { standingOf } from "../../src/measure/sample.ts";
import {
  answer,
  CLOSED,
  failed,
  lostIntents,
  OPEN,
  recordOf,
  TARGET,
  unanswered,
  type Recorded,
} from "../support/observations.ts";
import { analysisOf, groupOf, rowOf, times } from "../support/measured.ts";

/** One answer each 100 ms from 0: 4 events of 5 tokens at 200, 300, 400, 500 ms after its due time. E2E 500 ms. */
const steady = (n: number, scenario: Scenario): Recorded[] => times(n, (i) => steadyAt(i, i * 100, scenario));

const steadyAt = (pair: number, atMs: number, scenario = OPEN): Recorded =>
  answer({ pair, scenario, atMs, ttftMs: 200, gapsMs: [100, 100, 100], tokens: 20, first: 5 });

describe("turns that were not asked", () => {
  /** A failure and, two seconds later, the turns behind it. */
  const talk = (kind: "overloaded" | "network", reason: "dependency" | "interrupt" = "dependency"): Recorded[] => {
    const turned = (recorded: Recorded, turn: number): Recorded => {
      return { ...recorded, observation: { ...recorded.observation, turn, slice: `turn ${turn}` } };
    };
    return [
      turned(steadyAt(0, 0), 1),
      turned(failed({ pair: 1, atMs: 600, kind }), 2),
      turned(unanswered({ pair: 2, atMs: 2600, outcome: "not-started", reason }), 3),
    ];
  };
  const standings = (recorded: readonly Recorded[], excused: readonly string[] = []): readonly string[] => {
    const faults = excused.length === 0 ? [] : [{ startUs: 0, endUs: 1, excused: new Set(excused) }];
    return groupsOf(recordOf(recorded, {}), faults)[0]!.measured.map(standingOf);
  };

  test("count against a target that failed the one before", () => {
    expect(standings(talk("overloaded"))).toEqual(["success", "failure", "failure"]);
  });
  test("do not count when no target could be reached, nor when the run was ended", () => {
    const recorded = talk("network");
    expect(standings(recorded, [recorded[1]!.observation.id])).toEqual(["success", "excluded", "excluded"]);
    expect(standings(talk("overloaded", "interrupt"))).toEqual(["success", "failure", "excluded"]);
  });
});

describe("throughput inside the steady window", () => {
  // Arrivals 0 … 3,900 ms, median E2E 500 ms: the window is [500, 3,900] ms, 3.4 s.
  const group = groupOf(recordOf(steady(40, OPEN), {}));

  test("counts answers that end inside", () => {
    // Ends at 500, 600, … 3,900 ms: 35 of them.
    expect(rowOf(group, "request_throughput", "value")).toMatchObject({ value: 35 / 3.4, n: 35, low: null });
  });

  test("counts tokens by the stamp of their event", () => {
    // Events at 500 … 3,900 ms: at 500 and 600 … 3,900 four answers speak at once (all 35 moments, both ends included).
    expect(rowOf(group, "output_token_throughput", "value").value).toBeCloseTo((35 * 4 * 5) / 3.4, 9);
  });

  test("spreads tokens evenly over the events after the first", () => {
    const lopsided = steady(40, OPEN).map((of) => ({ ...of, tokens: { ...of.tokens!, first: 17 } }));
    expect(rowOf(groupOf(recordOf(lopsided, {})), "output_token_throughput", "value").value).toBeCloseTo(
      (35 * 20) / 3.4,
      9,
    );
    const one = steady(40, OPEN).map((of, i) => (i === 0 ? { ...of, tokens: { ...of.tokens!, first: 17 } } : of));
    // Only its last event, 1 token instead of 5, is inside.
    expect(rowOf(groupOf(recordOf(one, {})), "output_token_throughput", "value").value).toBeCloseTo(
      (35 * 20 - 4) / 3.4,
      9,
    );
  });

  test("leaves out the time between two processes of a resumed run", () => {
    // The second half comes an hour later: arrivals [0, 1,900] and [3,600,000, 3,601,900] ms, 1.4 s of each are steady.
    const hourMs = 3_600_000;
    const halves = [...steady(20, OPEN), ...times(20, (i) => steadyAt(20 + i, hourMs + i * 100))];
    const record = recordOf(halves, {});
    const resumed = [
      { startedAt: "", startUs: hourMs * 1000, stoppedUs: 2_400_000, clock: { name: "", originNs: "0" }, before: null },
    ];
    const resumedGroup = groupOf({ ...record, manifest: { ...record.manifest, resumed } });
    expect(rowOf(resumedGroup, "request_throughput", "value")).toMatchObject({ value: 30 / 2.8, n: 30 });
    expect(rowOf(resumedGroup, "output_token_throughput", "value").value).toBeCloseTo((2 * 15 * 4 * 5) / 2.8, 9);
    expect(rowOf(groupOf(record), "request_throughput", "value").value).toBeLessThan(0.02);
  });

  test("is empty and flagged under 10 answers or 1 s", () => {
    for (const recorded of [steady(14, OPEN), steady(12, OPEN), []]) {
      const short = groupOf(recordOf(recorded, {}));
      for (const metric of ["request_throughput", "output_token_throughput", "goodput"]) {
        expect(rowOf(short, metric, "value")).toMatchObject({ value: null, n: 0, flags: ["window_short"] });
      }
    }
    expect(rowOf(groupOf(recordOf(steady(16, OPEN), {})), "request_throughput", "value").n).toBe(11);
  });

  test("is empty and flagged when the events of one answer are missing", () => {
    const torn = steady(40, OPEN).map((of, i) => (i === 7 ? { ...of, trace: null } : of));
    expect(rowOf(groupOf(recordOf(torn, {})), "output_token_throughput", "value")).toMatchObject({
      value: null,
      flags: ["events_missing"],
    });
  });
});

describe("goodput", () => {
  const slow = answer({ pair: 40, atMs: 4000, ttftMs: 700, gapsMs: [10], tokens: 2, first: 1 });

  test("counts failures, drops and slow answers against the target, and leaves interrupts out", () => {
    const group = groupOf(
      recordOf(
        [
          ...steady(40, OPEN),
          slow,
          failed({ pair: 41, atMs: 4000, kind: "rate-limited" }),
          unanswered({ pair: 42, atMs: 4000, outcome: "dropped", reason: null }),
          unanswered({ pair: 43, atMs: 4000, outcome: "cancelled", reason: "interrupt" }),
        ],
        {},
      ),
    );
    // TPOT is 300 ms / 15 tokens = 20 ms, within 25.
    expect(rowOf(group, "goodput_share", "value")).toMatchObject({ value: 40 / 43, n: 43, ...wilson(40, 43) });
    expect(rowOf(group, "success_share", "value")).toMatchObject({ value: 41 / 42, n: 42, ...wilson(41, 42) });
    expect(rowOf(group, "goodput", "value").value).toBeCloseTo(36 / 3.5, 9);
  });

  test("counts from the schedule in open loop and from sent in closed loop", () => {
    const late = (scenario: Scenario): Recorded => {
      const of = answer({ pair: 0, scenario, atMs: 500, ttftMs: 500, gapsMs: [10], tokens: 2, first: 1 });
      return { ...of, observation: { ...of.observation, stamps: { ...of.observation.stamps, scheduled: 300_000 } } };
    };
    const share = (scenario: Scenario): number | null =>
      rowOf(groupOf(recordOf([late(scenario)], { scenarios: [scenario] })), "goodput_share", "value").value;
    expect(share(OPEN)).toBe(0);
    expect(share(CLOSED)).toBe(1);
  });

  test("holds every limit that is set", () => {
    const share = (slo: Partial<Scenario["slo"]>): number | null => {
      const scenario = { ...OPEN, slo: { ttftMs: null, tpotMs: null, e2eMs: null, percentile: 0.9, ...slo } };
      return rowOf(groupOf(recordOf(steady(10, scenario), { scenarios: [scenario] })), "goodput_share", "value").value;
    };
    expect(share({ ttftMs: 200, tpotMs: 20, e2eMs: 500 })).toBe(1);
    expect(share({ ttftMs: 199.999 })).toBe(0);
    expect(share({ tpotMs: 19.999 })).toBe(0);
    expect(share({ e2eMs: 499.999 })).toBe(0);
  });

  test("is empty without a limit", () => {
    const scenario = { ...OPEN, slo: { ttftMs: null, tpotMs: null, e2eMs: null, percentile: 0.9 } };
    const group = groupOf(recordOf(steady(40, scenario), { scenarios: [scenario] }));
    for (const metric of ["goodput", "goodput_share", "cost_per_1k_good"]) {
      expect(rowOf(group, metric, "value")).toMatchObject({ value: null, flags: ["no_slo"] });
    }
  });

  test("an answer in one read meets any TPOT, and one without counts meets none", () => {
    const atOnce = answer({ pair: 0, ttftMs: 100, gapsMs: [0, 0], tokens: 30 });
    expect(rowOf(groupOf(recordOf([atOnce], {})), "goodput_share", "value").value).toBe(1);
    const uncounted = {
      ...answer({ pair: 0, ttftMs: 100, gapsMs: [10], tokens: 30, fields: { usage: null } }),
      tokens: null,
    };
    expect(rowOf(groupOf(recordOf([uncounted], {})), "goodput_share", "value")).toMatchObject({
      value: 0,
      flags: ["slo_unjudged"],
    });
  });
});

describe("shares and ratios", () => {
  const billed = (pair: number, input: number, output: number, cached: number | null): Recorded =>
    answer({ pair, ttftMs: 100, gapsMs: [10, 0, 10], tokens: 40, fields: { usage: { input, output, cached } } });

  test("coalesced_share is over gaps", () => {
    expect(rowOf(groupOf(recordOf([billed(0, 110, 40, 0)], {})), "coalesced_share", "value").value).toBeCloseTo(
      1 / 3,
      12,
    );
  });

  test("cached_share is over the input tokens of answers that report both", () => {
    const group = groupOf(recordOf([billed(0, 100, 40, 30), billed(1, 300, 40, 50), billed(2, 900, 40, null)], {}));
    expect(rowOf(group, "cached_share", "value")).toMatchObject({ value: 0.2, n: 2 });
  });

  test.each([
    [100, 40, 1],
    [110, 40, 1],
    [135, 40, 1],
    [149, 40, 1.1],
    [110, 54, 1.1],
    [86, 40, 0.9],
  ])("token_ratio of %i in and %i out billed, for 100 and 40 said, is %f", (input, output, ratio) => {
    expect(rowOf(groupOf(recordOf([billed(0, input, output, 0)], {})), "token_ratio", "mean").value).toBeCloseTo(
      ratio,
      12,
    );
  });

  test("token_ratio needs both counts", () => {
    const noUsage = answer({ pair: 0, ttftMs: 100, gapsMs: [10], tokens: 40, fields: { usage: null } });
    expect(rowOf(groupOf(recordOf([noUsage], {})), "token_ratio", "mean")).toMatchObject({ value: null, n: 0 });
  });

  test("length_ratio under 0.9 on average flags the group", () => {
    const of = (tokens: number): readonly string[] =>
      groupOf(recordOf([answer({ pair: 0, ttftMs: 100, gapsMs: [10], tokens })], {})).flags;
    expect(of(86)).toContain("length_short");
    expect(of(87)).not.toContain("length_short");
  });
});

describe("cost by price list", () => {
  // 100 fresh + 10 cached input at 1 and 0.5, 20 output at 2 USD per million tokens.
  const usd = (100 * 1 + 10 * 0.5 + 20 * 2) / 1e6;
  const priced = (n: number): Recorded[] =>
    times(n, (pair) =>
      answer({
        pair,
        ttftMs: 100,
        gapsMs: [10],
        tokens: 20,
        first: 19,
        fields: { usage: { input: 110, output: 20, cached: 10 } },
      }),
    );

  test("cost_per_request, cost_per_mtok and cost_per_mtok_output of a uniform load", () => {
    const group = groupOf(recordOf(priced(10), {}));
    expect(rowOf(group, "cost_per_request", "p50").value).toBeCloseTo(usd, 15);
    expect(rowOf(group, "cost_per_mtok", "value").value).toBeCloseTo((usd / 120) * 1e6, 9);
    expect(rowOf(group, "cost_per_mtok_output", "value").value).toBeCloseTo((usd / 20) * 1e6, 9);
    expect(group.spentUsd!.low).toBeCloseTo(10 * usd, 15);
    expect(group.spentUsd!.high).toBeCloseTo(10 * usd, 15);
  });

  test("cost_per_1k_good spreads all spend over the good, within the Wilson bounds", () => {
    const usage = { input: 110, output: 20, cached: 10 };
    const filtered = failed({ pair: 10, kind: "content-filter", fields: { finish: "content-filter", usage } });
    const row = rowOf(groupOf(recordOf([...priced(10), filtered], {})), "cost_per_1k_good", "value");
    const share = wilson(10, 11)!;
    expect(row.value).toBeCloseTo(usd * 1.1 * 1000, 12);
    expect(row.low).toBeCloseTo((usd / share.high) * 1000, 12);
    expect(row.high).toBeCloseTo((usd / share.low) * 1000, 12);
  });

  test("money that bought nothing good costs infinitely much", () => {
    const slow = times(6, (pair) => answer({ pair, ttftMs: 900, gapsMs: [10], tokens: 20, first: 10 }));
    const row = rowOf(groupOf(recordOf(slow, {})), "cost_per_1k_good", "value");
    expect(row).toMatchObject({ value: Infinity, high: Infinity });
    expect(row.low).toBeGreaterThan(0);
    const refused = [failed({ pair: 0, kind: "network", fields: { cost: { reservedUsd: null, usd: null } } })];
    expect(rowOf(groupOf(recordOf(refused, {})), "cost_per_1k_good", "value").value).toBeNull();
  });

  test("a failed call without usage costs between nothing and its reservation", () => {
    const group = groupOf(recordOf([...priced(1), failed({ pair: 1, kind: "overloaded" })], {}));
    expect(group.spentUsd!.low).toBeCloseTo(usd, 15);
    expect(group.spentUsd!.high).toBeCloseTo(usd + 0.0003, 15);
    expect(rowOf(group, "cost_per_1k_good", "value").flags).toEqual(["spend_uncertain"]);
    expect(rowOf(group, "cost_per_mtok", "value")).toMatchObject({ n: 1, flags: [] });
  });

  test("a stream that was cut costs between its last running total and its reservation", () => {
    const cut = failed({ pair: 1, kind: "timeout", fields: { usage: { input: 110, output: 20, cached: 10 } } });
    const group = groupOf(recordOf([...priced(1), cut], {}));
    expect(group.spentUsd!.low).toBeCloseTo(2 * usd, 15);
    expect(group.spentUsd!.high).toBeCloseTo(usd + 0.0003, 15);
    expect(rowOf(group, "cost_per_1k_good", "value").flags).toEqual(["spend_uncertain"]);
  });

  test.each([401, 402, 403, 404, 429])("what is turned away with %i costs nothing", (status) => {
    const refused = failed({ pair: 1, kind: "rate-limited", fields: { failure: failure("rate-limited", { status }) } });
    expect(groupOf(recordOf([...priced(1), refused], {})).spentUsd!.high).toBeCloseTo(usd, 15);
  });

  test("an answer that was ended for going past its reservation costs what had come of it", () => {
    const past = unanswered({ pair: 1, outcome: "cancelled", reason: "overshoot" });
    const observation = { ...past.observation, cost: { reservedUsd: 0.0003, usd: 0.0005 } };
    const analysis = analysisOf(recordOf([...priced(1), { ...past, observation }], {}));
    expect(analysis.groups[0]!.spentUsd!.high).toBeCloseTo(usd + 0.0005, 15);
    expect(analysis.overshootUsd).toBeCloseTo(0.0002, 15);
  });

  test("what was never sent costs nothing, and warm-ups do cost", () => {
    const warmup = answer({
      pair: 0,
      phase: "warmup",
      ttftMs: 1,
      gapsMs: [1],
      tokens: 20,
      fields: { usage: { input: 110, output: 20, cached: 10 } },
    });
    const group = groupOf(recordOf([warmup, unanswered({ pair: 0, outcome: "dropped", reason: null })], {}));
    expect(group.spentUsd!.high).toBeCloseTo(usd, 15);
  });

  test("a server that claims more cached tokens than input gets no money back", () => {
    const of = answer({
      pair: 0,
      ttftMs: 100,
      gapsMs: [10],
      tokens: 20,
      fields: { usage: { input: 10, output: 20, cached: 100 } },
    });
    const group = groupOf(recordOf([of], {}));
    expect(group.spentUsd!.low).toBeGreaterThanOrEqual(0);
    expect(rowOf(group, "cached_share", "value").value).toBe(1);
  });

  test("an attempt lost with the process may have cost its reservation", () => {
    const record = { ...recordOf(priced(1), {}), lost: lostIntents(["open:alpha:1"], 0.0003) };
    expect(groupOf(record).spentUsd!.high).toBeCloseTo(usd + 0.0003, 15);
  });

  test("without usage the pinned tokenizer's counts are priced, and flagged", () => {
    const of = answer({ pair: 0, ttftMs: 100, gapsMs: [10], tokens: 20, fields: { usage: null } });
    const row = rowOf(groupOf(recordOf([of], {})), "cost_per_request", "mean");
    expect(row.value).toBeCloseTo(140e-6, 15);
    expect(row.flags).toEqual(["tokens_local"]);
  });

  test.each([
    [{ kind: "unknown", reason: "ad hoc" }, "price_unknown"],
    [{ kind: "hour", usdPerReplicaHour: 40, replicas: 1, asOf: null, source: "user", ...PLAIN_TERMS }, "needs_sweep"],
  ] as const)("a price of %o leaves every cost empty", (price: Price, flag) => {
    const group = groupOf(recordOf(priced(10), { targets: [{ ...TARGET, price }] }));
    expect(group.spentUsd).toBeNull();
    for (const metric of ["cost_per_mtok", "cost_per_mtok_output", "cost_per_1k_good"]) {
      expect(rowOf(group, metric, "value")).toMatchObject({ value: null, n: 0, flags: [flag] });
    }
    expect(rowOf(group, "cost_per_request", "mean").flags).toContain(flag);
    expect(group.flags).toContain(flag);
  });
});

describe("slices", () => {
  const inSlice = (slice: string, of: Recorded): Recorded => ({ ...of, observation: { ...of.observation, slice } });
  const first = times(40, (i) => inSlice("step 1", steadyAt(i, i * 100)));
  const second = times(40, (i) =>
    inSlice(
      "step 2",
      i % 4 === 0
        ? failed({ pair: 40 + i, atMs: 4000 + i * 100, kind: "rate-limited" })
        : answer({ pair: 40 + i, atMs: 4000 + i * 100, ttftMs: 700, gapsMs: [100], tokens: 20, first: 5 }),
    ),
  );
  const { rows } = groupOf(recordOf([...first, ...second], {}));
  const of = (slice: string, metric: string, stat: string) =>
    rows.find((row) => row.slice === slice && row.metric === metric && row.stat === stat);

  test("have rows of their own behind those of the whole, in order of time", () => {
    expect([...new Set(rows.map(({ slice }) => slice))]).toEqual([null, "step 1", "step 2"]);
    expect(of("step 1", "ttft", "p50_all")).toMatchObject({ value: 200, n: 40 });
    expect(of("step 2", "ttft", "p50_all")).toMatchObject({ value: 700, n: 40 });
    expect(of("step 1", "success_share", "value")).toMatchObject({ value: 1, n: 40 });
    expect(of("step 2", "success_share", "value")).toMatchObject({ value: 0.75, n: 40 });
  });

  test("are judged by their own number: 80 answers have a p95, 40 have none", () => {
    expect(of("step 1", "ttft", "p95_all")).toMatchObject({ value: null, flags: ["insufficient_n"] });
    expect(
      rows.find((row) => row.slice === null && row.metric === "ttft" && row.stat === "p95_all")?.value,
    ).not.toBeNull();
  });
});
