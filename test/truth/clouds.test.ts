import { beforeAll, describe, expect, it } from "vitest";
import type { RunRecord } from "../../src/core/run.ts";
import { comparisonCsv } from "../../src/report/csv.ts";
import type { LedgerRecord } from "../../src/simulator/ledger.ts";
import { CLOUD_IDS } from "../../src/simulator/planted.ts";
import { parseCsv } from "../support/csv-parser.ts";
import { analysisOf } from "../support/measured.ts";
import { scenarioOf } from "../support/run-plan.ts";
import { sellersAt } from "../support/simulated-providers.ts";
import { errorsOf, isDisturbed, pairedRun, type StreamErrors } from "../support/truth-run.ts";
import { startTruthSimulator } from "../support/truth-simulator.ts";

/* One paired run of every wire and every sign-in, in one CSV, held against what the server wrote and when. */

const PAIRS = 21;
const ERROR_MS_MAX = 100;

let record: RunRecord;
let ledger: readonly LedgerRecord[];
let errors: ReadonlyMap<string, readonly StreamErrors[]>;
let disturbed: boolean;
let rows: readonly Readonly<Record<string, string>>[];
beforeAll(async () => {
  const simulator = await startTruthSimulator({ profiles: {} });
  const contenders = await sellersAt(
    { url: simulator.origin },
    CLOUD_IDS.map((id) => `simulator:${id}`),
  );
  const scenario = scenarioOf({
    outputTokens: 24,
    load: { kind: "open", arrival: "constant", ratePerSecond: 3, maxInFlight: 64 },
    stop: { requests: PAIRS, durationMs: null },
  });
  record = await pairedRun(contenders, scenario);
  disturbed = isDisturbed(record, await simulator.stats());
  ledger = await simulator.stop();
  errors = new Map(
    contenders.map(({ target: { id } }) => {
      const observations = record.observations.filter(({ target }) => target === id);
      return [id, errorsOf({ ...record, observations }, ledger)];
    }),
  );
  const [header = [], ...cells] = parseCsv(comparisonCsv(analysisOf(record)));
  rows = cells.map((row) => Object.fromEntries(header.map((name, i) => [name, row[i]!])));
});

/** Half-way value of an odd number of values. */
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[(values.length - 1) / 2]!;
const trueTtftMs = (id: string): number =>
  median(ledger.filter(({ profile }) => profile === `cloud.${id}`).map(({ firstContent }) => firstContent! / 1e6));

describe("a paired run of all clouds", () => {
  it("counts every token and event as it was written", () => {
    expect([...errors.values()].map((each) => each.length)).toEqual(CLOUD_IDS.map(() => PAIRS));
    expect([...errors.values()].flat().flatMap(({ miscounts }) => miscounts)).toEqual([]);
  });

  it("measures each late by a delay of milliseconds and never early, at every event, through all its exchanges", () => {
    for (const [id, each] of errors) {
      const all = each.flatMap(({ ttftMs, e2eMs, eventsMs }) => [ttftMs, e2eMs, ...eventsMs]);
      expect(Math.min(...all), id).toBeGreaterThanOrEqual(0);
      if (!disturbed) expect(median(each.map(({ ttftMs }) => ttftMs)), id).toBeLessThan(ERROR_MS_MAX);
    }
  });

  it("is one CSV, a row each, whose figures are the ledger's", () => {
    expect(new Set(rows.map(({ provider }) => provider))).toEqual(new Set(CLOUD_IDS));
    expect(rows.length).toBe(CLOUD_IDS.length);
    for (const row of rows) {
      const figures = ["planned", "ok", "failed", "dropped", "output_tokens_p50"].map((name) => Number(row[name]));
      expect(figures, row["target"]).toEqual([PAIRS, PAIRS, 0, 0, 24]);
      const late = Number(row["ttft_ms_p50"]) - trueTtftMs(row["provider"]!);
      expect(late, row["target"]).toBeGreaterThan(0);
      if (!disturbed) expect(late, row["target"]).toBeLessThan(ERROR_MS_MAX);
    }
    const shown = rows.map((row) => [
      row["provider"]!.padEnd(16),
      `ttft p50 ${row["ttft_ms_p50"]} ms, ledger ${trueTtftMs(row["provider"]!).toFixed(3)} ms`.padEnd(48),
      `tpot p50 ${row["tpot_ms_p50"]} ms, e2e p50 ${row["e2e_ms_p50"]} ms, ${row["ok"]} ok`,
    ]);
    process.stdout.write(`\n${shown.map((cells) => cells.join("")).join("\n")}\n\n`);
  });
});
