import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import type { RunRecord } from "../../src/core/run.ts";
import { firstScreen } from "../../src/report/terminal.ts";
import { writeReports } from "../../src/report/write.ts";
import type { LedgerRecord } from "../../src/simulator/ledger.ts";
import type { Profile } from "../../src/simulator/profile.ts";
import { analysisOf, groupOf, rowOf } from "../support/measured.ts";
import { scenarioOf } from "../support/run-plan.ts";
import { INSTANT } from "../support/simulator-client.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { errorsOf, isDisturbed, truthRun, type StreamErrors } from "../support/truth-run.ts";
import { startTruthSimulator } from "../support/truth-simulator.ts";

/** All that a careless client takes for text, for its end, or for a token. */
const DECOY: Profile = {
  ...INSTANT,
  prologue: { roleMs: 5, emptyDeltaMs: 50 },
  ttft: { baseMs: 500, perInputTokenMs: 0, sigma: 0 },
  interEvent: { meanMs: 160, sigma: 0 },
  tokensPerEvent: 8,
  epilogue: { usageMs: 700, doneMs: 300 },
};
const EVENTS = 12;
/** The fewest that a median is published for are 6; of an odd number it is one of them. */
const STREAMS = 7;
/** Far below what any decoy would add: 445 ms for the empty delta, 700 ms for the usage event. */
const ERROR_MS_MAX = 100;

let record: RunRecord;
let ledger: readonly LedgerRecord[];
let errors: readonly StreamErrors[];
let disturbed: boolean;
beforeAll(async () => {
  const simulator = await startTruthSimulator({ profiles: { decoy: DECOY } });
  const scenario = scenarioOf({
    outputTokens: EVENTS * DECOY.tokensPerEvent,
    load: { kind: "open", arrival: "constant", ratePerSecond: STREAMS, maxInFlight: STREAMS },
    stop: { requests: STREAMS, durationMs: null },
  });
  record = await truthRun({ simulator, profile: "decoy", scenario });
  disturbed = isDisturbed(record, await simulator.stats());
  ledger = await simulator.stop();
  errors = errorsOf(record, ledger);
});

describe("an endpoint full of decoys", () => {
  it("is measured late by a delay of milliseconds and never early, at every event", () => {
    expect(errors).toHaveLength(STREAMS);
    const all = errors.flatMap(({ ttftMs, e2eMs, eventsMs }) => [ttftMs, e2eMs, ...eventsMs]);
    expect(all).toHaveLength(STREAMS * (2 + EVENTS));
    expect(all.filter((ms) => !(ms >= 0 && ms < ERROR_MS_MAX))).toEqual([]);
  });

  it("would show a client that takes the role event for text, the end for the last text, and an empty delta for an event", () => {
    const careless = record.observations.map((observation) => {
      const { stamps, events } = observation;
      return {
        ...observation,
        stamps: { ...stamps, firstContent: stamps.firstByte, lastContent: stamps.end },
        events: { ...events, content: events.content + 1 },
      };
    });
    for (const { ttftMs, e2eMs, miscounts } of errorsOf({ ...record, observations: careless }, ledger)) {
      expect(ttftMs).toBeLessThan(-300);
      expect(e2eMs).toBeGreaterThan(900);
      expect(miscounts).toHaveLength(2);
    }
  });

  it("has every token and event counted as it was written", () => {
    expect(errors.flatMap(({ miscounts }) => miscounts)).toEqual([]);
  });

  it.each([
    ["ttfb", 5, 11, 50],
    ["ttft", 500, 506, 50],
    ["tpot", 19.7, 20.3, 0.5],
    ["icl", 158, 162, 20],
    ["e2e", 2260, 2270, 50],
    ["output_tokens", 96, 96, 0],
    ["tokens_per_event", 8, 8, 0],
  ])("has a median %s from %d to %d, on a busy machine give or take %d", (metric, low, high, room) => {
    const { value, n } = rowOf(groupOf(record), metric, "p50");
    const give = disturbed ? room : 0;
    expect(value).toBeGreaterThanOrEqual(low - give);
    expect(value).toBeLessThanOrEqual(high + give);
    expect(n).toBe(metric === "icl" ? STREAMS * (EVENTS - 1) : STREAMS);
  });

  it("is never said to have a latency between tokens, which nobody can see from outside", async () => {
    const analysis = analysisOf(record);
    const files = await writeReports(temporaryFolder(), analysis, record);
    const texts = [
      ...files.map((file) => readFileSync(file, "utf8")),
      firstScreen(analysis, { columns: 80, color: false }),
    ];
    expect(texts.map((text) => /\bitl\b|inter.?token/i.exec(text)?.[0])).toEqual(texts.map(() => undefined));
    expect(texts.join("\n")).toContain("tpot");
  });
});
