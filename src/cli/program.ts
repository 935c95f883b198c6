import { Command, Option } from "commander";
import * as flag from "./flags.ts";
import type { CheckOptions } from "./check-options.ts";
import type { CompareOptions } from "./compare.ts";
import type { CostOptions } from "./cost.ts";
import type { ExplainOptions } from "./explain.ts";
import { addHistory, addPublish } from "./history-options.ts";
import { addLoadOptions } from "./load-options.ts";
import type { RecordOptions } from "./record.ts";
import type { ProvidersOptions } from "./providers.ts";
import type { ReportOptions } from "./report.ts";
import type { ResumeOptions } from "./resume.ts";
import { addCertify } from "./certify-options.ts";
import type { PlanOptions } from "./plan.ts";
import type { RunOptions } from "./run-options.ts";
import { addNightly } from "./nightly-options.ts";
import type { JsonOption } from "./scenarios.ts";
import { addRunOptions, addTargetOptions, CA, FAIL_ON } from "./shared-options.ts";
import type { SimulateOptions } from "./simulate.ts";
import { addSweep } from "./sweep-options.ts";
import { version } from "./version.ts";

/** Takes the exit code of the command that ran. */
type Done = (code: number) => void;

/** The command line: names, flags, help. Each command's code is loaded only when it runs. */
export function buildProgram(done: Done): Command {
  const program = new Command("herdbench")
    .description("Benchmarks the API providers of one LLM: speed, tails, cost, and whether the numbers can be trusted.")
    .version(version())
    .exitOverride()
    .configureHelp({ showGlobalOptions: false })
    .showSuggestionAfterError()
    .addHelpText(
      "after",
      "\nWithout arguments, `herdbench run` measures the four simulated targets: no key, no cost.\nExit codes: 0 ok, 1 --fail-on, 2 bad usage, 3 a target failed, 4 invalid measurement, 5 budget reached, 70 bug, 130 interrupted.",
    );
  addRun(program, done);
  addSweep(program, done);
  program
    .command("report")
    .description("rebuild the reports of a run from its raw records, byte for byte")
    .argument("<run>", "a run folder, a run's name, or LAST")
    .option("--result-dir <dir>", "where runs are kept", "results")
    .option("--revise", "write new reports beside the old ones, by today's carbon model and the prices of --prices")
    .option("--prices <file>", 'JSON, prices by target as in herdbench.json: {"seller": {"inputUsdPerMtok": 3, …}}')
    .option(
      "--definitions <tools>",
      "print the same stamps as other tools define them, beside ours: vllm,aiperf,guidellm,inference-perf,mlperf or all",
      flag.names,
    )
    .option(...FAIL_ON)
    .option("--json", "print the report as JSON")
    .option("--quiet", "print nothing but errors")
    .action(async (run: string, options: ReportOptions) =>
      done(await (await import("./report.ts")).reportCommand(run, options)),
    );
  addCompare(program, done);
  addCost(program, done);
  addNightly(program, done);
  addProviders(program, done);
  addExplain(program, done);
  addHistory(program, done);
  addPublish(program, done);
  addMore(program, done);
  addCertify(program, done);
  return program;
}

function addRun(program: Command, done: Done): void {
  const run = program
    .command("run")
    .description(
      "fire the same scenarios at every target and report; no arguments: the simulated targets, the quick scenarios",
    );
  addTargetOptions(run);
  addLoadOptions(run);
  addRunOptions(run);
  run.action(async (options: RunOptions) => done(await (await import("./run.ts")).runCommand(options)));
}

function addCompare(program: Command, done: Done): void {
  program
    .command("compare")
    .description("is A better than B: two targets of a run, all of a run, two runs, or targets night after night")
    .argument("<A-or-B...>", "runs (a folder, a name, LAST), or two targets of --run; three runs and more: over nights")
    .option("--run <run>", "the run that two targets are of", "LAST")
    .option("--targets <ids>", "only these, with runs: a,b", flag.names)
    .option("--scenario <id...>", "only these")
    .option("--buy", "over nights, however few: says what a verdict to buy on still lacks")
    .option(...FAIL_ON)
    .option("--fail-on-regression", "exit 1 when the second of two runs is worse by any verdict")
    .option("--result-dir <dir>", "where runs are kept", "results")
    .option("--csv", "print CSV")
    .option("--json", "print JSON")
    .action(async (things: string[], options: CompareOptions) =>
      done(await (await import("./compare.ts")).compareCommand(things, options)),
    );
}

