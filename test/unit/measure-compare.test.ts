import { describe, expect, test } from "vitest";
import { random } from "../../src/core/random.ts";
import type { RunRecord } from "../../src/core/run.ts";
import { holm } from "../../src/measure/compare/holm.ts";
import { signedRank } from "../../src/measure/compare/wilcoxon.ts";
import { answer, failed, OPEN, recordOf, TARGET, unanswered, type Recorded } from "../support/observations.ts";
import { analysisOf, times } from "../support/measured.ts";

describe("Wilcoxon's signed-rank test", () => {
  test("counts all signs of few differences", () => {
    // All of one sign: 2 of 2^n outcomes are as far out.
    expect(signedRank([1, 2, 3, 4, 5, 6])).toEqual({ p: 2 / 64, method: "exact" });
    expect(signedRank([-1, -2, -3, -4, -5, -6]).p).toBe(2 / 64);
    // Rank 1 against: sums 0 and 1 are as far out.
    expect(signedRank([-1, 2, 3, 4, 5, 6]).p).toBe(4 / 64);
  });

  test("agrees with R's wilcox.test on Darwin's plants", () => {
    // Cross- minus self-fertilised Zea mays (Fisher 1935); wilcox.test(..., paired = TRUE): V = 96, p = 0.04126.
    const darwin = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48];
    expect(signedRank(darwin).p).toBeCloseTo(0.04126, 5);
  });

  test("is 1 without any difference, and leaves zeros out", () => {
    expect(signedRank([0, 0, 0, 0, 0, 0]).p).toBe(1);
    expect(signedRank([0, 1, 2, 3, 4, 5, 6]).p).toBe(2 / 64);
  });

  test("ranks a failure above every latency, and failures alike", () => {
    expect(signedRank([-Infinity, 1, 2, 3, 4, 5]).p).toBe(signedRank([-9, 1, 2, 3, 4, 5]).p);
    expect(signedRank([Infinity, Infinity, -Infinity, 1, 2, 3]).p).toBe(signedRank([9, 9, -9, 1, 2, 3]).p);
  });

  test("passes from counting to the normal approximation without a step", () => {
    const source = random(405, "wilcoxon");
    const differences = times(101, () => Math.round((source.normal() + 0.2) * 20));
    const exact = signedRank(differences.filter((one) => one !== 0).slice(0, 100));
    const normal = signedRank([...differences.filter((one) => one !== 0).slice(0, 100), 0.5]);
    expect(exact.method).toBe("exact");
    expect(normal.method).toBe("normal approximation");
    expect(Math.abs(exact.p - normal.p)).toBeLessThan(0.01);
  });

  test("is wrong about equal targets in at most 5 % of draws", () => {
    const source = random(405, "size");
    const rejected = times(2000, () => signedRank(times(12, () => source.normal())).p < 0.05).filter(Boolean).length;
    expect(rejected / 2000).toBeLessThan(0.06);
    expect(rejected / 2000).toBeGreaterThan(0.03);
  });
});

test("Holm's correction keeps the order and never falls", () => {
  expect(holm([0.01, 0.04, 0.03, 0.005]).map((p) => Number(p.toFixed(12)))).toEqual([0.03, 0.06, 0.06, 0.02]);
  expect(holm([0.9, 0.8])).toEqual([1, 1]);
  expect(holm([])).toEqual([]);
});

const CONNECTION = { id: 1, reused: true, peer: null, dns: null, tcp: null, tls: null, protocol: "http/1.1" };

