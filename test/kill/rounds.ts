import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Random } from "../../src/core/random.ts";
import type { RunRecord } from "../../src/core/run.ts";
import type { Scenario } from "../../src/core/scenario.ts";
import { PROFILES, type Profiles } from "../../src/simulator/profile.ts";
import { readRun } from "../../src/store/read.ts";
import type { TruthSimulator } from "../support/truth-simulator.ts";

const BIN = fileURLToPath(new URL("../../src/cli/bin.js", import.meta.url));
/** A run takes a few seconds here: a kill falls anywhere between its first instruction and its last. */
const KILL_MS_MAX = 6000;
/** The last kill of a run is followed by one process that is left alone. */
const KILLS_PER_RUN = 5;

const BASE = {
  title: "Killed at random",
  source: "made up",
  prompt: {
    inputTokens: 60,
    outputTokens: 24,
    content: "prose",
    cache: "cold",
    spread: null,
    prefix: null,
    dataset: null,
  },
  conversation: null,
  warmups: 1,
  slo: { ttftMs: 500, tpotMs: null, e2eMs: null, percentile: 0.95 },
  arrangement: "paired",
  block: null,
  retry: null,
  seed: 405,
} as const;
const SCENARIOS: readonly Scenario[] = [
  {
    ...BASE,
    id: "open",
    load: { kind: "open", arrival: "poisson", ratePerSecond: 20, maxInFlight: 50 },
    stop: { requests: 30, durationMs: null },
  },
  {
    ...BASE,
    id: "closed",
    load: { kind: "closed", maxConcurrency: 4, rampUpMs: 0, thinkTime: null },
    stop: { requests: 20, durationMs: null },
  },
];

const STEADY = { ...PROFILES["sim-fast"], ttft: { baseMs: 80, perInputTokenMs: 0, sigma: 0.4 } };

/** What the killed runs measure: one endpoint that works, and one that fails in ways that leave the bill open. */
export const TARGETS = {
  steady: STEADY,
  faulty: {
    ...STEADY,
    faults: (["cut", "http-503", "error-event", "no-usage"] as const).map((name) => ({ name, share: 0.1 })),
  },
} satisfies Profiles;

/** USD per million tokens; invented. */
export const PRICE = { input: 1, output: 2 };

/** One run that was killed again and again, and then was whole. */
export interface KilledRun {
  readonly record: RunRecord;
  /** Kills that left a run folder behind. */
  readonly kills: number;
  /** Kills before there was one: nothing can have been sent. */
  readonly early: number;
  readonly resumes: number;
  /** What a process said that it should not have said. */
  readonly problems: readonly string[];
}

/**
 * Starts a run, kills its process at a random moment, reports the wreck, resumes and kills again, until the run is whole.
 *
 * @param killsMax after so many kills the next process is left alone
 */
export async function killedRun(
  simulator: TruthSimulator,
  folder: string,
  dice: Random,
  killsMax: number,
): Promise<KilledRun> {
  await writeConfig(folder, simulator.origin);
  const problems: string[] = [];
  let [kills, early, resumes] = [0, 0, 0];
  for (;;) {
    const wreck = await recordIn(folder);
    const args = wreck === null ? ["run"] : ["resume", "LAST"];
    if (wreck !== null) resumes += 1;
    const killMs = kills + early < Math.min(killsMax, KILLS_PER_RUN) ? dice.next() * KILL_MS_MAX : null;
    const ended = await herdbench([...args, "--quiet"], folder, killMs);
    if (ended.signal === null) {
      // 3: a target that is made to fail does. 4: on a busy machine the client rightly doubts itself.
      if (![0, 3, 4].includes(ended.code)) problems.push(`${args.join(" ")} ended with ${ended.code}: ${ended.stderr}`);
      break;
    }
    const left = await recordIn(folder);
    if (left === null) early += 1;
    else kills += 1;
    const report = left === null ? null : await herdbench(["report", "LAST", "--quiet"], folder, null);
    if (report !== null && report.code !== 0)
      problems.push(`report of a wreck ended with ${report.code}: ${report.stderr}`);
    // Killed between the manifest's end and its own.
    if (left?.manifest.end?.reason === "complete") break;
  }
  const record = await recordIn(folder);
  if (record === null) throw new Error(`no run was left in ${folder}: ${problems.join("; ")}`);
  return { record, kills, early, resumes, problems };
}

/** The one run of a folder; null while there is none. */
async function recordIn(folder: string): Promise<RunRecord | null> {
  const [name] = await readdir(join(folder, "results")).catch(() => []);
  return name === undefined ? null : readRun(join(folder, "results", name)).catch(() => null);
}

async function writeConfig(folder: string, origin: string): Promise<void> {
  await mkdir(folder);
  const targets = Object.keys(TARGETS).map((id) => ({
    id,
    provider: "openai-compatible",
    model: "llama-3.1-405b-instruct",
    baseUrl: `${origin}/${id}/v1`,
    price: { inputUsdPerMtok: PRICE.input, outputUsdPerMtok: PRICE.output, asOf: "2026-11-01", source: "invented" },
  }));
  const scenarios = SCENARIOS.map(({ id }) => `${id}.json`);
  await writeFile(join(folder, "herdbench.json"), JSON.stringify({ targets, scenarios, maxCostUsd: 1 }));
  for (const scenario of SCENARIOS) await writeFile(join(folder, `${scenario.id}.json`), JSON.stringify(scenario));
}

/** @param killMs SIGKILL after this time; null for never */
async function herdbench(
  args: readonly string[],
  cwd: string,
  killMs: number | null,
): Promise<{ readonly code: number; readonly signal: string | null; readonly stderr: string }> {
  const child = spawn(process.execPath, [BIN, ...args], { cwd, stdio: ["ignore", "ignore", "pipe"] });
  const stderr = text(child.stderr);
  const over = new AbortController();
  if (killMs !== null) {
    const wait = pause(killMs, undefined, { signal: over.signal });
    void wait.then(() => child.kill("SIGKILL")).catch(() => undefined);
  }
  const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
  over.abort();
  return { code: code ?? -1, signal, stderr: await stderr };
}
