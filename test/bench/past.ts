import { linkSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { random } from "../../src/core/random.ts";
import { csvRecords } from "../../src/store/csv-records.ts";
import { writePastRun } from "../support/past-runs.ts";

/** How a made-up past looks. Everything in it is synthetic, and says simulated. */
export interface PastSize {
  readonly runs: number;
  readonly hoursBetween: number;
  /** Targets of each run, each in two scenarios. */
  readonly targets: number;
}

/** Attempts of each run. */
export const ATTEMPTS_PER_RUN = 12;

const START = Date.UTC(2024, 0, 1, 2);
const VALUES = new Set(["value", "low", "high", "ttft_ms_p50", "ttft_ms_p50_low", "ttft_ms_p50_high", "ttft_ms_p95"]);

/** Writes run folders that differ from one real template by their time, their names and seeded noise in their figures. */
export async function writePast(resultsDir: string, { runs, hoursBetween, targets }: PastSize): Promise<void> {
  const template = await templateRun();
  mkdirSync(resultsDir, { recursive: true });
  for (let i = 0; i < runs; i += 1) {
    const at = new Date(START + i * hoursBetween * 3_600_000).toISOString();
    const runId = `${at.replace(/[-:]|\.\d+/g, "")}-bench`;
    const folder = join(resultsDir, runId);
    mkdirSync(folder);
    for (const file of ["summary.csv", "comparison.csv"]) {
      const dice = random(405, runId, file);
      writeFileSync(
        join(folder, file),
        csvOf(template.csvs[file]!, { runId, at, targets, noise: () => 1 + dice.normal() / 30 }),
      );
    }
    writeFileSync(
      join(folder, "manifest.json"),
      template.manifest.replaceAll(template.runId, runId).replace(template.at, at),
    );
    for (const file of template.rows) linkSync(join(template.folder, file), join(folder, file));
  }
}

interface Template {
  readonly folder: string;
  readonly runId: string;
  readonly at: string;
  readonly manifest: string;
  readonly csvs: Readonly<Record<string, readonly (readonly string[])[]>>;
  readonly rows: readonly string[];
}

async function templateRun(): Promise<Template> {
  const at = "2023-12-31T02:00:00.000Z";
  const dir = mkdtempSync(join(tmpdir(), "herdbench-bench-"));
  const runId = await writePastRun(dir, { at });
  const folder = join(dir, runId);
  const text = (file: string): string => readFileSync(join(folder, file), "utf8");
  const csvs = Object.fromEntries(["summary.csv", "comparison.csv"].map((file) => [file, csvRecords(text(file))]));
  const rows = ["observations.ndjson.gz"];
  // Whole records would make 10,000 folders 2 GB; what their number costs is timed over 10 million of them.
  const lines = gunzipSync(readFileSync(join(folder, rows[0]!)))
    .toString()
    .split("\n");
  writeFileSync(join(folder, rows[0]!), gzipSync(`${lines.slice(0, ATTEMPTS_PER_RUN).join("\n")}\n`));
  return { folder, runId, at, manifest: text("manifest.json"), csvs, rows };
}

interface Variation {
  readonly runId: string;
  readonly at: string;
  readonly targets: number;
  readonly noise: () => number;
}

/** The lines of one target, as many times as there are targets. */
function csvOf([header, ...records]: readonly (readonly string[])[], { runId, at, targets, noise }: Variation): string {
  const column = (name: string): number => header!.indexOf(name);
  const own = records.filter((cells) => cells[column("target")] === "sim-fast");
  const lines = Array.from({ length: targets }, (_, i) => {
    const target = `bench-${String(i + 1).padStart(2, "0")}`;
    const places = new Map([
      [column("run_id"), runId],
      [column("started_at"), at],
      [column("target"), target],
    ]);
    return own.map((cells) =>
      cells
        .map(
          (cell, at_) =>
            places.get(at_) ??
            (VALUES.has(header![at_]!) && Number(cell) > 0 ? (Number(cell) * noise()).toFixed(3) : cell),
        )
        .join(","),
    );
  });
  return `${[header!.join(","), ...lines.flat()].join("\n")}\n`;
}
