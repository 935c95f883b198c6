import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { get as getPlain } from "node:http";
import { get as getTls } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { json } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { LedgerRecord } from "../../src/simulator/ledger.ts";
import type { Profiles } from "../../src/simulator/profile.ts";
import type { SimulatorStats } from "../../src/simulator/stats.ts";

/** The simulator as a witness: in a process of its own, with a ledger of what it received and wrote when. */
export interface TruthSimulator {
  readonly origin: string;
  /** PEM of its throw-away authority; null over plain HTTP. */
  readonly ca: string | null;
  /** Stops the process as it is: its sockets stay open and nobody reads or writes them. */
  freeze(): void;
  thaw(): void;
  stats(): Promise<SimulatorStats>;
  /** Ends it and gives back its whole ledger. */
  stop(): Promise<readonly LedgerRecord[]>;
}

const MAIN = fileURLToPath(new URL("../../src/simulator/main.ts", import.meta.url));
const START_MS_MAX = 10_000;

export async function startTruthSimulator(of: { profiles: Profiles; tls?: boolean }): Promise<TruthSimulator> {
  const folder = await mkdtemp(join(tmpdir(), "herdbench-truth-"));
  const ledger = join(folder, "ledger.ndjson");
  const profiles = join(folder, "profiles.json");
  await writeFile(profiles, JSON.stringify(of.profiles));
  const args = ["--port", "0", "--seed", "405", "--ledger", ledger, "--profiles", profiles];
  const child = spawn(process.execPath, [MAIN, ...args, ...(of.tls === true ? ["--tls"] : [])], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const { origin, ca } = await listening(child);
  return {
    origin,
    ca,
    freeze: () => void child.kill("SIGSTOP"),
    thaw: () => void child.kill("SIGCONT"),
    stats: async () => {
      const get = ca === null ? getPlain : getTls;
      const [response] = await once(
        get(`${origin}/stats`, { agent: false, ...(ca === null ? {} : { ca }) }),
        "response",
      );
      return (await json(response)) as SimulatorStats;
    },
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        const exited = once(child, "exit");
        child.kill("SIGCONT");
        child.kill("SIGTERM");
        await exited;
      }
      const lines = (await readFile(ledger, "utf8")).split("\n");
      await rm(folder, { recursive: true });
      return lines.flatMap((line) => (line === "" ? [] : [JSON.parse(line) as LedgerRecord]));
    },
  };
}

async function listening(child: ChildProcess): Promise<Pick<TruthSimulator, "origin" | "ca">> {
  const giveUp = setTimeout(() => child.kill("SIGKILL"), START_MS_MAX);
  try {
    for await (const line of createInterface({ input: child.stdout! })) {
      const said = JSON.parse(line) as { listening: { host: string; port: number }; ca?: string };
      const { host, port } = said.listening;
      return { origin: `${said.ca === undefined ? "http" : "https"}://${host}:${port}`, ca: said.ca ?? null };
    }
  } finally {
    clearTimeout(giveUp);
  }
  throw new Error("the simulator ended before it was listening");
}
