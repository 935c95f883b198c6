import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { failure } from "../../src/core/failure.ts";
import type { RunEnd, RunRecord } from "../../src/core/run.ts";
import { firstScreen } from "../../src/report/terminal.ts";
import { writeReports } from "../../src/report/write.ts";
import { parseCsv } from "../support/csv-parser.ts";
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
import { analysisOf, times } from "../support/measured.ts";
import { temporaryFolder } from "../support/temporary.ts";

/** 40 arrivals each 100 ms; `late` says by how many milliseconds each is released and sent after its due time. */
const arrivals = (late: (pair: number) => number, ttftMs: number, scenario: typeof OPEN): Recorded[] =>
  times(40, (pair) => {
    const of = answer({ pair, scenario, atMs: pair * 100 + late(pair), ttftMs, gapsMs: [10], tokens: 4 });
    const { stamps } = of.observation;
    return { ...of, observation: { ...of.observation, stamps: { ...stamps, scheduled: pair * 100_000 } } };
  });
const validity = (record: RunRecord) => analysisOf(record).validity;
const ended = (record: RunRecord, end: Partial<RunEnd>): RunRecord => ({
  ...record,
  manifest: { ...record.manifest, end: { ...record.manifest.end!, ...end } },
});

describe("client delay in open loop", () => {
  test("of 5 ms at p99 is valid, above is not", () => {
    expect(
      validity(
        recordOf(
          arrivals(() => 5, 200, OPEN),
          {},
        ),
      ),
    ).toEqual({ valid: true, reasons: [] });
    expect(
      validity(
        recordOf(
          arrivals((pair) => (pair % 15 === 5 ? 5.1 : 0), 200, OPEN),
          {},
        ),
      ),
    ).toEqual({
      valid: false,
      reasons: ["open: client delay p99 is at least 5.1 ms over 40 due times, limit 5 ms"],
    });
  });

  test("is not shown to be above by two late due times of 40, however many targets share them", () => {
    const twice = (target: string): Recorded[] =>
      arrivals((pair) => (pair % 20 === 5 ? 80 : 0), 200, OPEN).map((of) => ({
        ...of,
        observation: { ...of.observation, id: of.observation.id.replace("alpha", target), target },
      }));
    const targets = ["alpha", "beta", "gamma"];
    const record = recordOf(targets.flatMap(twice), { targets: targets.map((id) => ({ ...TARGET, id })) });
    expect(validity(record).reasons.filter((reason) => reason.includes("client delay"))).toEqual([]);
  });

  test.each([
    [40, 1],
    [40, 2],
    [1000, 11],
    [1000, 17],
  ])("over %d due times of which %d are late is no reason, but a warning and a flag", async (requests, late) => {
    const scenario = { ...OPEN, stop: { requests, durationMs: null } };
    const record = recordOf(
      times(requests, (pair) => {
        const lateMs = pair < late ? 80 : 0;
        const of = answer({ pair, scenario, atMs: pair * 100 + 1000 + lateMs, ttftMs: 200, gapsMs: [10], tokens: 4 });
        const stamps = { ...of.observation.stamps, scheduled: pair * 100_000 + 1_000_000 };
        return { ...of, observation: { ...of.observation, stamps } };
      }),
      { scenarios: [scenario] },
    );
    const analysis = analysisOf(record);
    expect(analysis.validity.reasons.filter((reason) => reason.includes("client delay"))).toEqual([]);
    const warning = `open: client delay p99 is 80 ms, limit 5 ms; ${late} of ${requests} due times were over it, too few to make the run INVALID`;
    expect(analysis.warnings).toEqual([warning]);
    expect(analysis.groups[0]!.flags).toContain("client_late");

    const files = await writeReports(temporaryFolder(), analysis, record);
    const read = (name: string): string =>
      readFileSync(
        files.find((file) => file.endsWith(name))!,
        "utf8",
      );
    for (const text of [
      firstScreen(analysis, { columns: 80, color: false }),
      read("report.json"),
      read("report.md"),
      read("report.html"),
    ])
      expect(text.replaceAll(/\s+/g, " ")).toContain(warning);
    const [header, row] = parseCsv(read("comparison.csv"));
    expect(row![header!.indexOf("flags")]!.split(";")).toContain("client_late");
  });

  test("over 1,000 due times of which 10 are late is within p99, and of which 18 are late is invalid", () => {
    const scenario = { ...OPEN, stop: { requests: 1000, durationMs: null } };
    const analysisWith = (late: number) =>
      analysisOf(
        recordOf(
          times(1000, (pair) => {
            const made = answer({ pair, scenario, atMs: pair * 100 + 1000, ttftMs: 200, gapsMs: [10], tokens: 4 });
            const scheduled = pair * 100_000 + 1_000_000 - (pair > 0 && pair <= late ? 80_000 : 0);
            return { ...made, observation: { ...made.observation, stamps: { ...made.observation.stamps, scheduled } } };
          }),
          { scenarios: [scenario] },
        ),
      );
    expect(analysisWith(10)).toMatchObject({ validity: { valid: true }, warnings: [] });
    expect(analysisWith(10).groups[0]!.flags).not.toContain("client_late");
    expect(analysisWith(18).validity.reasons).toEqual([
      "open: client delay p99 is at least 80 ms over 1000 due times, limit 5 ms",
    ]);
    expect(analysisWith(18).warnings).toEqual([]);
    expect(analysisWith(18).groups[0]!.flags).toContain("client_late");
  });

  test("may be 1 % of a long TTFT", () => {
    expect(
      validity(
        recordOf(
          arrivals((pair) => (pair % 15 === 5 ? 12 : 0), 1200, OPEN),
          {},
        ),
      ).valid,
    ).toBe(true);
    expect(
      validity(
        recordOf(
          arrivals((pair) => (pair % 15 === 5 ? 12.1 : 0), 1200, OPEN),
          {},
        ),
      ).valid,
    ).toBe(false);
  });

  test("counts requests that failed, too", () => {
    const late = times(3, (i) => {
      const of = failed({ pair: 40 + i, atMs: 9 + i, kind: "overloaded" });
      return { ...of, observation: { ...of.observation, stamps: { ...of.observation.stamps, scheduled: i } } };
    });
    expect(
      validity(
        recordOf([...arrivals(() => 0, 200, OPEN), ...late], {
          scenarios: [{ ...OPEN, stop: { requests: 43, durationMs: null } }],
        }),
      ).valid,
    ).toBe(false);
  });

  test("says nothing about a closed loop", () => {
    expect(
      validity(
        recordOf(
          arrivals(() => 80, 200, CLOSED),
          { scenarios: [CLOSED] },
        ),
      ).valid,
    ).toBe(true);
  });
});