function addCost(program: Command, done: Done): void {
  program
    .command("cost")
    .description("what a month of your workload costs at each target, with its interval: by a run, or by list prices")
    .option(
      "--workload <text>",
      '"2M requests/month, 1000 in, 500 out, 30% batch, 20% cached" (default: herdbench.json)',
    )
    .option("--run <run>", "a run whose failures, over-billing and good answers count: a folder, a name, or LAST")
    .option("--scenario <id>", "scenario of the run (default: the nearest in size)")
    .option("--target <id...>", "targets of herdbench.json, or simulated ones")
    .option("--provider <id...>", "list prices of these providers")
    .option("--providers-dir <dir>", "provider files of your own, which go before those that ship")
    .option("--model <name>", "canonical model name, with --provider (default: llama-3.1-405b-instruct)")
    .option("--config <file>", "config file (default: herdbench.json when it exists)")
    .option("--prices <file>", "JSON, other prices by target, as in herdbench.json")
    .option(
      "--capacity <id=tok/s...>",
      "output tokens per second that an hour delivers within the limits",
      flag.capacity,
    )
    .option("--result-dir <dir>", "where runs are kept", "results")
    .option("--csv", "print CSV")
    .option("--json", "print JSON")
    .action(async (options: CostOptions) => done(await (await import("./cost.ts")).costCommand(options)));
}

function addProviders(program: Command, done: Done): void {
  const providers = program.command("providers").description("who sells the model: list, show, check");
  const own = new Option("--providers-dir <dir>", "provider files of your own, which go before those that ship");
  providers
    .command("list", { isDefault: true })
    .description("the callable providers of a model, with price, proof and key")
    .option("--all", "also those that are gone, with the date")
    .option("--model <name>", "canonical model name (default: llama-3.1-405b-instruct)")
    .addOption(own)
    .option("--json", "print JSON")
    .action(async (options: ProvidersOptions) => done(await (await import("./providers.ts")).listProviders(options)));
  providers
    .command("show")
    .description("everything that a provider's file states, with sources")
    .argument("<id>", "provider id")
    .addOption(own)
    .option("--json", "print JSON")
    .action(async (id: string, options: ProvidersOptions) =>
      done(await (await import("./providers.ts")).showProvider(id, options)),
    );
  providers
    .command("check")
    .description("one small call to each: network, sign-in, model, usage, limits; what it can cost is said first")
    .argument("[id...]", "targets of herdbench.json or providers (default: all targets of the file)")
    .option("--all", "every provider that has the model and an address")
    .option(
      "--target <simulator>",
      "simulator: played by the simulator, planted keys; simulator@http-429: with a fault",
    )
    .option(...CA)
    .option("--model <name>", "canonical model name (default: llama-3.1-405b-instruct)")
    .option(
      "--max-cost <usd>",
      "most that all calls together may cost (default: 1); none also asks those of unknown price",
      flag.maxCost,
    )
    .addOption(own)
    .option("--json", "print JSON")
    .option(
      "--scenario <id...>",
      "loads to hold the account's limits against (default: those of herdbench.json, else chat-short)",
    )
    .option("--config <file>", "config file (default: herdbench.json when it exists)")
    .action(async (ids: string[], options: CheckOptions) =>
      done(await (await import("./check.ts")).checkProviders(ids, options)),
    );
}

