import { fstatSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { parseDialects } from "./dialects/dialects-file.ts";
import { parseProfiles } from "./profiles-file.ts";
import { startSimulator, type SimulatorOptions } from "./server.ts";

const USAGE =
  "usage: node src/simulator/main.ts --seed INTEGER [--port 0..65535] [--host ADDRESS] [--ledger FILE] [--profiles FILE.json] [--dialects FILE.json] [--tls]";
/** Bad usage or configuration, as the command line of the whole program has it. */
const EXIT_USAGE = 2;

const options = readOptions(process.argv.slice(2));
if ("problems" in options) {
  fail([...options.problems, USAGE]);
} else {
  try {
    await serve(options);
  } catch (error) {
    fail([messageOf(error)]);
  }
}

/** Starts, says so in one line of JSON, and ends with the signal or with the parent, whose end closes our stdin. */
async function serve(given: SimulatorOptions): Promise<void> {
  const simulator = await startSimulator(given);
  const stop = (): void => {
    simulator.close().then(
      () => process.exit(0),
      (error: unknown) => {
        fail([`the ledger is incomplete: ${messageOf(error)}`]);
        process.exit();
      },
    );
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  if (stdinIsPipe()) process.stdin.on("end", stop).on("error", stop).resume();
  const { host, port, ca } = simulator;
  const line = {
    listening: { host, port },
    pid: process.pid,
    seed: given.seed,
    ...(ca === null ? {} : { tls: true, ca }),
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function readOptions(args: readonly string[]): SimulatorOptions | { readonly problems: readonly string[] } {
  const string = { type: "string" } as const;
  let values;
  try {
    const known = {
      port: string,
      seed: string,
      host: string,
      ledger: string,
      profiles: string,
      dialects: string,
      tls: { type: "boolean" },
    } as const;
    values = parseArgs({ args: [...args], options: known, strict: true, allowPositionals: false }).values;
  } catch (error) {
    return { problems: [messageOf(error)] };
  }
  const problems: string[] = [];
  const seed = integer(values.seed, Number.MAX_SAFE_INTEGER);
  if (seed === null) problems.push("--seed must be a whole number, 0 or more");
  const port = integer(values.port ?? "0", 65_535);
  if (port === null) problems.push("--port must be a whole number from 0 to 65535");
  const profiles = values.profiles === undefined ? null : readJson(values.profiles, parseProfiles);
  const dialects = values.dialects === undefined ? null : readJson(values.dialects, parseDialects);
  for (const [file, read] of [
    [values.profiles, profiles],
    [values.dialects, dialects],
  ] as const) {
    if (read?.ok === false) problems.push(...read.problems.map((each) => `${file}: ${each}`));
  }
  if (problems.length > 0 || seed === null || port === null) return { problems };
  return {
    seed,
    port,
    ...(values.host === undefined ? {} : { host: values.host }),
    ...(values.ledger === undefined ? {} : { ledger: values.ledger }),
    ...(values.tls === true ? { tls: true } : {}),
    ...(profiles?.ok === true ? { profiles: profiles.profiles } : {}),
    ...(dialects?.ok === true ? { dialects: dialects.dialects } : {}),
  };
}

function readJson<T>(
  file: string,
  parse: (value: unknown) => T,
): T | { readonly ok: false; readonly problems: readonly string[] } {
  try {
    return parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    return { ok: false, problems: [messageOf(error)] };
  }
}

function integer(text: string | undefined, max: number): number | null {
  const value = text !== undefined && /^\d+$/.test(text) ? Number(text) : NaN;
  return value <= max ? value : null;
}

/** False for a terminal, a file and /dev/null, which end or stay open for reasons of their own. */
function stdinIsPipe(): boolean {
  const stat = fstatSync(0);
  return stat.isFIFO() || stat.isSocket();
}

function fail(lines: readonly string[]): void {
  process.stderr.write(`${lines.join("\n")}\n`);
  process.exitCode = EXIT_USAGE;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