test("an event loop blocked for more than 50 ms in a window is invalid, in closed loop too", () => {
  const record = recordOf(
    arrivals(() => 0, 200, CLOSED),
    { scenarios: [CLOSED] },
  );
  const blocked = (loopDelayMsMax: number): RunRecord =>
    ended(record, { windows: [{ scenario: "closed", startUs: 0, endUs: 1, loopDelayMsMax }] });
  expect(validity(blocked(50)).valid).toBe(true);
  expect(validity(blocked(3000))).toEqual({
    valid: false,
    reasons: ["closed: event loop blocked for 3000 ms, limit 50 ms"],
  });
});

describe("the drawn plan", () => {
  test("may be stretched by 1 %", () => {
    // The last of 40 arrivals is due at 3,900 ms. TTFT of 20 s keeps client delay out of it.
    expect(
      validity(
        recordOf(
          arrivals((pair) => pair, 20_000, OPEN),
          {},
        ),
      ).valid,
    ).toBe(true);
    expect(
      validity(
        recordOf(
          arrivals((pair) => pair * 1.1, 20_000, OPEN),
          {},
        ),
      ),
    ).toEqual({
      valid: false,
      reasons: ["open, alpha: 40 releases span 3942.9 ms, their plan 3900 ms, limit 1 %"],
    });
  });

  test("is the drawn one: a Poisson run that drew a low rate is valid", () => {
    const slow = times(40, (pair) => answer({ pair, atMs: pair * 150, ttftMs: 200, gapsMs: [10], tokens: 4 }));
    expect(validity(recordOf(slow, {})).valid).toBe(true);
  });

  test("is not met by what was sent and is not on record any more, unless a process was killed", () => {
    const some = recordOf(arrivals(() => 0, 200, OPEN).slice(0, 30), {});
    const damaged = {
      ...some,
      lost: lostIntents(
        times(10, (i) => `open:alpha:${30 + i}`),
        null,
      ),
    };
    expect(validity(damaged).reasons).toEqual(["open, alpha: 30 of 40 planned requests accounted for, limit 1 % off"]);
    const resumed = [{ startedAt: "2026-11-23T19:49:38.000Z", startUs: 9e9, stoppedUs: 5e6, before: null }];
    const clock = damaged.manifest.clock;
    const killed = { ...damaged.manifest, resumed: resumed.map((one) => ({ ...one, clock })) };
    expect(validity({ ...damaged, manifest: killed }).reasons).toEqual([]);
  });

  test("must be accounted for, drops and interrupts included", () => {
    const some = arrivals(() => 0, 200, OPEN).slice(0, 30);
    const rest = [
      ...times(6, (i) => unanswered({ pair: 30 + i, atMs: 3000, outcome: "dropped", reason: null })),
      ...times(4, (i) => unanswered({ pair: 36 + i, atMs: 3600, outcome: "not-started", reason: "interrupt" })),
    ];
    expect(validity(recordOf([...some, ...rest], {})).valid).toBe(true);
    expect(validity(recordOf(some, {})).reasons).toEqual([
      "open, alpha: 30 of 40 planned requests accounted for, limit 1 % off",
    ]);
  });
});

