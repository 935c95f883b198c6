import { Option, type Command } from "commander";
import * as flag from "./flags.ts";

/** The flags that say what is asked and how fast. */
export function addLoadOptions(run: Command): void {
  run
    .optionsGroup("Load (without --scenario: one ad-hoc scenario; counts and rates are per target):")
    .option("--scenario <id...>", "scenarios by id or file (see `herdbench scenarios list`)")
    .option("--num-prompts <n>", "requests", flag.count)
    .option("--duration <seconds>", "stop letting requests go after this time", flag.positive)
    .option(
      "--max-concurrency <n>",
      "closed loop: requests kept in flight; with --request-rate: limit, above it arrivals are dropped",
      flag.count,
    )
    .option("--request-rate <per second>", "open loop: arrivals per second, whatever the answers do", flag.positive)
    .addOption(
      new Option("--arrival <process>", "of an open loop (default: poisson)").choices([
        "poisson",
        "constant",
        "gamma",
        "ramp",
        "steps",
      ]),
    )
    .option("--burstiness <shape>", "of gamma gaps: 1 is Poisson, below it bursts", flag.positive)
    .option("--ramp-to <per second>", "the rate at the end of --duration, reached evenly", flag.positive)
    .option("--steps <factors>", 'of the rate, in equal parts of --duration: "1,4,16"', flag.factors)
    .option("--ramp-up <seconds>", "closed loop: time over which its users begin", flag.positive)
    .option(
      "--think-time <seconds>",
      "closed loop: mean time of a user between an answer and the next request, exponential; constant:SECONDS",
      flag.thinkTime,
    )
    .option("--num-warmups <n>", "requests sent first and left out of the statistics", flag.whole)
    .option("--input-len <tokens>", "tokens of the prompt", flag.count)
    .option("--output-len <tokens>", "limit of the answer", flag.count)
    .option("--goodput <limits>", 'SLO in milliseconds: "ttft:6000,tpot:175" (also e2e)')
    .option("--seed <n>", "seed of schedule and prompts", flag.whole);
}
