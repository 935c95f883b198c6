import { describe, expect, test } from "vitest";
import { random } from "../../src/core/random.ts";
import type { RunRecord } from "../../src/core/run.ts";
import { differenceInterval, medianDifference, type Pair } from "../../src/measure/compare/bootstrap.ts";
import { holm } from "../../src/measure/compare/holm.ts";
import { signedRank } from "../../src/measure/compare/wilcoxon.ts";
import { quantileOf } from "../../src/measure/quantile.ts";
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

describe("the bootstrap of a difference of medians", () => {
  test("agrees with resampling written out", () => {
    const source = random(1, "pairs");
    const pairs = times(31, (): Pair => ({ a: source.exponential(), b: source.exponential() + 0.5 }));
    const same = random(2, "draws");
    const differences = times(2000, () => {
      const drawn = times(31, () => pairs[same.int(31)]!);
      return (
        quantileOf(
          drawn.map(({ b }) => b),
          0.5,
        )! -
        quantileOf(
          drawn.map(({ a }) => a),
          0.5,
        )!
      );
    });
    expect(differenceInterval(pairs, random(2, "draws"))).toEqual({
      low: quantileOf(differences, 0.025),
      high: quantileOf(differences, 0.975),
    });
  });

  test("is infinite where a median is, and never NaN", () => {
    const pairs = times(10, (i): Pair => ({ a: 100 + i, b: i < 7 ? Infinity : 200 }));
    expect(medianDifference(pairs)).toBe(Infinity);
    const { low, high } = differenceInterval(pairs, random(1, "inf"));
    expect(low).toBeGreaterThan(90);
    expect(high).toBe(Infinity);
    const halves = times(10, (i): Pair => (i < 5 ? { a: Infinity, b: 1 } : { a: 1, b: Infinity }));
    expect(differenceInterval(halves, random(1, "halves"))).toEqual({ low: -Infinity, high: Infinity });
  });
});

describe("verdicts", () => {
  const beta = { ...TARGET, id: "beta" };
  const gamma = { ...TARGET, id: "gamma" };
  const wave = (pair: number): number => 200 + ((pair * 37) % 50);
  const run = (of: readonly (readonly [typeof TARGET, (pair: number) => number | null])[], n: number): RunRecord =>
    recordOf(
      of.flatMap(([target, ttftMs]) =>
        times(n, (pair): Recorded => {
          const ms = ttftMs(pair);
          return ms === null
            ? failed({ pair, target, kind: "overloaded" })
            : answer({ pair, target, ttftMs: ms, gapsMs: [10], tokens: 4 });
        }),
      ),
      { targets: of.map(([target]) => target), scenarios: [{ ...OPEN, stop: { requests: n, durationMs: null } }] },
    );

  test("name the leader when the pairs agree", () => {
    const [verdict] = analysisOf(
      run(
        [
          [TARGET, wave],
          [beta, (pair) => wave(pair) + 30],
        ],
        40,
      ),
    ).verdicts;
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
    const [verdict] = analysisOf({ ...record, observations, manifest: { ...record.manifest, resumed } }).verdicts;
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
    expect(analysisOf(record).verdicts[0]).toMatchObject({ pAdjusted: 1, leader: null });
  });

  test("name the second target when the first is slower", () => {
    const [verdict] = analysisOf(
      run(
        [
          [TARGET, (pair) => wave(pair) + 30],
          [beta, wave],
        ],
        40,
      ),
    ).verdicts;
    expect(verdict).toMatchObject({ leader: "beta", difference: -30 });
  });

  test("name nobody when the pairs disagree", () => {
    const source = random(7, "noise");
    const [verdict] = analysisOf(
      run(
        [
          [TARGET, () => Math.round(200 + 50 * source.normal())],
          [beta, () => Math.round(200 + 50 * source.normal())],
        ],
        40,
      ),
    ).verdicts;
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
    const { verdicts } = analysisOf(record);
    expect(verdicts.map(({ a, b, family }) => [a, b, family])).toEqual([
      ["alpha", "beta", 3],
      ["alpha", "gamma", 3],
      ["beta", "gamma", 3],
    ]);
    // 6 agreeing pairs give 2/64 at best, three times over.
    expect(verdicts.map(({ pAdjusted }) => pAdjusted)).toEqual([6 / 64, 6 / 64, 6 / 64]);
    expect(verdicts.every(({ leader }) => leader === null)).toBe(true);
  });

  test("count failures against the target and drop pairs that failed twice", () => {
    const record = run(
      [
        [TARGET, (pair) => (pair < 4 ? null : wave(pair))],
        [beta, (pair) => (pair < 30 ? null : wave(pair))],
      ],
      40,
    );
    const [verdict] = analysisOf(record).verdicts;
    expect(verdict).toMatchObject({ leader: "alpha", difference: Infinity, n: 36 });
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
    expect(analysisOf(base).verdicts[0]).toMatchObject({ n: 7, leader: null, pAdjusted: 1 });
    expect(analysisOf(without("dropped")).verdicts).toEqual([]);
    expect(analysisOf(without("not-started")).verdicts).toEqual([]);
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