describe("verdicts", () => {
  const beta = { ...TARGET, id: "beta" };
  const gamma = { ...TARGET, id: "gamma" };
  const wave = (pair: number): number => 200 + ((pair * 37) % 50);
  /** Each request on a connection of its own, unless there are so many. */
  const run = (
    of: readonly (readonly [typeof TARGET, (pair: number) => number | null])[],
    n: number,
    connections: number = n,
  ): RunRecord =>
    recordOf(
      of.flatMap(([target, ttftMs]) =>
        times(n, (pair): Recorded => {
          const ms = ttftMs(pair);
          const fields = { connection: { ...CONNECTION, id: pair % connections } };
          return ms === null
            ? failed({ pair, target, kind: "overloaded", fields })
            : answer({ pair, target, ttftMs: ms, gapsMs: [10], tokens: 4, fields });
        }),
      ),
      { targets: of.map(([target]) => target), scenarios: [{ ...OPEN, stop: { requests: n, durationMs: null } }] },
    );

  /** Of TTFT p50 alone. */
  const medians = (record: RunRecord) =>
    analysisOf(record).verdicts.filter(({ metric, stat }) => metric === "ttft" && stat === "p50");

  test("name the leader when the pairs agree", () => {
    const [verdict] = medians(
      run(
        [
          [TARGET, wave],
          [beta, (pair) => wave(pair) + 30],
        ],
        40,
      ),
    );
    expect(verdict).toMatchObject({
      leader: "alpha",
      a: "alpha",
      b: "beta",
      metric: "ttft",
      stat: "p50",
      difference: 30,
      n: 40,
      family: 1,
    });
    expect(verdict!.low).toBeGreaterThan(0);
    expect(verdict!.high).toBeGreaterThanOrEqual(30);
    expect(verdict!.pAdjusted).toBeLessThan(1e-6);
    expect(verdict!.test).toBe("Wilcoxon signed rank, exact");
  });

  test("pair nothing across two processes of a resumed run", () => {
    const record = run(
      [
        [TARGET, wave],
        [beta, (pair) => wave(pair) + 30],
      ],
      40,
    );
    // As if the second process had begun before pair 20, but after alpha had already had it and two more.
    const startUs = 3_600_000_000;
    const observations = record.observations.map((one) => {
      const isLater = one.pair >= (one.target === "alpha" ? 23 : 20);
      return isLater ? { ...one, stamps: { ...one.stamps, scheduled: startUs } } : one;
    });
    const clock = { name: "", originNs: "0" };
    const resumed = [{ startedAt: "", startUs, stoppedUs: 0, clock, before: record.manifest.end }];
    const [verdict] = medians({ ...record, observations, manifest: { ...record.manifest, resumed } });
    expect(verdict).toMatchObject({ leader: "alpha", difference: 30, n: 37 });
  });

  test("tie equal differences that binary fractions would tell apart", () => {
    // 200.3 − 200.1 ms is not 0.2 ms in binary fractions, but 200 µs is 200 µs: half of the pairs each way make p = 1.
    const step = (pair: number): number => wave(pair) + 0.1 + (pair % 2 === 0 ? 0.2 : -0.2);
    const record = run(
      [
        [TARGET, (pair) => wave(pair) + 0.1],
        [beta, step],
      ],
      20,
    );
    expect(medians(record)[0]).toMatchObject({ pAdjusted: 1, leader: null });
  });

  test("name the second target when the first is slower", () => {
    const [verdict] = medians(
      run(
        [
          [TARGET, (pair) => wave(pair) + 30],
          [beta, wave],
        ],
        40,
      ),
    );
    expect(verdict).toMatchObject({ leader: "beta", difference: -30 });
  });

  test("name nobody when the pairs disagree", () => {
    const source = random(7, "noise");
    const [verdict] = medians(
      run(
        [
          [TARGET, () => Math.round(200 + 50 * source.normal())],
          [beta, () => Math.round(200 + 50 * source.normal())],
        ],
        40,
      ),
    );
    expect(verdict!.leader).toBeNull();
  });

  test("correct over all pairs of targets of the scenario", () => {
    const record = run(
      [
        [TARGET, wave],
        [beta, (pair) => wave(pair) + 1],
        [gamma, (pair) => wave(pair) + 2],
      ],
      6,
    );
    const verdicts = medians(record);
    expect(verdicts.map(({ a, b, family }) => [a, b, family])).toEqual([
      ["alpha", "beta", 3],
      ["alpha", "gamma", 3],
      ["beta", "gamma", 3],
    ]);
    // 6 agreeing pairs give 2/64 at best, three times over.
    expect(verdicts.map(({ pAdjusted }) => pAdjusted)).toEqual([6 / 64, 6 / 64, 6 / 64]);
    expect(verdicts.every(({ leader }) => leader === null)).toBe(true);
  });

  test("count failures against the target, in the median, the tail and the shares", () => {
    const record = run(
      [
        [TARGET, (pair) => (pair < 4 ? null : wave(pair))],
        [beta, (pair) => (pair < 30 ? null : wave(pair))],
      ],
      40,
    );
    expect(medians(record)[0]).toMatchObject({ leader: "alpha", difference: Infinity, high: Infinity, n: 40 });
    const shares = analysisOf(record).verdicts.filter(({ metric }) => metric.endsWith("_share"));
    expect(shares.map(({ metric, leader, valueA, valueB }) => ({ metric, leader, valueA, valueB }))).toEqual([
      { metric: "success_share", leader: "alpha", valueA: 36 / 40, valueB: 10 / 40 },
      { metric: "goodput_share", leader: "alpha", valueA: 36 / 40, valueB: 10 / 40 },
    ]);
  });

  test("leave out pairs that were dropped or interrupted, and need 6", () => {
    const base = run(
      [
        [TARGET, wave],
        [beta, wave],
      ],
      7,
    );
    const without = (outcome: "dropped" | "not-started"): RunRecord => ({
      ...base,
      observations: base.observations.map((one) =>
        one.target === "beta" && one.pair < 2
          ? unanswered({ pair: one.pair, target: beta, outcome, reason: outcome === "dropped" ? null : "interrupt" })
              .observation
          : one,
      ),
    });
    expect(medians(base)[0]).toMatchObject({ n: 7, leader: null, pAdjusted: 1 });
    expect(medians(without("dropped"))).toEqual([]);
    expect(analysisOf(without("not-started")).verdicts).toEqual([]);
  });

  test("say nothing of other connections from one of each, and little from few", () => {
    const of = [
      [TARGET, wave],
      [beta, (pair: number) => wave(pair) + 30],
    ] as const;
    expect(medians(run(of, 40, 1))[0]).toMatchObject({
      leader: null,
      clusters: { a: 1, b: 1 },
      p: 1,
      low: -Infinity,
      high: Infinity,
    });
    // 2 / C(6, 3) is 10 %.
    expect(medians(run(of, 40, 3))[0]).toMatchObject({ leader: null, p: 0.1 });
    expect(medians(run(of, 40, 10))[0]).toMatchObject({ leader: "alpha", clusters: { a: 10, b: 10 } });
  });

  test("take targets that had their turns one after another for two samples", () => {
    const record = run(
      [
        [TARGET, wave],
        [beta, (pair) => wave(pair) + 30],
      ],
      40,
    );
    const [snapshot] = record.manifest.scenarios;
    const scenario = { ...snapshot!.scenario, arrangement: "rotated" as const };
    const manifest = { ...record.manifest, scenarios: [{ ...snapshot!, scenario }] };
    expect(medians({ ...record, manifest })[0]).toMatchObject({
      leader: "alpha",
      units: "requests",
      test: "Wilcoxon rank sum",
      difference: 30,
    });
  });

  test("compare the tail from 72 pairs on", () => {
    const tails = (n: number) =>
      analysisOf(
        run(
          [
            [TARGET, wave],
            [beta, (pair) => (pair % 8 === 0 ? 900 : wave(pair))],
          ],
          n,
        ),
      ).verdicts.filter(({ stat }) => stat === "p95");
    expect(tails(71)).toEqual([]);
    expect(tails(160)[0]).toMatchObject({ leader: "alpha", valueB: 900, metric: "ttft" });
  });

  test("are the same each time", () => {
    const record = run(
      [
        [TARGET, wave],
        [beta, (pair) => wave(pair + 3)],
      ],
      40,
    );
    expect(analysisOf(record).verdicts).toEqual(analysisOf(record).verdicts);
  });
});
