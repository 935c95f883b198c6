import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { accessSync, chmodSync, constants, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { random } from "../../src/core/random.ts";
import { readRun } from "../../src/store/read.ts";
import { latestRun } from "../../src/store/resolve.ts";
import { herdbench, startHerdbench, type Ended } from "../support/herdbench.ts";
import { pause } from "../support/wire-server.ts";
import type { Seen } from "./matrix.ts";

/** Where a fault happens: an empty folder, and a server that answers well in about 100 ms. */
export interface Bench {
  readonly cwd: string;
  readonly baseUrl: string;
}

type MachineFault = (bench: Bench) => Promise<Seen>;

/** What can go wrong on the machine that measures, by the name of its row. */
export const MACHINE_FAULTS: Readonly<Record<string, MachineFault>> = {
  "wall clock an hour forward": (bench) => steppedClock(bench, 3_600_000),
  "wall clock an hour back": (bench) => steppedClock(bench, -3_600_000),
  "disk full": fullDisk,
  "unwritable folder": unwritableFolder,
  "read-only results": readOnlyResults,
  "file-descriptor limit": fewDescriptors,
  "SIGTERM at random moments": randomTerms,
  "second Ctrl-C": secondInterrupt,
  "certificate check switched off": unchecked,
};

function runArgs({ baseUrl }: Bench, prompts: number, concurrency: number): string[] {
  const load = ["--num-prompts", String(prompts), "--max-concurrency", String(concurrency)];
  return ["run", "--base-url", baseUrl, "--model", "m", ...load, "--input-len", "20", "--output-len", "6"];
}

async function timed(work: () => Promise<string>): Promise<Seen> {
  const startMs = performance.now();
  const outcome = await work();
  return { outcome, seconds: (performance.now() - startMs) / 1000 };
}

function steppedClock(bench: Bench, stepMs: number): Promise<Seen> {
  const { cwd } = bench;
  return timed(async () => {
    const preload = fileURLToPath(new URL("step-clock.ts", import.meta.url));
    const env = { NODE_OPTIONS: `--import=${preload}`, STEP_MS: String(stepMs) };
    await herdbench(runArgs(bench, 8, 1), { cwd, env });
    const { manifest, observations } = await readRun((await latestRun(join(cwd, "results")))!);
    const jumpMs = Date.parse(readFileSync(join(cwd, "stepped"), "utf8")) - Date.now();
    expect(Math.abs(jumpMs - stepMs)).toBeLessThan(600_000);
    for (const { stamps } of observations) {
      const inOrder = Object.values(stamps).filter((at) => at !== null);
      expect(inOrder).toEqual(inOrder.toSorted((a, b) => a - b));
      expect(stamps.end! - stamps.sent!).toBeLessThan(60_000_000);
    }
    const end = manifest.end!;
    const wallMs = Date.parse(end.endedAt) - Date.parse(manifest.startedAt);
    const completed = observations.filter(({ outcome }) => outcome === "completed").length;
    return `${completed} completed, ${Math.abs(wallMs - end.endUs / 1000) <= 1 ? "ended when it did" : "ended at another time"}`;
  });
}

/** A disk of 96 KiB where the kernel lets us have one; else a limit on the size of a file, which it refuses as well. */
function fullDisk(bench: Bench): Promise<Seen> {
  const small =
    "mkdir results && mount -t tmpfs -o size=400k tmpfs results && head -c 311296 /dev/zero > results/ballast";
  const mounts = ["unshare", "--map-root-user", "--mount"];
  const [via, prepare] = works([...mounts, "mount", "-t", "tmpfs", "tmpfs", "/tmp"])
    ? [mounts, small]
    : [[], "ulimit -S -f 64"];
  // What was written is read while the small disk is still there, after some space was freed.
  const script = `${prepare} || exit 99; "$@"; code=$?; ulimit -S -f unlimited; rm -f results/ballast; "$1" "$2" report LAST; echo "report $?"; exit $code`;
  return timed(async () => {
    const ended = await herdbench(runArgs(bench, 400, 20), { cwd: bench.cwd, via: [...via, "sh", "-c", script, "sh"] });
    const said = /cannot write \S+: (the disk is full|the file size limit is reached)/.exec(ended.stderr)?.[1];
    const isReported = ended.stdout.endsWith("report 0\n");
    return `exit ${ended.code}, ${said ?? ended.stderr}; what is written ${isReported ? "can" : "cannot"} be reported`;
  });
}

function unwritableFolder(bench: Bench): Promise<Seen> {
  chmodSync(bench.cwd, 0o555);
  return timed(async () =>
    refusal(await herdbench(runArgs(bench, 2, 1), { cwd: bench.cwd, via: underModes(bench.cwd) })),
  );
}

async function readOnlyResults(bench: Bench): Promise<Seen> {
  const { cwd } = bench;
  await herdbench([...runArgs(bench, 4, 1), "--quiet"], { cwd });
  const folder = (await latestRun(join(cwd, "results")))!;
  const bytes = (): string[] => readdirSync(folder).map((file) => readFileSync(join(folder, file), "base64"));
  const before = bytes();
  for (const file of readdirSync(folder)) chmodSync(join(folder, file), 0o444);
  return withMode(folder, 0o555, async () => {
    const ended = await herdbench(["report", "LAST"], { cwd, via: underModes(folder) });
    expect(bytes()).toEqual(before);
    return `${refusal(ended)}; nothing has changed`;
  });
}

/** Afterwards the folder can be removed again. */
async function withMode(folder: string, mode: number, work: () => Promise<string>): Promise<Seen> {
  chmodSync(folder, mode);
  try {
    return await timed(work);
  } finally {
    chmodSync(folder, 0o755);
  }
}

function refusal({ code, stderr }: Ended): string {
  return `exit ${code}, ${/permission denied/.exec(stderr)?.[0] ?? stderr}`;
}

/** How to start a program that the modes of a folder hold back: root alone is above them, and can give that up. */
function underModes(folder: string): readonly string[] {
  const isAbove = (): boolean => {
    try {
      accessSync(folder, constants.W_OK);
      return true;
    } catch {
      return false;
    }
  };
  return isAbove() ? ["setpriv", "--bounding-set", "-dac_override"] : [];
}

function fewDescriptors(bench: Bench): Promise<Seen> {
  return timed(async () => {
    const via = ["sh", "-c", 'ulimit -n 64; exec "$@"', "sh"];
    const { code, stdout, stderr } = await herdbench(runArgs(bench, 160, 80), { cwd: bench.cwd, via });
    // It may need a file of its own just then, to write down that it was blocked.
    if (/cannot create \S+: too many open files: raise the limit/.test(stderr))
      return `exit ${code}, too many open files`;
    // The screen breaks its lines where it likes.
    const isOwn = stdout.replace(/\s+/g, " ").includes("for want of our own files, ports or buffers (EMFILE)");
    return `exit ${code}, ${isOwn ? "EMFILE is called the client's own fault" : stdout}`;
  });
}

const ROUNDS = 12;
const ROUNDS_AT_ONCE = 3;

async function randomTerms({ cwd, baseUrl }: Bench): Promise<Seen> {
  const chance = random(405, "terms");
  const round = async (index: number, waitMs: number | null): Promise<boolean> => {
    const own = join(cwd, String(index));
    mkdirSync(own);
    const { child, ended } = startHerdbench(runArgs({ cwd: own, baseUrl }, 20, 2), { cwd: own });
    if (waitMs !== null) {
      await pause(waitMs);
      child.kill("SIGTERM");
    }
    await ended;
    return isReadable(own, child.exitCode);
  };
  // How long it takes when nobody disturbs it: the moments are drawn from all of that, and a little more.
  const whole = await timed(async () => String(await round(0, null)));
  return timed(async () => {
    let readable = 0;
    for (let first = 0; first < ROUNDS; first += ROUNDS_AT_ONCE) {
      const rounds = Array.from({ length: ROUNDS_AT_ONCE }, (_, i) =>
        round(1 + first + i, chance.next() * whole.seconds * 1100),
      );
      readable += (await Promise.all(rounds)).filter(Boolean).length;
    }
    return `${readable} of ${ROUNDS} runs can be reported`;
  });
}

/** Nothing was begun yet, or what was begun is a run that `report` accepts, its end called by its name. */
async function isReadable(cwd: string, code: number | null): Promise<boolean> {
  const runs = readdirSync(cwd).includes("results") ? readdirSync(join(cwd, "results")) : [];
  if (runs.length === 0) return true;
  const { manifest, observations, warnings } = await readRun(join(cwd, "results", runs[0]!));
  const isCounted = manifest.end !== null && observations.length === 20 && warnings.length === 0;
  const isNamed = code === 130 || manifest.end?.reason === "complete";
  return isCounted && isNamed && (await herdbench(["report", "LAST", "--quiet"], { cwd })).code === 0;
}

/** The first one ends a run in good order; when that hangs, here on a simulator that has stopped, the second one must not. */
async function secondInterrupt(bench: Bench): Promise<Seen> {
  const running = startHerdbench(runArgs(bench, 200, 1), { cwd: bench.cwd });
  await running.sees("custom  closed 1");
  const { pid } = running.child;
  const [simulator] = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").map(Number);
  process.kill(simulator!, "SIGSTOP");
  try {
    running.child.kill("SIGINT");
    await running.sees("interrupted");
    await pause(500);
    expect(running.child.exitCode).toBeNull();
    const seen = await timed(async () => {
      running.child.kill("SIGINT");
      // Its outputs stay open: the simulator that hangs has inherited one.
      const [code] = (await once(running.child, "exit")) as [number | null];
      return `exit ${code} at once`;
    });
    const { code } = await herdbench(["report", "LAST", "--quiet"], { cwd: bench.cwd });
    return { ...seen, outcome: `${seen.outcome}; what is written ${code === 0 ? "can" : "cannot"} be reported` };
  } finally {
    process.kill(simulator!, "SIGCONT");
  }
}

function unchecked(bench: Bench): Promise<Seen> {
  return timed(async () => {
    const env = { NODE_TLS_REJECT_UNAUTHORIZED: "0" };
    const { code, stderr } = await herdbench(runArgs(bench, 2, 1), { cwd: bench.cwd, env });
    expect(readdirSync(bench.cwd)).toEqual([]);
    return `exit ${code}, ${/^herdbench: (\w+)=0 would/m.exec(stderr)?.[1] ?? stderr}`;
  });
}

function works([command, ...args]: readonly string[]): boolean {
  try {
    execFileSync(command!, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
