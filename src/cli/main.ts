import { CommanderError } from "commander";
import { plain } from "../core/text.ts";
import { EXIT } from "./exit-codes.ts";
import { refuseKeys } from "./flags.ts";
import { buildProgram } from "./program.ts";
import { UsageError } from "./usage-error.ts";

/** Errors that a user can mend, by name: importing their classes would load half the program for `--help`. */
const MENDABLE = new Set(["UsageError", "RegistryError", "StoreError"]);

/** Runs the program on its arguments (without node and script) and returns the exit code. Never throws. */
export async function main(argv: readonly string[]): Promise<number> {
  let code: number = EXIT.ok;
  const program = buildProgram((result) => {
    code = result;
  });
  try {
    refuseKeys(argv);
    await program.parseAsync(argv, { from: "user" });
    return code;
  } catch (error) {
    return report(error);
  }
}

/** A file or a run of somebody else's may stand in what is told. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof Error && MENDABLE.has(error.name)) {
    const lines = error instanceof UsageError ? error.problems : error.message.split("\n");
    for (const line of lines) process.stderr.write(`herdbench: ${plain(line)}\n`);
    return EXIT.usage;
  }
  const shown = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const lines = shown.split("\n").map(plain);
  process.stderr.write(`herdbench: a bug in herdbench; please report it with this text\n${lines.join("\n  ")}\n`);
  return EXIT.bug;
}
