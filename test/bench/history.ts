/**
 * Times history and publish over a synthetic past: node test/bench/history.ts runs|observations|site [FOLDER]
 *   runs          10,000 run folders of 4 targets: cold index, then questions to the warm one; in a FOLDER of before, to that
 *   observations  an index of 10 million attempts, made in Parquet: questions to it
 *   site          365 nights of 12 targets: a fresh site, then the night after
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { literal, openDatabase } from "../../src/history/database.ts";
import { quantileOf } from "../../src/measure/quantile.ts";
import { ATTEMPTS_PER_RUN, writePast } from "./past.ts";

const BIN = fileURLToPath(new URL("../../src/cli/bin.js", import.meta.url));
const TIMES = 5;

const [what = "", folder = mkdtempSync(join(tmpdir(), "herdbench-bench-"))] = process.argv.slice(2);
const results = join(folder, "results");

/** Seconds that each of several calls of the program took, one after another. */
function timed(title: string, args: readonly string[], times = TIMES): void {
  const seconds = Array.from({ length: times }, () => {
    const started = performance.now();
    const { status, stderr } = spawnSync(process.execPath, [BIN, ...args, "--result-dir", results], {
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`${args.join(" ")} ended with ${status}: ${stderr}`);
    return (performance.now() - started) / 1000;
  });
  const shown = seconds.map((one) => one.toFixed(2)).join(" ");
  const load = loadavg()[0]!.toFixed(1);
  process.stdout.write(
    `${title}: median ${quantileOf(seconds, 0.5)!.toFixed(2)} s of ${times} (${shown}), load ${load}\n`,
  );
}

function empty(title: string): void {
  const started = performance.now();
  spawnSync(process.execPath, [BIN, "--version"]);
  process.stdout.write(`${title}: ${((performance.now() - started) / 1000).toFixed(2)} s\n`);
}

async function timeRuns(): Promise<void> {
  if (!existsSync(results)) await writePast(results, { runs: 10_000, hoursBetween: 3, targets: 4 });
  const index = existsSync(join(results, ".index", "index.json")) ? "found" : "made";
  timed(`index of 10,000 runs ${index}`, ["history", "query", "SELECT count(*) FROM summary"], 1);
  timed("warm: rows of all summaries counted", ["history", "query", "SELECT count(*) FROM summary"]);
  timed("warm: one series of 10,000 runs with change points", [
    "history",
    "--metric",
    "ttft",
    "--target",
    "bench-01",
    "--scenario",
    "golden-chat",
  ]);
  timed("warm: all series of one metric", ["history", "--metric", "ttft"]);
  timed("warm: SQL by target over all summaries", [
    "history",
    "query",
    "SELECT target, metric, avg(value) FROM summary WHERE stat = 'p50_all' GROUP BY ALL",
  ]);
}

/** Copies the rows of a real run, with other ids, times and latencies. */
async function timeObservations(): Promise<void> {
  await writePast(results, { runs: 1, hoursBetween: 1, targets: 2 });
  timed("index of the one run that is copied", ["history", "query", "SELECT count(*) FROM observations"], 1);
  const index = join(results, ".index");
  const part = readdirSync(index).find((name) => name.startsWith("observations-"))!;
  const copies = Math.ceil(10_000_000 / ATTEMPTS_PER_RUN);
  const database = await openDatabase(index);
  await database.connection.run(
    `COPY (SELECT * REPLACE (
       'run-' || (copy % 10000) AS run_id, due_at + to_minutes(copy) AS due_at,
       ttft_ms * (0.5 + (hash(copy, id) % 1000) / 1000) AS ttft_ms, e2e_ms * (0.5 + (hash(id, copy) % 1000) / 1000) AS e2e_ms)
     FROM read_parquet(${literal(join(index, part))}), range(${copies}) AS copies(copy))
     TO ${literal(join(index, "copied.parquet"))} (FORMAT parquet, COMPRESSION zstd)`,
  );
  database.close();
  rmSync(join(index, part));
  writeFileSync(join(index, part), readFileSync(join(index, "copied.parquet")));
  const query = (title: string, sql: string): void => timed(title, ["history", "query", sql]);
  query("10 million attempts counted", "SELECT count(*) FROM observations");
  query(
    "10 million attempts: exact quantiles by target and scenario",
    "SELECT target, scenario, count(*), quantile_disc(ttft_ms, [0.5, 0.95, 0.99]) FROM observations WHERE standing = 'success' GROUP BY ALL",
  );
  query(
    "10 million attempts: by hour of the week",
    "SELECT isodow(due_at), hour(due_at), median(e2e_ms), avg(CASE WHEN standing = 'success' THEN 1 ELSE 0 END) FROM observations GROUP BY ALL ORDER BY ALL",
  );
  query(
    "10 million attempts: by run",
    "SELECT run_id, target, median(ttft_ms) FROM observations GROUP BY ALL ORDER BY 3 DESC LIMIT 20",
  );
}

async function timeSite(): Promise<void> {
  await writePast(results, { runs: 365, hoursBetween: 24, targets: 12 });
  const publish = ["publish", "--out", join(folder, "site")];
  timed("site of 365 nights of 12 targets, fresh", publish, 1);
  timed("the same again, nothing new", publish);
  const last = readdirSync(results)
    .filter((name) => name.endsWith("-bench"))
    .sort()
    .at(-1)!;
  rmSync(join(folder, "site", "data", last), { recursive: true });
  timed("the same, one night new", publish, 1);
}

empty("the program by itself");
if (what === "runs") await timeRuns();
else if (what === "observations") await timeObservations();
else if (what === "site") await timeSite();
else throw new Error("usage: node test/bench/history.ts runs|observations|site [FOLDER]");
