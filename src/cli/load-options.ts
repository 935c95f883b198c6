import { Option, type Command } from "commander";
import { TRACE_FORMATS } from "../core/load.ts";
import * as flag from "./flags.ts";

/** The flags that say what is asked and how fast. */
export function addLoadOptions(run: Command): void {
  addArrivalOptions(run);
  addPromptOptions(run);
}

function addArrivalOptions(run: Command): void {
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
    .option("--trace <file>", "arrivals and lengths of a trace; .gz is unpacked")
    .addOption(new Option("--trace-format <name>", "how --trace is written").choices(TRACE_FORMATS))
    .option("--time-scale <factor>", "on the times of --trace: 0.1 is ten times as fast", flag.positive)
    .option("--ramp-up <seconds>", "closed loop: time over which its users begin", flag.positive)
    .option(
      "--think-time <seconds>",
      "between an answer and the same user's next request or turn: the mean, exponential; constant:SECONDS",
      flag.thinkTime,
    );
}

function addPromptOptions(run: Command): void {
  run
    .option("--num-warmups <n>", "requests sent first and left out of the statistics", flag.whole)
    .option("--input-len <tokens>", "tokens of the prompt", flag.count)
    .option("--output-len <tokens>", "limit of the answer", flag.count)
    .addOption(
      new Option("--cache <how>", "cold: no prompt begins like another; warm: they do").choices(["cold", "warm"]),
    )
    .option("--prefix-len <tokens>", "of --input-len, a system message that prompts share", flag.count)
    .option("--num-prefixes <n>", "so many of them (default: 1)", flag.count)
    .option("--turns <n>", "conversations of so many requests, answers as history; counts are of requests", flag.count)
    .option("--turn-len <tokens>", "of each user message but the first (default: --input-len)", flag.count)
    .option("--dataset <file>", "prompts of your own, JSON lines; they are never stored")
    .option("--goodput <limits>", 'SLO in milliseconds: "ttft:6000,tpot:175" (also e2e)')
    .option("--seed <n>", "seed of schedule and prompts", flag.whole);
}
