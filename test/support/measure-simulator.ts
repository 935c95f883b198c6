import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { connect as secureConnect } from "node:tls";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { SimulatorStats } from "../../src/simulator/stats.ts";
import { FLOORS_MAX, floorText, watchHost, type HostFloor } from "./host-floor.ts";
import { call, chatBody, INSTANT } from "./simulator-client.ts";

/*
 * Does the simulator keep its own schedule beside a client? 200 streams of 50 events a second from a process of its own,
 * read by raw sockets in this one. Beside them an idle process wakes every millisecond, and says of each run what the machine
 * itself was late by, and how much of it others used. Ends with code 1 when the simulator was late in a run and the machine
 * had no part in it.
 */

const LATENESS_MS_P99_MAX = 5;
/** A machine on which others use more is not the one that the bound is stated for. */
const OTHERS_SHARE_MAX = 0.1;
const GAP_MS = 20;
const STAGGER_MS = 5;
const PROFILE = { ...INSTANT, interEvent: { meanMs: GAP_MS, sigma: 0.2 }, capacity: 4096 };

const { values } = parseArgs({
  options: {
    tls: { type: "boolean", default: false },
    streams: { type: "string", default: "200" },
    seconds: { type: "string", default: "20" },
    runs: { type: "string", default: "1" },
  },
});
const folder = await mkdtemp(join(tmpdir(), "simulator-"));
try {
  await writeFile(join(folder, "profiles.json"), JSON.stringify({ own: PROFILE }));
  for (let run = 0; run < Number(values.runs); run += 1) await measure(Number(values.streams), Number(values.seconds));
} finally {
  await rm(folder, { recursive: true });
}

async function measure(streams: number, seconds: number): Promise<void> {
  const main = fileURLToPath(new URL("../../src/simulator/main.ts", import.meta.url));
  const args = [main, "--seed", "405", "--profiles", join(folder, "profiles.json"), ...(values.tls ? ["--tls"] : [])];
  const simulator = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  try {
    const [line] = (await once(createInterface({ input: simulator.stdout }), "line")) as [string];
    const { listening, ca } = JSON.parse(line) as { listening: { port: number }; ca?: string };
    const host = await watchHost();
    const startedMs = performance.now();
    const startedCpuMs = await cpuMsOf(simulator.pid!);
    const startedOwnUs = process.cpuUsage();
    const events = await Promise.all(
      Array.from({ length: streams }, async (_, index) => {
        await new Promise((resolve) => setTimeout(resolve, index * STAGGER_MS));
        return stream(listening.port, ca, `stream ${index}`, Math.round((seconds * 1000) / GAP_MS));
      }),
    );
    const tookMs = performance.now() - startedMs;
    const cpuMs = (await cpuMsOf(simulator.pid!)) - startedCpuMs;
    const own = process.cpuUsage(startedOwnUs);
    const floor = await host.stop();
    const ownShare = (cpuMs + (own.user + own.system) / 1000) / (tookMs * availableParallelism());
    const othersShare = Math.max(0, (floor.busyShare ?? Number.NaN) - ownShare);
    const url = `${ca === undefined ? "http" : "https"}://127.0.0.1:${listening.port}/stats`;
    const stats = await call(url, { method: "GET", ...(ca === undefined ? {} : { ca }) });
    const { lateness } = JSON.parse(stats.text) as SimulatorStats;
    const total = events.reduce((sum, each) => sum + each, 0);
    const ms = (us: number | null): string => ((us ?? NaN) / 1000).toFixed(1);
    const verdict = verdictOf((lateness.p99Us ?? Infinity) / 1000, floor, othersShare);
    process.stdout.write(
      `${verdict}: ${ca === undefined ? "plain" : "TLS"}, ${streams} streams, ${Math.round((total / tookMs) * 1000)} events/s: ` +
        `late by p50 ${ms(lateness.p50Us)} p99 ${ms(lateness.p99Us)} max ${ms(lateness.maxUs)} ms, ` +
        `${((cpuMs * 1000) / total).toFixed(0)} us of a core per event; ${floorText(floor)}, ` +
        `${(othersShare * 100).toFixed(0)} % of ${availableParallelism()} cores used by others\n`,
    );
    if (verdict === "LATE") process.exitCode = 1;
  } finally {
    simulator.kill();
  }
}

/** HELD UP: over the bound, but the machine did not let an idle process keep half of it either, or had others to serve. */
function verdictOf(latenessMsP99: number, { p99Ms }: HostFloor, othersShare: number): "KEPT" | "HELD UP" | "LATE" {
  if (latenessMsP99 <= LATENESS_MS_P99_MAX) return "KEPT";
  return latenessMsP99 <= FLOORS_MAX * p99Ms || othersShare > OTHERS_SHARE_MAX ? "HELD UP" : "LATE";
}

/** Reads one answer to its end. @returns content events seen */
async function stream(port: number, ca: string | undefined, prompt: string, maxTokens: number): Promise<number> {
  const host = "127.0.0.1";
  const socket = ca === undefined ? connect({ port, host, noDelay: true }) : secureConnect({ port, host, ca });
  const body = chatBody({ prompt, maxTokens });
  socket.write(
    `POST /own/v1/chat/completions HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  let events = 0;
  socket.on("data", (data: Buffer) => {
    for (let at = -1; (at = data.indexOf('"content":" ', at + 1)) >= 0;) events += 1;
  });
  await once(socket, "close");
  return events;
}

/** Time that a process has had on a core; NaN where the system does not say. */
async function cpuMsOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // Fields 14 and 15, in hundredths of a second; the name in field 2 may hold spaces (proc_pid_stat(5)).
  const [user, system] = stat.split(") ").at(-1)!.split(" ").slice(11, 13).map(Number);
  return (user! + system!) * 10;
}
