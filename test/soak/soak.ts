import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startSimulatorProcess } from "../../src/cli/simulator-process.ts";
import { readRun } from "../../src/store/read.ts";
import { latestRun } from "../../src/store/resolve.ts";
import { judgeSoak, type SoakSample, type SoakVerdict } from "./judge.ts";

const BIN = fileURLToPath(new URL("../../src/cli/bin.js", import.meta.url));
const SAMPLER = fileURLToPath(new URL("sampler.ts", import.meta.url));
const RATE = 20;

/**
 * The program itself against a simulated target that fails, cuts and resets one answer in ten, for as long as asked:
 * whether memory, handles and descriptors stay what they are.
 */
export async function soak(seconds: number): Promise<SoakVerdict> {
  const folder = mkdtempSync(join(tmpdir(), "herdbench-soak-"));
  const file = join(folder, "samples.ndjson");
  const simulator = await startSimulatorProcess({ seed: 405, ledger: null, dialects: {} });
  try {
    const load = [
      "--duration",
      String(seconds),
      "--num-prompts",
      String(seconds * RATE),
      "--request-rate",
      String(RATE),
    ];
    const sizes = ["--input-len", "60", "--output-len", "40", "--result-dir", folder, "--quiet"];
    const target = ["--base-url", `${simulator.origin}/sim-flaky/v1`, "--model", "llama-3.1-405b-instruct"];
    const child = spawn(
      process.execPath,
      ["--expose-gc", "--import", SAMPLER, BIN, "run", ...target, ...load, ...sizes],
      {
        cwd: folder,
        env: { ...process.env, SOAK_FILE: file, SOAK_EVERY_MS: String(Math.max(500, seconds * 10)) },
        stdio: ["ignore", "ignore", "inherit"],
      },
    );
    await once(child, "exit");
    const samples = readFileSync(file, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as SoakSample);
    const { observations } = await readRun((await latestRun(folder))!);
    // What comes after the load, counting tokens and writing reports, is another phase.
    return judgeSoak(
      samples.filter(({ atS }) => atS <= seconds),
      observations.length,
    );
  } finally {
    await simulator.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
