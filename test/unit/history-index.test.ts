import { appendFileSync, copyFileSync, cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { beforeEach, expect, test } from "vitest";
import { openIndex } from "../../src/history/open.ts";
import { refreshIndex } from "../../src/history/refresh.ts";
import { ask, askAll, QueryError, type Cell } from "../../src/history/rows.ts";
import { csvRecords } from "../../src/store/csv-records.ts";
import { writePastRun } from "../support/past-runs.ts";
import { temporaryFolder } from "../support/temporary.ts";

let results: string;
let runs: readonly string[];

beforeEach(async () => {
  results = temporaryFolder();
  runs = [];
  for (const at of ["2026-10-31T02:00:00Z", "2026-11-01T02:00:00Z", "2026-11-02T02:00:00Z"]) {
    runs = [...runs, await writePastRun(results, { at })];
  }
});

async function never(): Promise<void> {
  throw new Error("no report is missing");
}

async function query(sql: string): Promise<readonly (readonly Cell[])[]> {
  const database = await openIndex(results);
  try {
    return await askAll(database, sql);
  } finally {
    database.close();
  }
}

const file = (run: number, name: string): string => join(results, runs[run]!, name);

test("the index holds every run, every attempt and every line of summary.csv", async () => {
  expect(await refreshIndex(results, never)).toEqual({ runs: 3, read: 3, warnings: [] });
  const lines = csvRecords(readFileSync(file(0, "summary.csv"), "utf8")).length - 1;
  expect(await query("SELECT count(*) FROM summary")).toEqual([[3 * lines]]);
  const attempts = gunzipSync(readFileSync(file(0, "observations.ndjson.gz")))
    .toString()
    .trim()
    .split("\n").length;
  expect(await query("SELECT run_id, attempts, validity, started_at FROM runs ORDER BY 1")).toEqual(
    runs.map((run, i) => [run, attempts, "VALID", ["2026-10-31", "2026-11-01", "2026-11-02"][i]! + "T02:00:00Z"]),
  );
  expect(await query("SELECT count(*), count(DISTINCT run_id) FROM observations")).toEqual([[3 * attempts, 3]]);
});

test("a median of observations is the median of the report", async () => {
  await refreshIndex(results, never);
  const reported = await query(
    "SELECT scenario, target, value FROM summary WHERE metric = 'ttft' AND stat = 'p50' AND slice IS NULL ORDER BY ALL",
  );
  const asked = await query(
    `SELECT scenario, target, quantile_disc(ttft_ms, 0.5) FROM observations
     WHERE phase = 'measured' AND attempt = 1 AND standing = 'success' GROUP BY run_id, scenario, target ORDER BY ALL`,
  );
  expect(asked).toEqual(reported);
  expect(asked).toHaveLength(12);
});

test("only what is new or changed is read again, and what is gone leaves", async () => {
  await refreshIndex(results, never);
  expect((await refreshIndex(results, never)).read).toBe(0);
  await writePastRun(results, { at: "2026-11-03T02:00:00Z", slower: 2 });
  expect(await refreshIndex(results, never)).toMatchObject({ runs: 4, read: 1 });
  const text = readFileSync(file(1, "summary.csv"), "utf8");
  writeFileSync(file(1, "summary.csv"), text.slice(0, text.trimEnd().lastIndexOf("\n") + 1));
  expect(await refreshIndex(results, never)).toMatchObject({ runs: 4, read: 1 });
  const perRun = await query("SELECT count(*) FROM summary GROUP BY run_id ORDER BY run_id");
  expect(perRun[1]![0]).toBe((perRun[0]![0] as number) - 1);
  rmSync(join(results, runs[0]!), { recursive: true });
  expect(await refreshIndex(results, never)).toMatchObject({ runs: 3, read: 0 });
  expect(await query("SELECT min(run_id), count(*) FROM runs")).toEqual([[runs[1], 3]]);
});

test("an index that was deleted, in whole or in part, is made again and says the same", async () => {
  await refreshIndex(results, never);
  const all = "SELECT * FROM summary ORDER BY ALL";
  const before = await query(all);
  const index = join(results, ".index");
  rmSync(
    join(
      index,
      readdirSync(index).find((name) => name.startsWith("summary-202611"))!,
    ),
  );
  expect((await refreshIndex(results, never)).read).toBe(2);
  expect(await query(all)).toEqual(before);
  writeFileSync(join(index, "index.json"), "{");
  expect((await refreshIndex(results, never)).read).toBe(3);
  rmSync(index, { recursive: true });
  expect((await refreshIndex(results, never)).read).toBe(3);
  expect(await query(all)).toEqual(before);
});

test("a damaged file of the index is named with its mend", async () => {
  await refreshIndex(results, never);
  const index = join(results, ".index");
  writeFileSync(
    join(
      index,
      readdirSync(index).find((name) => name.startsWith("summary-202611"))!,
    ),
    "PAR1",
  );
  await expect(openIndex(results)).rejects.toThrow(
    expect.objectContaining({
      name: "StoreError",
      message: expect.stringContaining("remove it, and it is made again") as string,
    }),
  );
});

test("files that nobody reads any more do not pile up", async () => {
  for (let day = 3; day < 8; day += 1) {
    await refreshIndex(results, never);
    await writePastRun(results, { at: `2026-11-0${day}T02:00:00Z` });
  }
  await refreshIndex(results, never);
  const parts = readdirSync(join(results, ".index")).filter((name) => name.endsWith(".parquet"));
  // Two months of three tables, and the generation before of the one that changed.
  expect(parts.length).toBeLessThanOrEqual(9);
});

test("a run whose manifest is damaged is left out and named, each time, and the others stay", async () => {
  writeFileSync(file(1, "manifest.json"), '{"v": 1');
  for (const _ of [1, 2]) {
    const { runs: count, warnings } = await refreshIndex(results, never);
    expect(count).toBe(2);
    expect(warnings).toEqual([expect.stringMatching(new RegExp(`^${runs[1]} was left out: .*not valid JSON`))]);
  }
  expect(await query("SELECT count(*) FROM runs")).toEqual([[2]]);
});

test("a folder that is a copy of another run is left out", async () => {
  cpSync(join(results, runs[0]!), join(results, "20261104T020000Z-copy"), { recursive: true });
  const { warnings } = await refreshIndex(results, never);
  expect(warnings).toEqual([expect.stringContaining(`20261104T020000Z-copy was left out: it holds run ${runs[0]}`)]);
});

test("a torn last line costs that line alone", async () => {
  const rows = gunzipSync(readFileSync(file(2, "observations.ndjson.gz"))).toString();
  rmSync(file(2, "observations.ndjson.gz"));
  writeFileSync(file(2, "observations.ndjson"), rows.slice(0, -20));
  const { runs: count, warnings } = await refreshIndex(results, never);
  expect(count).toBe(3);
  expect(warnings).toEqual([expect.stringMatching(new RegExp(`^${runs[2]}: observations.ndjson line \\d+ is torn`))]);
  const attempts = await query("SELECT attempts FROM runs ORDER BY run_id");
  expect(attempts[2]![0]).toBe((attempts[0]![0] as number) - 1);
});

test("a summary that is missing or damaged is made again, once, and says the same", async () => {
  const good = readFileSync(file(0, "summary.csv"));
  rmSync(file(0, "summary.csv"));
  appendFileSync(file(1, "summary.csv"), "1,half a li");
  const asked: string[] = [];
  const rebuild = async (folder: string): Promise<void> => {
    asked.push(folder);
    writeFileSync(join(folder, "summary.csv"), folder.endsWith(runs[0]!) ? good : readFileSync(file(2, "summary.csv")));
  };
  const { warnings } = await refreshIndex(results, rebuild);
  expect(asked).toEqual([join(results, runs[0]!), join(results, runs[1]!)]);
  expect(warnings).toEqual([
    `${runs[0]}: summary.csv was missing, and was made again from the raw records`,
    `${runs[1]}: summary.csv was damaged, and was made again from the raw records`,
  ]);
  expect(await refreshIndex(results, never)).toEqual({ runs: 3, read: 0, warnings: [] });
});

test("a summary that cannot be made again leaves its attempts", async () => {
  rmSync(file(0, "summary.csv"));
  const { runs: count, warnings } = await refreshIndex(results, never);
  expect({ count, warnings }).toEqual({
    count: 3,
    warnings: [`${runs[0]}: summary.csv was missing, and cannot be made again: no report is missing`],
  });
  expect(await query(`SELECT count(*) > 0 FROM observations WHERE run_id = '${runs[0]}'`)).toEqual([[true]]);
});

test("a run that is being written is left out until it is done", async () => {
  writeFileSync(file(2, "lock.json"), JSON.stringify({ pid: process.pid, host: (await import("node:os")).hostname() }));
  const { warnings } = await refreshIndex(results, never);
  expect(warnings).toEqual([`${runs[2]} was left out: it is still being written`]);
  rmSync(file(2, "lock.json"));
  expect(await refreshIndex(results, never)).toEqual({ runs: 3, read: 1, warnings: [] });
});

test("a results folder without runs, or that is not there, has three empty tables", async () => {
  for (const run of runs) rmSync(join(results, run), { recursive: true });
  expect(await refreshIndex(results, never)).toEqual({ runs: 0, read: 0, warnings: [] });
  for (const table of ["runs", "observations", "summary"]) expect(await query(`SELECT * FROM ${table}`)).toEqual([]);
  expect(await refreshIndex(join(results, "nowhere"), never)).toMatchObject({ runs: 0 });
});

test("a query reads the index and nothing else, and changes nothing", async () => {
  await refreshIndex(results, never);
  const secret = join(results, "secret.csv");
  writeFileSync(secret, "a,b\n1,2\n");
  copyFileSync(secret, join(results, ".index", "inside.csv"));
  const before = readdirSync(join(results, ".index")).sort();
  const database = await openIndex(results);
  const refused = [
    `SELECT * FROM read_csv('${secret}')`,
    `SELECT * FROM read_csv('${results}/.index/inside.csv')`,
    `SELECT * FROM '${secret}'`,
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM glob('/etc/*')",
    `SELECT * FROM sniff_csv('${secret}')`,
    `COPY (SELECT 1) TO '${secret}'`,
    `COPY (SELECT 1) TO '${results}/.index/runs.parquet' (FORMAT parquet)`,
    `ATTACH '${results}/other.db'`,
    "SET enable_external_access = true",
    "SET allowed_paths = ['/etc/passwd']",
    "RESET lock_configuration",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SELECT * FROM read_csv('http://127.0.0.1:1/x.csv')",
    "DROP VIEW summary",
    "CREATE TABLE t (a INT)",
    "DELETE FROM runs",
    "SELECT 1; DROP VIEW summary",
    "",
    "SELECT nothing FROM runs",
  ];
  for (const sql of refused) {
    await expect(
      ask(database, sql).then(({ rows }) => rows[Symbol.asyncIterator]().next()),
      sql,
    ).rejects.toThrow(QueryError);
  }
  expect(await askAll(database, "SELECT count(*) FROM runs")).toEqual([[3]]);
  database.close();
  expect(readdirSync(join(results, ".index")).sort()).toEqual(before);
  expect(readFileSync(secret, "utf8")).toBe("a,b\n1,2\n");
});