function addExplain(program: Command, done: Done): void {
  program
    .command("explain")
    .description(
      "every factor of one number of a run, with its source: a metric, a column of comparison.csv, cost, carbon",
    )
    .helpGroup("More:")
    .argument("<run>", "a run folder, a run's name, or LAST")
    .argument("<target>", "a target of that run")
    .argument("<metric>", "ttft, ttft.p95_all, usd_per_1k_good, cost, carbon, …")
    .option("--scenario <id>", "scenario of the run (default: its first)")
    .option("--result-dir <dir>", "where runs are kept", "results")
    .option("--json", "print JSON")
    .action(async (run: string, target: string, metric: string, options: ExplainOptions) =>
      done(await (await import("./explain.ts")).explainCommand(run, target, metric, options)),
    );
}

function addMore(program: Command, done: Done): void {
  program
    .command("resume")
    .description("go on with a run that was killed, interrupted or stopped at a cap: send only what is missing")
    .helpGroup("More:")
    .argument("<run>", "a run folder, a run's name, or LAST")
    .option("--providers-dir <dir>", "provider files of your own that the run was begun with")
    .option(...CA)
    .option("--max-cost <usd>", "another cap than the run's; what was spent before counts; none: no cap", flag.maxCost)
    .option("--max-total-tokens <n>", "another cap than the run's", flag.count)
    .option("--max-requests <n>", "another cap than the run's", flag.count)
    .option("--result-dir <dir>", "where runs are kept", "results")
    .option("--quiet", "no progress and no screen")
    .option("--json", "print one JSON object instead of the screen")
    .action(async (run: string, options: ResumeOptions) =>
      done(await (await import("./resume.ts")).resumeCommand(run, options)),
    );
  program
    .command("plan")
    .description("requests, nights and money that it takes to show a difference, by the spread of a past run")
    .helpGroup("More:")
    .requiredOption("--detect <share>", "size of the difference, of the better target's median: 10%", flag.share)
    .option("--run <run>", "the past run: a folder, a name, or LAST", "LAST")
    .option("--metric <id>", "a latency of single requests", "ttft")
    .option("--scenario <id...>", "scenarios of that run (default: all)")
    .option("--result-dir <dir>", "where runs are kept", "results")
    .option("--json", "print JSON")
    .action(async (options: PlanOptions) => done(await (await import("./plan.ts")).planCommand(options)));
  const scenarios = program.command("scenarios").description("list, show or validate scenarios").helpGroup("More:");
  scenarios
    .command("list", { isDefault: true })
    .description("the scenarios that ship with herdbench")
    .option("--json", "print JSON")
    .action(async (options: JsonOption) => done(await (await import("./scenarios.ts")).listScenarios(options)));
  scenarios
    .command("show")
    .description("a scenario and what it will do")
    .argument("<id>", "id or file")
    .option("--json", "print JSON")
    .action(async (id: string, options: JsonOption) =>
      done(await (await import("./scenarios.ts")).showScenario(id, options)),
    );
  scenarios
    .command("validate")
    .description("check scenario files and report every mistake")
    .argument("<file...>", "scenario files")
    .action(async (files: string[]) => done(await (await import("./scenarios.ts")).validateScenarios(files)));
  program
    .command("record")
    .description("keep the bytes of one live exchange, with their moments and without credentials, as a fixture")
    .helpGroup("More:")
    .argument("<id>", "provider id")
    .option("--model <name>", "canonical model name (default: llama-3.1-405b-instruct)")
    .option(...CA)
    .option("--out <file>", "where to (default: ID-DAY.recording.json)")
    .option("--max-cost <usd>", "none: also where the price is unknown", flag.maxCost)
    .option("--providers-dir <dir>", "provider files of your own, which go before those that ship")
    .action(async (id: string, options: RecordOptions) =>
      done(await (await import("./record.ts")).recordProvider(id, options)),
    );
  program
    .command("simulate")
    .description("serve the simulated targets until interrupted")
    .helpGroup("More:")
    .option("--port <n>", "port, 0 for any free one", flag.port, 8405)
    .option("--seed <n>", "seed of its behaviour", flag.whole, 405)
    .option("--ledger <file>", "write what was received and sent, with true times")
    .action(async (options: SimulateOptions) => done(await (await import("./simulate.ts")).simulateCommand(options)));
}
