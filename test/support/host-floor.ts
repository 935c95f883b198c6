import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** What a machine does to a process that asks nothing of it, over some time. No timing on it can be held to less. */
export interface HostFloor {
  /** How late an idle process woke for each of its milliseconds. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Share of its processors' time that the machine did not get from its own host; null where the system does not say. */
  readonly stolenShare: number | null;
  /** Share of its processors' time that all of its processes used. */
  readonly busyShare: number | null;
}

const TICKER = fileURLToPath(new URL("idle-ticker.ts", import.meta.url));

/** Watches the machine from now on, beside whatever is measured. */
export async function watchHost(): Promise<{ stop(): Promise<HostFloor> }> {
  const ticker = spawn(process.execPath, [TICKER], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: ticker.stdout })[Symbol.asyncIterator]();
  await lines.next();
  const before = await processorTicks();
  return {
    stop: async () => {
      const after = await processorTicks();
      const exited = once(ticker, "exit");
      ticker.stdin.end();
      const said = JSON.parse(String((await lines.next()).value)) as Omit<HostFloor, "stolenShare" | "busyShare">;
      await exited;
      const share = (of: "stolen" | "busy"): number | null =>
        after.all > before.all ? (after[of] - before[of]) / (after.all - before.all) : null;
      return { ...said, stolenShare: share("stolen"), busyShare: share("busy") };
    },
  };
}

/** `an idle process late by p50 0.6 p99 2.4 max 9.1 ms, processors 31 % busy and 0.3 % stolen` */
export function floorText({ p50Ms, p99Ms, maxMs, stolenShare, busyShare }: HostFloor): string {
  const late = `an idle process late by p50 ${p50Ms.toFixed(1)} p99 ${p99Ms.toFixed(1)} max ${maxMs.toFixed(1)} ms`;
  if (stolenShare === null || busyShare === null) return late;
  return `${late}, processors ${(busyShare * 100).toFixed(0)} % busy and ${(stolenShare * 100).toFixed(1)} % stolen`;
}

/** Who has work to do is late by more than who has none: what piled up behind a pause has to be done first. */
export const FLOORS_MAX = 2;

/** With processors this busy whoever has work waits for a turn, and longer than who is idle and has credit for it. */
const BUSY_SHARE_MAX = 0.9;

/**
 * Reasons of an INVALID run that the machine does not explain: it had processors to spare, and an idle process was not late
 * by half as much. A quantile is held against a quantile, a worst case against a worst case.
 *
 * @param reasons as the run states them, each with its figure
 */
export function unexplained(reasons: readonly string[], { p99Ms, maxMs, busyShare }: HostFloor): readonly string[] {
  const isBusy = busyShare !== null && busyShare > BUSY_SHARE_MAX;
  return reasons.filter((reason) => {
    const [, p99] = /client delay p99 is at least ([\d.]+) ms/.exec(reason) ?? [];
    const [, blocked] = /event loop blocked for ([\d.]+) ms/.exec(reason) ?? [];
    const [, achieved, plan] = /releases span ([\d.]+) ms, their plan ([\d.]+) ms/.exec(reason) ?? [];
    const isDelay = [p99, blocked, plan].some((figure) => figure !== undefined);
    const isOfTheMachine =
      (isDelay && isBusy) ||
      Number(p99) <= FLOORS_MAX * p99Ms ||
      Number(blocked) <= FLOORS_MAX * maxMs ||
      Math.abs(Number(achieved) - Number(plan)) <= FLOORS_MAX * maxMs;
    return !isOfTheMachine;
  });
}

interface Ticks {
  readonly all: number;
  readonly stolen: number;
  readonly busy: number;
}

/** Of all processors since the start; zeros where the system does not say. */
async function processorTicks(): Promise<Ticks> {
  const stat = await readFile("/proc/stat", "utf8").catch(() => "");
  // What follows these is counted in them already (proc_stat(5)).
  const ticks = (/^cpu +(.*)$/m.exec(stat)?.[1] ?? "").split(" ").map(Number);
  const [user = 0, nice = 0, system = 0, idle = 0, ioWait = 0, irq = 0, softIrq = 0, stolen = 0] = ticks;
  const busy = user + nice + system + irq + softIrq;
  return { all: busy + idle + ioWait + stolen, stolen, busy };
}
