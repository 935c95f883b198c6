import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FAILURE_DETAIL_MAX } from "../../src/core/failure.ts";
import type { Observation } from "../../src/core/observation.ts";
import type { RunRecord } from "../../src/core/run.ts";
import { latestRun } from "../../src/store/resolve.ts";
import { readRun } from "../../src/store/read.ts";
import { parseCsv } from "../support/csv-parser.ts";
import { herdbench, orInvalid, type Ended } from "../support/herdbench.ts";
import { suiteFolder } from "../support/temporary.ts";
import { startFaultyTargets, type FaultyTargets } from "./faulty-targets.ts";
import { rowsOf, type Seen } from "./matrix.ts";

/* One run of the real program against a server for each fault at once: no fault may touch its neighbours. */

const ROWS = rowsOf("target");
const LIMITS = [
  "--connect-timeout",
  "3",
  "--first-content-timeout",
  "3",
  "--idle-timeout",
  "3",
  "--total-timeout",
  "6",
];
const LOAD = ["--num-prompts", "1", "--max-concurrency", "1", "--input-len", "20", "--output-len", "8"];

const cwd = suiteFolder();
let targets: FaultyTargets;
let ended: Ended;
let folder: string;
let record: RunRecord;

beforeAll(async () => {
  targets = await startFaultyTargets();
  const config = {
    targets: [...targets.baseUrls].map(([fault, baseUrl]) => ({
      id: idOf(fault),
      provider: "openai-compatible",
      model: "m",
      baseUrl,
      apiKeyEnv: "MY_KEY",
    })),
  };
  await writeFile(join(cwd, "herdbench.json"), JSON.stringify(config));
  await writeFile(join(cwd, "authorities.pem"), targets.ca);
  const args = ["run", "--ca", "authorities.pem", "--max-cost", "none", ...LIMITS, ...LOAD];
  ended = await herdbench(args, { cwd, env: { ...targets.env, MY_KEY: "not-a-real-key-4f3a9" } });
  folder = (await latestRun(join(cwd, "results")))!;
  record = await readRun(folder);
});
afterAll(() => targets.close());

function idOf(fault: string): string {
  return fault.toLowerCase().replace(/[^a-z0-9]+/g, "-");
}

function seenOf(fault: string): Seen {
  const found = record.observations.filter(({ target }) => target === idOf(fault));
  expect(found).toHaveLength(1);
  const [observation] = found;
  const { released, end } = observation!.stamps;
  const isProxied = idOf(fault) in record.manifest.network.proxies;
  return { outcome: named(observation!) + (isProxied ? ", proxied" : ""), seconds: (end! - released!) / 1e6 };
}

function named({ outcome, failure }: Observation): string {
  if (failure === null) return outcome;
  return `${failure.kind} at ${failure.where}${failure.code === null ? "" : `, ${failure.code}`}`;
}

describe("each fault of a target", () => {
  it.for(ROWS)("$fault", (row, { task }) => {
    const seen = seenOf(row.fault);
    task.meta.fault = { ...row, ...seen };
    expect(row.outcomes).toContain(seen.outcome);
    expect(seen.seconds).toBeLessThan(row.secondsMax);
  });
});

describe("the run through all faults", () => {
  it("has a row for each of its servers", () => {
    expect([...targets.baseUrls.keys()].toSorted()).toEqual(ROWS.map(({ fault }) => fault).toSorted());
  });
  it("ends by itself, and says that targets failed", () => {
    expect(ended.code).toEqual(orInvalid(3));
    expect(record.manifest.end?.reason).toBe("complete");
  });
  it("follows no redirect, so that no key reaches another host", () => {
    expect(targets.redirected()).toBe(0);
  });
  it("keeps an error page of a megabyte to one short line", () => {
    const { failure } = record.observations.find(({ target }) => target === idOf("error page of 1 MB"))!;
    expect(failure!.detail!.length).toBeLessThanOrEqual(FAILURE_DETAIL_MAX);
  });
  it("says in its manifest which proxies and authorities it used, and flags the rows", async () => {
    const { HTTP_PROXY, HTTPS_PROXY } = targets.env;
    const { proxied, network } = record.manifest;
    expect({ proxied, proxies: network.proxies }).toEqual({
      proxied: true,
      proxies: { "through-a-proxy": HTTP_PROXY, "proxy-down": HTTPS_PROXY },
    });
    expect(network.trusted.at(-1)).toEqual({ from: "--ca", certificates: 3, sha256: expect.any(String) as string });
    const rows = parseCsv(await readFile(join(folder, "comparison.csv"), "utf8"));
    const [target, flags] = ["target", "flags"].map((name) => rows[0]!.indexOf(name));
    const flagged = rows.slice(1).filter((row) => row[flags!]!.split(";").includes("proxied"));
    expect(flagged.map((row) => row[target!])).toEqual(["through-a-proxy", "proxy-down"]);
  });
});
