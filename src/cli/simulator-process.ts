import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { UsageError } from "./usage-error.ts";

/** A simulator in a process of its own, so that it never shares an event loop with the client that it is measured by. */
export interface SimulatorProcess {
  /** `http://127.0.0.1:41234` */
  readonly origin: string;
  /** PEM of the authority that has to be trusted; null over plain HTTP. */
  readonly ca: string | null;
  stop(): Promise<void>;
}

/** Half a second is usual; a machine with much else to do takes many times that. */
const START_MS_MAX = 30_000;
const STOP_MS_MAX = 5000;

/**
 * Starts the simulator on a free port of the loopback interface. It dies with this process.
 *
 * @param of.dialects sellers and engines that it stands in for, by name; see `simulatedDialects`
 * @throws UsageError when it does not start
 */
export async function startSimulatorProcess(of: {
  readonly seed: number;
  readonly ledger: string | null;
  readonly dialects: Readonly<Record<string, object>>;
  /** HTTPS, with a certificate made for this process. */
  readonly tls?: boolean;
}): Promise<SimulatorProcess> {
  // Beside this file in the same language: TypeScript in a clone, JavaScript in the package.
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const main = fileURLToPath(new URL(`../simulator/main.${extension}`, import.meta.url));
  const ledger = of.ledger === null ? [] : ["--ledger", of.ledger];
  const dialects = await dialectsFile(of.dialects);
  const args = [
    "--port",
    "0",
    "--seed",
    String(of.seed),
    ...ledger,
    ...dialects.args,
    ...(of.tls === true ? ["--tls"] : []),
  ];
  const child = spawn(process.execPath, [main, ...args], {
    stdio: ["pipe", "pipe", "inherit"],
    env: withoutSecrets(process.env),
    // Ctrl-C reaches the whole process group; the simulator has to outlive the answers that are still in flight.
    detached: true,
  });
  let said: Awaited<ReturnType<typeof listening>>;
  try {
    said = await listening(child);
  } finally {
    await dialects.remove();
  }
  return {
    ...said,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, "exit");
      child.kill("SIGTERM");
      // Nothing is in flight any more; one that hangs may not hold this process.
      const giveUp = setTimeout(() => child.kill("SIGKILL"), STOP_MS_MAX);
      await exited.finally(() => clearTimeout(giveUp));
    },
  };
}

/** Read once at the start, and gone after it. */
async function dialectsFile(
  dialects: Readonly<Record<string, object>>,
): Promise<{ readonly args: readonly string[]; remove(): Promise<void> }> {
  if (Object.keys(dialects).length === 0) return { args: [], remove: async () => undefined };
  const folder = await mkdtemp(join(tmpdir(), "herdbench-"));
  const path = join(folder, "dialects.json");
  await writeFile(path, JSON.stringify(dialects));
  return { args: ["--dialects", path], remove: () => rm(folder, { recursive: true, force: true }) };
}

/** What a process needs to start on any system; keys are for the targets alone. */
const NEEDED = ["LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SystemRoot", "TMPDIR", "TEMP"];

function withoutSecrets(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(NEEDED.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
}

/** The line that a simulator says when it is ready. */
interface Listening {
  readonly listening: { readonly host: string; readonly port: number };
  readonly ca?: string;
}

async function listening(child: ChildProcess): Promise<Pick<SimulatorProcess, "origin" | "ca">> {
  const giveUp = setTimeout(() => child.kill("SIGKILL"), START_MS_MAX);
  try {
    for await (const line of createInterface({ input: child.stdout! })) {
      const { listening: at, ca = null } = JSON.parse(line) as Listening;
      return { origin: `${ca === null ? "http" : "https"}://${at.host}:${at.port}`, ca };
    }
  } finally {
    clearTimeout(giveUp);
  }
  throw new UsageError(
    `the simulator, which measures our own error beside every run, was not there within ${START_MS_MAX / 1000} s: ` +
      "run it alone with `herdbench simulate --port 0` to see why, or give the machine less to do",
  );
}
