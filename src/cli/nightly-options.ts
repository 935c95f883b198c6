import { Option, type Command } from "commander";
import * as flag from "./flags.ts";
import { RECIPES, type Recipe } from "./nightly-recipes.ts";
import { CA } from "./shared-options.ts";

/** Flags of `herdbench nightly`. */
export interface NightlyOptions {
  readonly config?: string;
  readonly target?: readonly string[];
  readonly providersDir?: string;
  readonly ca?: string;
  readonly only?: string;
  readonly reason?: string;
  readonly maxCost?: number | "none";
  readonly maxFailureShare: number;
  readonly failOnRegression?: boolean;
  readonly wait?: boolean;
  /** False with `--no-self-test`. */
  readonly selfTest: boolean;
  readonly dryRun?: boolean;
  readonly print?: Recipe;
  readonly resultDir: string;
  readonly vantage?: string;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

export function addNightly(program: Command, done: (code: number) => void): void {
  program
    .command("nightly")
    .description(
      "one part of a night: check, self-test, run within the cap, compare with the nights before, publish, tell",
    )
    .option("--config <file>", "config file (default: herdbench.json when it exists, else the simulated targets)")
    .option("--target <id...>", "targets of herdbench.json, or simulated ones (default: all of the file)")
    .option("--providers-dir <dir>", "provider files of your own, which go before those that ship")
    .option(...CA)
    .option("--only <target>", "measure one target again, beside the night: flagged rerun, in no comparison of nights")
    .option("--reason <text>", "why, with --only: it stands in the manifest")
    .option(
      "--max-cost <usd>",
      "cap of the whole night (default: nightly.maxCostUsd, else that of a run)",
      flag.maxCost,
    )
    .option("--max-failure-share <share>", "exit 3 when a target fails more than this", flag.share, 0.1)
    .option("--fail-on-regression", "exit 1 when a regression is confirmed")
    .option("--wait", "stay until the last slot of the night is done, instead of one slot")
    .option("--no-self-test", "do not see first whether this machine can measure")
    .option("--dry-run", "show the slot, the targets, the plan and the hooks; send nothing")
    .addOption(new Option("--print <recipe>", "print a file that runs it by itself").choices(RECIPES))
    .option("--result-dir <dir>", "where run folders and nights are kept", "results")
    .option("--vantage <name>", "name of the place that the client runs at (default: host name)")
    .option("--quiet", "print nothing but errors")
    .option("--json", "print night.json")
    .action(async (options: NightlyOptions) => done(await (await import("./nightly.ts")).nightlyCommand(options)));
}
