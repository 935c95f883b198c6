import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { EXIT } from "../../src/cli/exit-codes.ts";
import { runVerdict } from "../../src/cli/verdict.ts";
import type { Analysis } from "../../src/measure/analysis.ts";
import { SWEEP_COLUMN_MEANINGS, SWEEP_COLUMNS } from "../../src/measure/sweep/sweep-columns.ts";
import { columnsOf } from "../../src/report/columns.ts";
import { sweepCsv } from "../../src/report/csv.ts";
import { reportMarkdown } from "../../src/report/markdown.ts";
import { firstScreen } from "../../src/report/terminal.ts";
import { writeReports } from "../../src/report/write.ts";
import { analysisOf as madeUp, emptyRecord, fineGroup } from "../support/analysis.ts";
import { parseCsv } from "../support/csv-parser.ts";
import { analysisOf } from "../support/measured.ts";
import { sweepRecord } from "../support/queue-record.ts";
import { temporaryFolder } from "../support/temporary.ts";

const HEADER =
  "schema_version,run_id,started_at,simulated,validity,vantage,target,provider,model,scenario,by,load,level,offered_rps,answered_rps,system_tok_s,ttft_ms_p50,ttft_ms_p95,tpot_ms_p50,tpot_ms_p95,goodput_rps,goodput_pct,meets_slo,usd_per_1k_good,saturation,knee_load,knee_load_low,knee_load_high,top_rps,top_rps_low,top_rps_high,slo_load,flags";

function swept(by: "rate" | "concurrency", loads: readonly number[]): Analysis {
  const slo = { ttftMs: 300, tpotMs: null, e2eMs: null, percentile: 0.9 };
  const record = sweepRecord({
    server: { places: 4, serviceMs: 400 },
    by,
    loads,
    requests: 200,
    seed: 1,
    scenario: { slo },
  });
  return analysisOf({ ...record, manifest: { ...record.manifest, study: { kind: "sweep", scenario: "open", by } } });
}

const SWEEP = swept("rate", [2, 6, 18]);

describe("sweep.csv", () => {
  it("has a line for each level, with what the levels say together in each", () => {
    const text = sweepCsv(SWEEP)!;
    const [header, ...lines] = parseCsv(text);
    expect(header!.join(",")).toBe(HEADER);
    const rows = lines.map((line) => Object.fromEntries(line.map((cell, i) => [header![i]!, cell])));
    expect(rows.map(({ level, load, by }) => [level, load, by])).toEqual([
      ["open@2/s", "2", "rate"],
      ["open@6/s", "6", "rate"],
      ["open@18/s", "18", "rate"],
    ]);
    expect(rows.map(({ saturation }) => saturation)).toEqual(["", "", "behind;growing"]);
    expect(rows.map(({ meets_slo: met }) => met)).toEqual(["true", "true", "false"]);
    expect(new Set(rows.map(({ knee_load: knee, slo_load: slo }) => `${Number(knee).toFixed(0)} ${slo}`))).toEqual(
      new Set(["10 6"]),
    );
    // Each figure of a level is the one of its summary.
    expect(Number(rows[0]!["ttft_ms_p50"])).toBe(80);
  });
  it("has a meaning for each column, on one line", () => {
    expect(Object.keys(SWEEP_COLUMN_MEANINGS)).toEqual(SWEEP_COLUMNS);
    expect(Object.values(SWEEP_COLUMN_MEANINGS).filter((meaning) => !/^\S.*\S$/.test(meaning))).toEqual([]);
  });
  it("is not there for another run", () => {
    expect(sweepCsv(madeUp([fineGroup("a")], {}))).toBeNull();
  });
});

describe("the report of a sweep", () => {
  it("shows levels in place of scenarios on the first screen, none of its lines too wide", () => {
    const screen = firstScreen(SWEEP, { columns: 80, color: false });
    expect(screen.split("\n").filter((line) => columnsOf(line) > 80)).toEqual([]);
    expect(screen).toContain("sweep of open  3 levels x 1 target");
    expect(screen).toMatch(/^load +req\/s +TTFT ms p50 +p95 +TPOT p50 +p95 +good % +\$\/1k good +saturated$/m);
    expect(screen).toMatch(/^18 .* behind$/m);
    expect(screen).toMatch(/^knee +alpha has all it can do from [\d.]+ requests a second \(/m);
    expect(screen).toMatch(/^slo +alpha meets its objective at 6 requests a second: /m);
    expect(screen).toMatch(/^behind +fewer requests ended than 95 %/m);
  });
  it("says what a target can do at least when no level is saturated, in the unit of its load", () => {
    const screen = firstScreen(swept("concurrency", [1, 2]), { columns: 80, color: false }).replace(/\s+/g, " ");
    expect(screen).toMatch(/alpha: no level saturated up to 2 requests in flight, at least [\d.]+ answers\/s/);
  });
  it("has one table per target in the pages, and the file beside the others", async () => {
    expect(reportMarkdown(SWEEP)).toContain("open on alpha, level by level");
    const folder = temporaryFolder();
    await writeReports(folder, SWEEP, emptyRecord(SWEEP));
    expect(readdirSync(folder).toSorted()).toContain("sweep.csv");
  });
  it("is no failure of a target where a level asked for too much", () => {
    const groups = SWEEP.groups.map((group) =>
      group.scenario.id === "open@18/s"
        ? { ...group, counts: { ...group.counts, failures: { overloaded: 90 } } }
        : group,
    );
    const light = SWEEP.groups.map((group) =>
      group.scenario.id === "open@2/s"
        ? { ...group, counts: { ...group.counts, failures: { overloaded: 90 } } }
        : group,
    );
    const valid = { ...SWEEP, validity: { valid: true, reasons: [] } };
    expect(runVerdict({ ...valid, groups })).toBe(EXIT.ok);
    expect(runVerdict({ ...valid, groups: light })).toBe(EXIT.targetFailed);
  });
});