describe("a run that was resumed", () => {
  const resumption = {
    startedAt: "2026-11-23T19:49:38.000Z",
    startUs: 3_600_000_000,
    stoppedUs: 2_000_000,
    clock: { name: "test", originNs: "0" },
  };
  const resumedWith = (record: RunRecord, before: RunEnd | null): RunRecord => ({
    ...record,
    manifest: { ...record.manifest, resumed: [{ ...resumption, before }] },
  });
  /** The second half an hour later, each release later than the one before by a share of its gap. */
  const halves = (stretch: number): RunRecord =>
    recordOf(
      times(40, (i) => {
        const dueMs = i < 20 ? i * 100 : 3_600_000 + (i - 20) * 100;
        const lateMs = i < 20 ? 0 : (i - 20) * 100 * stretch;
        const of = answer({ pair: i, atMs: dueMs + lateMs, ttftMs: 100_000, gapsMs: [10], tokens: 4 });
        const stamps = { ...of.observation.stamps, scheduled: dueMs * 1000 };
        return { ...of, observation: { ...of.observation, stamps } };
      }),
      {},
    );

  test("is judged part by part: a pause excuses nothing", () => {
    const end = recordOf([], {}).manifest.end!;
    expect(validity(resumedWith(halves(0), end)).reasons).toEqual([]);
    expect(validity(resumedWith(halves(0.02), end)).reasons).toEqual([
      "open, alpha: 20 releases span 1938 ms, their plan 1900 ms, limit 1 %",
    ]);
  });

  test("is judged by what a part that was killed wrote down at once", () => {
    const stall = { v: 1, id: "open:1", scenario: "open", atUs: 1_000_000, delayMs: 61.25 } as const;
    const later = { ...stall, id: "open:2", atUs: resumption.startUs + 1, delayMs: 90 };
    const killed = resumedWith(halves(0), null);
    expect(validity(killed).valid).toBe(true);
    expect(analysisOf(killed).warnings).toContain(
      "part 1 of the run ended without closing: what was in flight then is lost",
    );
    // The second part was closed: its windows speak for it.
    expect(validity({ ...killed, stalls: [{ ...stall, delayMs: 55 }, stall, later] }).reasons).toEqual([
      "open, part 1 of the run: event loop blocked for 61.3 ms, limit 50 ms",
    ]);
  });
});

test("a run that was killed is invalid, since nobody knows whether its client kept up", () => {
  const record = recordOf(arrivals(() => 0, 200, OPEN).slice(0, 30), {});
  const killed = {
    ...record,
    manifest: { ...record.manifest, end: null },
    lost: lostIntents(["open:alpha:30", "open:alpha:31"], null),
  };
  const analysis = analysisOf(killed);
  expect(analysis.validity.reasons).toEqual([expect.stringContaining("never closed")]);
  expect(analysis.warnings).toEqual(["the run ended without closing: killed or power lost"]);
  expect(analysis.groups[0]!.counts).toMatchObject({
    planned: 40,
    released: 32,
    lost: 2,
    notStarted: { interrupt: 8 },
  });
});

describe("a request that this machine could not send", () => {
  const without = (code: string, status: number | null = null): Recorded => {
    const because = failure("network", { where: "connect", code, status });
    return failed({ pair: 1, scenario: CLOSED, kind: "network", fields: { failure: because } });
  };
  test("for want of a file descriptor or a port makes the run invalid: no target can cause that", () => {
    for (const code of ["EMFILE", "EADDRNOTAVAIL"]) {
      const { valid, reasons } = validity(recordOf([without(code)], { scenarios: [CLOSED] }));
      expect(valid).toBe(false);
      expect(reasons.join()).toContain(`1 failed for want of our own files, ports or buffers (${code})`);
    }
  });
  test("is not assumed when the target refused", () => {
    const { reasons } = validity(recordOf([without("ECONNREFUSED")], { scenarios: [CLOSED] }));
    expect(reasons.join()).not.toContain("our own");
  });
  test("is not believed of a server that writes such a code into its error", () => {
    const { reasons } = validity(recordOf([without("EMFILE", 407)], { scenarios: [CLOSED] }));
    expect(reasons.join()).not.toContain("our own");
  });
});
