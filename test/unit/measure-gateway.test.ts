import { describe, expect, test } from "vitest";
import { failure } from "../../src/core/failure.ts";
import type { GatewayLoad } from "../../src/core/gateway.ts";
import { observationId, type Observation } from "../../src/core/observation.ts";
import { NO_PROMPT, type Scenario } from "../../src/core/scenario.ts";
import type { GroupAnalysis } from "../../src/measure/analysis.ts";
import { answer, OPEN, recordOf, type Recorded } from "../support/observations.ts";
import { groupOf, times } from "../support/measured.ts";

const LOAD: GatewayLoad = {
  kind: "gateway",
  path: "models",
  connections: 2,
  ratesPerSecond: [10, 20],
  secondsPerRate: 2,
};
const GATEWAY: Scenario = {
  ...OPEN,
  id: "gateway",
  load: LOAD,
  prompt: NO_PROMPT,
  stop: { requests: 100, durationMs: null },
  slo: { ttftMs: null, tpotMs: null, e2eMs: 50, percentile: 0.95 },
  arrangement: "rotated",
};

interface Shot {
  readonly pair: number;
  readonly slice: string;
  readonly atMs: number;
  readonly tookMs?: number;
  readonly attempt?: number;
  /** Null: it is accepted. */
  readonly status?: number | null;
  readonly retryAfterMs?: number | null;
  readonly reused?: boolean;
}

/** One request as autocannon tells it. */
function shot({ pair, slice, atMs, tookMs = 10, attempt = 1, status = null, ...of }: Shot): Recorded {
  const { observation } = answer({ pair, scenario: GATEWAY, atMs, ttftMs: 0, gapsMs: [], tokens: 0 });
  const releasedUs = atMs * 1000;
  const none = { sent: null, written: null, headers: null, firstByte: null, firstContent: null, lastContent: null };
  const kind = status === 429 ? "rate-limited" : "overloaded";
  const fields: Partial<Observation> = {
    id: observationId({ scenario: "gateway", target: observation.target, phase: "measured", pair, attempt }),
    slice,
    attempt,
    stamps: { ...none, scheduled: releasedUs, released: releasedUs, end: releasedUs + tookMs * 1000 },
    connection: { id: 1, reused: of.reused ?? true, peer: null, dns: null, tcp: null, tls: null, protocol: "http/1.1" },
    outcome: status === null ? "completed" : "failed",
    failure: status === null ? null : failure(kind, { status }),
    flags: ["end_only"],
    usage: null,
    finish: null,
    rateLimit:
      of.retryAfterMs === undefined
        ? null
        : {
            retryAfterMs: of.retryAfterMs,
            limitRequests: null,
            remainingRequests: null,
            limitTokens: null,
            remainingTokens: null,
            windows: [],
          },
    request: { ...observation.request, inputTokens: 0, maxOutputTokens: 0 },
  };
  return { observation: { ...observation, ...fields }, trace: null, tokens: null };
}

/** 10/s for 2 s, all accepted; 20/s for 2 s, of which each second the first 12 are; then flat out. */
const CALM = times(20, (i) =>
  shot({ pair: i, slice: "10/s", atMs: Math.floor(i / 10) * 1000 + (i % 10) * 5, reused: i > 1 }),
);
const ABOVE = times(40, (i) => {
  const inSecond = i % 20;
  const atMs = 3000 + Math.floor(i / 20) * 1000 + inSecond * 5;
  return shot({ pair: 20 + i, slice: "20/s", atMs, status: inSecond < 12 ? null : 429 });
});
const flatOut = (n: number, isRefused: (i: number) => boolean = () => false) =>
  times(n, (i) =>
    shot({ pair: 60 + i, slice: "flat out", atMs: 6000 + i * 20, tookMs: 40, status: isRefused(i) ? 429 : null }),
  );

function figure({ rows }: GroupAnalysis, metric: string, slice: string | null = null) {
  const row = rows.find((one) => one.metric === metric && one.slice === slice && ["value", "p50"].includes(one.stat));
  if (row === undefined) throw new Error(`no row ${metric}`);
  return row;
}

const groupOfShots = (...shots: readonly (readonly Recorded[])[]) =>
  groupOf(recordOf(shots.flat(), { scenarios: [GATEWAY] }));

