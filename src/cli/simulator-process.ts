import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A simulator in a process of its own, so that it never shares an event loop with the client that it is measured by. */
export interface SimulatorProcess {
  /** `http://127.0.0.1:41234` */
  readonly origin: string;
  stop(): Promise<void>;
}

const START_MS_MAX = 10_000;

/** Starts the simulator on a free port of the loopback interface. It dies with this process. */
export async function startSimulatorProcess(of: { seed: number; ledger: string | null }): Promise<SimulatorProcess> {
  // Beside this file in the same language: TypeScript in a clone, JavaScript in the package.
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const main = fileURLToPath(new URL(`../simulator/main.${extension}`, import.meta.url));
  const ledger = of.ledger === null ? [] : ["--ledger", of.ledger];
  const child = spawn(process.execPath, [main, "--port", "0", "--seed", String(of.seed), ...ledger], {
    stdio: ["pipe", "pipe", "inherit"],
    // Ctrl-C reaches the whole process group; the simulator has to outlive the answers that are still in flight.
    detached: true,
  });
  const origin = await listening(child);
  return {
    origin,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, "exit");
      child.kill("SIGTERM");
      await exited;
    },
  };
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
