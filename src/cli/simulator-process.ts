import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A simulator in a process of its own, so that it never shares an event loop with the client that it is measured by. */
export interface SimulatorProcess {
  /** `http://127.0.0.1:41234` */
  readonly origin: string;
  stop(): Promise<void>;
}

const START_MS_MAX = 10_000;
const STOP_MS_MAX = 5000;

/**
 * Starts the simulator on a free port of the loopback interface. It dies with this process.
 *
 * @param of.dialects sellers and engines that it stands in for, by name; see `simulatedDialects`
 */
export async function startSimulatorProcess(of: {
  readonly seed: number;
  readonly ledger: string | null;
  readonly dialects: Readonly<Record<string, object>>;
}): Promise<SimulatorProcess> {
  // Beside this file in the same language: TypeScript in a clone, JavaScript in the package.
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const main = fileURLToPath(new URL(`../simulator/main.${extension}`, import.meta.url));
  const ledger = of.ledger === null ? [] : ["--ledger", of.ledger];
  const dialects = await dialectsFile(of.dialects);
  const args = ["--port", "0", "--seed", String(of.seed), ...ledger, ...dialects.args];
  const child = spawn(process.execPath, [main, ...args], {
    stdio: ["pipe", "pipe", "inherit"],
    env: withoutSecrets(process.env),
    // Ctrl-C reaches the whole process group; the simulator has to outlive the answers that are still in flight.
    detached: true,
  });
  let origin: string;
  try {
    origin = await listening(child);
  } finally {
    await dialects.remove();
  }
  return {
    origin,
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

async function listening(child: ChildProcess): Promise<string> {
  const giveUp = setTimeout(() => child.kill("SIGKILL"), START_MS_MAX);
  try {
    for await (const line of createInterface({ input: child.stdout! })) {
      const { listening: at } = JSON.parse(line) as { listening: { host: string; port: number } };
      return `http://${at.host}:${at.port}`;
    }
  } finally {
    clearTimeout(giveUp);
  }
  throw new Error("the simulator ended before it was listening");
}
