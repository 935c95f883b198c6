import { once } from "node:events";
import { startSimulator } from "../simulator/server.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { SIMULATED_IDS } from "./simulated-targets.ts";
import { UsageError } from "./usage-error.ts";

export interface SimulateOptions {
  readonly port: number;
  readonly seed: number;
  readonly ledger?: string;
}

/** `herdbench simulate`: the simulated targets as a server, until Ctrl-C. @throws UsageError for a port or a ledger that is not to be had */
export async function simulateCommand(options: SimulateOptions): Promise<ExitCode> {
  const simulator = await startSimulator(options).catch((error: unknown) => {
    throw mendable(error, options);
  });
  process.stdout.write(`SIMULATED providers of llama-3.1-405b-instruct, seed ${options.seed}; Ctrl-C ends\n`);
  for (const id of SIMULATED_IDS) process.stdout.write(`  ${simulator.url}/${id}/v1\n`);
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  await simulator.close();
  return EXIT.ok;
}

/** What the system refused, with its mend; any other error as it is. */
function mendable(error: unknown, { port, ledger }: SimulateOptions): unknown {
  if (!(error instanceof Error && "syscall" in error && "code" in error)) return error;
  const code = String(error.code);
  if (error.syscall === "listen") {
    return new UsageError(`--port: cannot listen on ${port} (${code}): give another port, or 0 for any free one`);
  }
  if (ledger === undefined || error.syscall !== "open") return error;
  return new UsageError(`--ledger: cannot write ${ledger} (${code}): name a file in a folder that can be written`);
}
