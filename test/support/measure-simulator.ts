import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { connect as secureConnect } from "node:tls";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { SimulatorStats } from "../../src/simulator/stats.ts";
import { call, chatBody, INSTANT } from "./simulator-client.ts";

/*
 * Does the simulator keep its own schedule beside a client? 200 streams of 50 events a second from a process of its own,
 * read by raw sockets in this one. Beside it an idle process wakes every 20 ms: what it is late by is the machine's doing.
 * Ends with code 1 when p99 is over the bound.
 */

const LATENESS_MS_P99_MAX = 5;
const GAP_MS = 20;
const STAGGER_MS = 5;
const PROFILE = { ...INSTANT, interEvent: { meanMs: GAP_MS, sigma: 0.2 }, capacity: 4096 };
const IDLE = `const late = []; let due = performance.now();
const tick = () => { late.push(performance.now() - due); due += ${GAP_MS}; setTimeout(tick, Math.max(1, Math.ceil(due - performance.now()))); };
setTimeout(tick, 0); process.stdin.on("end", () => { late.sort((a, b) => a - b);
process.stdout.write(String(late[Math.ceil(late.length * 0.99) - 1]), () => process.exit()); }).resume();`;

const { values } = parseArgs({
  options: {
    tls: { type: "boolean", default: false },
    streams: { type: "string", default: "200" },
    seconds: { type: "string", default: "20" },
  },
});
const folder = await mkdtemp(join(tmpdir(), "simulator-"));
try {
  await writeFile(join(folder, "profiles.json"), JSON.stringify({ own: PROFILE }));
  await measure(Number(values.streams), Number(values.seconds));
} finally {
  await rm(folder, { recursive: true });
}

async function measure(streams: number, seconds: number): Promise<void> {
  const main = fileURLToPath(new URL("../../src/simulator/main.ts", import.meta.url));
  const args = [main, "--seed", "405", "--profiles", join(folder, "profiles.json"), ...(values.tls ? ["--tls"] : [])];
  const simulator = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  const idle = spawn(process.execPath, ["-e", IDLE], { stdio: ["pipe", "pipe", "inherit"] });
  try {
    const [line] = (await once(createInterface({ input: simulator.stdout }), "line")) as [string];
    const { listening, ca } = JSON.parse(line) as { listening: { port: number }; ca?: string };
    const startedMs = performance.now();
    const startedCpuMs = await cpuMsOf(simulator.pid!);
    const events = await Promise.all(
      Array.from({ length: streams }, async (_, index) => {
        await new Promise((resolve) => setTimeout(resolve, index * STAGGER_MS));
        return stream(listening.port, ca, `stream ${index}`, Math.round((seconds * 1000) / GAP_MS));
      }),
    );
    const tookMs = performance.now() - startedMs;
    const cpuMs = (await cpuMsOf(simulator.pid!)) - startedCpuMs;
    idle.stdin.end();
    const [idleP99] = (await once(idle.stdout, "data")) as [Buffer];
    const url = `${ca === undefined ? "http" : "https"}://127.0.0.1:${listening.port}/stats`;
    const stats = await call(url, { method: "GET", ...(ca === undefined ? {} : { ca }) });
    const { lateness } = JSON.parse(stats.text) as SimulatorStats;
    const total = events.reduce((sum, each) => sum + each, 0);
    const ms = (us: number | null): string => ((us ?? NaN) / 1000).toFixed(1);
    process.stdout.write(
      `${ca === undefined ? "plain" : "TLS"}, ${streams} streams, ${Math.round((total / tookMs) * 1000)} events/s: ` +
        `late by p50 ${ms(lateness.p50Us)} p99 ${ms(lateness.p99Us)} max ${ms(lateness.maxUs)} ms, ` +
        `${((cpuMs * 1000) / total).toFixed(0)} us of a core per event; ` +
        `an idle process p99 ${Number(idleP99.toString()).toFixed(1)} ms; load ${loadavg()[0]!.toFixed(1)}\n`,
    );
    if ((lateness.p99Us ?? Infinity) > LATENESS_MS_P99_MAX * 1000) process.exitCode = 1;
  } finally {
    simulator.kill();
    idle.kill();
  }
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
