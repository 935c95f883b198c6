import { Option, type Command } from "commander";
import * as flag from "./flags.ts";
import { SLO_PRESETS } from "./presets.ts";
import type { RunOptions } from "./run-options.ts";
import { addRunOptions, addTargetOptions } from "./shared-options.ts";

/** Flags of `herdbench sweep`: those of `run`, with loads in place of a load. */
export interface SweepOptions extends Omit<RunOptions, "requestRate" | "maxConcurrency"> {
  readonly requestRate?: flag.Loads;
  readonly maxConcurrency?: flag.Loads;
  readonly levels?: number;
  readonly search?: "slo";
  readonly precision?: number;
  readonly preset?: keyof typeof SLO_PRESETS;
}

export function addSweep(program: Command, done: (code: number) => void): void {
  const sweep = program
    .command("sweep")
    .description("raise the load level by level: throughput, latency and cost against load, the knee, the saturation");
  addTargetOptions(sweep);
  sweep
    .optionsGroup("Load, per target (without --scenario: one ad-hoc scenario, or quick-chat):")
    .option("--scenario <id>", "the scenario that is asked for more from level to level", (id: string) => [id])
    .option("--request-rate <loads>", "arrivals per second: 1,2,4 or 1..16", flag.loads)
    .option(
      "--max-concurrency <loads>",
      "requests kept in flight: 1,2,4 or 1..16; one number beside --request-rate: limit, above it arrivals are dropped",
      flag.loads,
    )
    .option(
      "--levels <n>",
      "levels of a range, a factor apart (default: doubling); of a search the most for each target (default: 12)",
      flag.count,
    )
    .addOption(
      new Option("--search <what>", "find the highest rate that meets the SLO, with 99 % confidence").choices(["slo"]),
    )
    .option(
      "--precision <share>",
      "of a search: how close the answer is to a rate that failed (default: 5%)",
      flag.share,
    )
    .option("--num-prompts <n>", "requests of each level (default: ten for each in flight, at least 72)", flag.count)
    .option("--duration <seconds>", "of each level (default: 60 at a rate)", flag.positive)
    .addOption(new Option("--arrival <process>", "spacing of an open loop").choices(["poisson", "constant", "gamma"]))
    .option("--burstiness <shape>", "of gamma gaps: 1 is Poisson, below it bursts", flag.positive)
    .option("--num-warmups <n>", "requests of each level sent first and left out of the statistics", flag.whole)
    .option("--input-len <tokens>", "tokens of the prompt", flag.count)
    .option("--output-len <tokens>", "limit of the answer", flag.count)
    .option("--goodput <limits>", 'SLO in milliseconds: "ttft:6000,tpot:175" (also e2e)')
    .addOption(new Option("--preset <name>", "SLO of a published benchmark").choices(Object.keys(SLO_PRESETS)))
    .option("--seed <n>", "seed of schedule and prompts", flag.whole);
  addRunOptions(sweep);
  sweep.action(async (options: SweepOptions) => done(await (await import("./sweep.ts")).sweepCommand(options)));
}
