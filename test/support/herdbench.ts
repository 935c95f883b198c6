import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";

const BIN = fileURLToPath(new URL("../../src/cli/bin.js", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The program as a user starts it, in a process of its own. */
export interface Herdbench {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when the text has appeared on either output. */
  sees(text: string): Promise<void>;
}

export interface StartOptions {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  /** A command that starts the program, which stands behind it: `["nice"]`. */
  readonly via?: readonly string[];
}

export function startHerdbench(args: readonly string[], options: StartOptions): Herdbench {
  const [command, ...rest] = [...(options.via ?? []), process.execPath, BIN, ...args];
  const child = spawn(command!, rest, {
    cwd: options.cwd,
    env: { ...process.env, NO_COLOR: "1", ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  const changed: (() => void)[] = [];
  const note = (): void => {
    for (const wake of changed.splice(0)) wake();
  };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    note();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    note();
  });
  const ended = once(child, "close").then(() => {
    note();
    return { code: child.exitCode, stdout, stderr };
  });
  const sees = async (text: string): Promise<void> => {
    while (!stdout.includes(text) && !stderr.includes(text)) {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`ended before "${text}":\n${stdout}${stderr}`);
      await new Promise<void>((resolve) => changed.push(resolve));
    }
  };
  return { child, ended, sees };
}

export function herdbench(args: readonly string[], options: StartOptions): Promise<Ended> {
  return startHerdbench(args, options).ended;
}

/**
 * The expected exit code, or 4: on a machine that other tests keep busy, the program rightly says that its measurement is
 * invalid. What the test is about must then show in the records.
 */
export function orInvalid(code: number): unknown {
  return expect.toBeOneOf([code, 4]);
}