describe("the stages of a gateway scenario", () => {
  const group = groupOfShots(CALM, ABOVE, flatOut(40));

  test("are told in order, each with what became of its requests", () => {
    expect(group.stages.map((stage) => [stage.slice, stage.released, stage.accepted, stage.refused])).toEqual([
      ["10/s", 20, 20, 0],
      ["20/s", 40, 24, 16],
      ["flat out", 40, 40, 0],
    ]);
    // Two seconds' worth at the beginning of each second took two seconds; 40 in 20 ms steps and a last one of 40 ms.
    expect(group.stages.map(({ releasedPerSecond }) => releasedPerSecond)).toEqual([10, 20, 40 / 0.82]);
  });

  test("leave out what lies between two processes of a resumed run", () => {
    const [pauseMs, half] = [3_600_000, 10];
    const late = CALM.map((one, i) =>
      i < half ? one : shot({ pair: i, slice: "10/s", atMs: pauseMs + (i - half) * 5 }),
    );
    const whole = recordOf([...late, ...ABOVE], { scenarios: [GATEWAY] });
    const { end, clock } = whole.manifest;
    const startUs = 1000 * (pauseMs - 1);
    const resumed = [{ startedAt: whole.manifest.startedAt, startUs, stoppedUs: 5_000_000, before: end, clock }];
    const { stages } = groupOf({ ...whole, manifest: { ...whole.manifest, resumed } });
    expect(stages.map(({ releasedPerSecond }) => releasedPerSecond)).toEqual([10, 20]);
  });

  test("show the onset, with the highest rate that was clean below it", () => {
    expect(figure(group, "limit_onset")).toMatchObject({ value: 20, low: 10, high: 20, n: 100 });
  });

  test("show what is accepted once nothing saved up is left", () => {
    // From the end of the first refusal (3,070 ms) to the last end (4,105 ms) twelve were accepted.
    expect(figure(group, "accepted_rate").value).toBeCloseTo(12 / 1.035, 9);
    expect(figure(group, "accepted_rate", "20/s").value).toBeCloseTo(12 / 1.035, 9);
    expect(figure(group, "accepted_rate", "10/s").value).toBe(10);
  });

  test("show the ceiling, unless the limit came first", () => {
    expect(figure(group, "gateway_ceiling").value).toBeCloseTo(40 / 0.82, 9);
    const limited = groupOfShots(
      CALM,
      flatOut(40, (i) => i > 30),
    );
    expect(figure(limited, "gateway_ceiling")).toMatchObject({ value: null, flags: ["refused"] });
    expect(figure(groupOfShots(CALM), "gateway_ceiling")).toMatchObject({ value: null, flags: ["no_values"] });
  });

  test("show the round trip on open connections alone, by stage", () => {
    expect(figure(group, "gateway_round_trip", "10/s")).toMatchObject({ value: 10, n: 18 });
    expect(figure(group, "gateway_round_trip", "flat out")).toMatchObject({ value: 40, n: 40 });
    // Refusals are quick, and count as infinite.
    const all = group.rows.find(
      (row) => row.metric === "gateway_round_trip" && row.stat === "p90_all" && row.slice === "20/s",
    );
    expect(all).toMatchObject({ value: Infinity, n: 40 });
  });

  test("are judged by release and end", () => {
    expect(figure(group, "goodput_share", "20/s").value).toBe(24 / 40);
    expect(figure(group, "goodput_share", "flat out").value).toBe(1);
  });

  test("without a refusal say so", () => {
    const calm = groupOfShots(CALM, flatOut(20));
    expect(figure(calm, "limit_onset")).toMatchObject({ value: null, flags: ["never_refused"], n: 40 });
    expect(figure(calm, "accepted_rate")).toMatchObject({ value: null, flags: ["never_refused"] });
  });
});

describe("what is asked again", () => {
  const again = (attempt: number, atMs: number, status: number | null, retryAfterMs?: number) =>
    shot({
      pair: 60,
      slice: "flat out",
      attempt,
      atMs,
      status,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  const refused = (retryAfterMs: number | null) =>
    shot({ pair: 60, slice: "flat out", atMs: 6000, status: 429, retryAfterMs });

  test("shows whether the time that was named is true, and how long recovery takes", () => {
    const group = groupOfShots(CALM, [refused(1000), again(2, 7010, 429, 2000), again(3, 9020, null)]);
    expect(figure(group, "retry_after_kept")).toMatchObject({ value: 0.5, n: 2 });
    // From the end of the refusal, 6,010 ms, to the end of the answer, 9,030 ms.
    expect(figure(group, "recovery")).toMatchObject({ value: 3020, n: 1 });
  });

  test("shows no promise where none was made, or where something else failed", () => {
    const silent = groupOfShots(CALM, [refused(null), again(2, 6500, null)]);
    expect(figure(silent, "retry_after_kept")).toMatchObject({ value: null, flags: ["no_values"] });
    expect(figure(silent, "recovery").value).toBe(500);
    const broken = groupOfShots(CALM, [refused(1000), again(2, 7010, 503)]);
    expect(figure(broken, "retry_after_kept").n).toBe(0);
    expect(figure(broken, "recovery").value).toBe(Infinity);
  });

  test("of another scenario shows neither", () => {
    const group = groupOf(recordOf([answer({ pair: 0, ttftMs: 5, gapsMs: [5], tokens: 2 })], {}));
    for (const metric of ["retry_after_kept", "recovery", "limit_onset", "accepted_rate", "gateway_ceiling"]) {
      expect(figure(group, metric)).toMatchObject({ value: null, n: 0, flags: ["no_values"] });
    }
    expect(group.stages).toEqual([]);
  });
});
