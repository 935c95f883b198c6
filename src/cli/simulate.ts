import { once } from "node:events";
import { startSimulator } from "../simulator/server.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { SIMULATED_IDS } from "./simulated-targets.ts";

export interface SimulateOptions {
  readonly port: number;
  readonly seed: number;
  readonly ledger?: string;
}

/** `herdbench simulate`: the simulated targets as a server, until Ctrl-C. */
export async function simulateCommand(options: SimulateOptions): Promise<ExitCode> {
  const simulator = await startSimulator(options);
  process.stdout.write(`SIMULATED providers of llama-3.1-405b-instruct, seed ${options.seed}; Ctrl-C ends\n`);
  for (const id of SIMULATED_IDS) process.stdout.write(`  ${simulator.url}/${id}/v1\n`);
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  await simulator.close();
  return EXIT.ok;
}
