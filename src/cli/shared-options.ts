import { type Command } from "commander";
import * as flag from "./flags.ts";

/** For every command that calls a provider. */
export const CA = ["--ca <file>", "PEM certificates to trust beside the usual ones, for a private authority"] as const;

/** For every command that ends with a report. */
export const FAIL_ON = [
  "--fail-on <condition>",
  'exit 1 when any target reaches it: "ttft p95 > 6000", repeatable; an empty cell is named and fails nothing',
  flag.again,
] as const;

/** The flags that say who is measured. */
export function addTargetOptions(command: Command): void {
  command
    .optionsGroup("What to measure:")
    .option("--target <id...>", "targets of herdbench.json, or simulated ones (sim-fast sim-cheap sim-flaky sim-far)")
    .option("--provider <id...>", "the default target of these providers")
    .option("--providers-dir <dir>", "provider files of your own, which go before those that ship")
    .option("--base-url <url>", "any OpenAI-compatible server, such as http://127.0.0.1:8080/v1", flag.baseUrl)
    .option("--endpoint <path>", "path of the chat call below --base-url (default: /chat/completions)", flag.endpoint)
    .option("--model <name>", "canonical model name or raw id (default: llama-3.1-405b-instruct)")
    .option("--api-key-env <name>", "environment variable that holds the API key", flag.apiKeyEnv)
    .option("--config <file>", "config file (default: herdbench.json when it exists)")
    .option(...CA)
    .option("--price <in,out>", "USD per million input and output tokens", flag.price)
    .option("--header <name: value>", "extra request header, repeatable", flag.header)
    .option("--extra-body <json>", "extra members of the request body", flag.jsonObject);
}

/** What every command that measures has beside its load: money, limits, output. */
export function addRunOptions(command: Command): void {
  command
    .optionsGroup("Money and validity:")
    .option(
      "--max-cost <usd>",
      "stop before this is spent, over all targets; live runs: 1 unless told otherwise; none: no cap",
      flag.maxCost,
    )
    .option("--max-total-tokens <n>", "stop before this many tokens, input and output together", flag.count)
    .option("--max-requests <n>", "stop after this many requests, warm-ups and retries too", flag.count)
    .option("--max-failure-share <share>", "exit 3 when a target fails more than this", flag.share, 0.1)
    .option(...FAIL_ON)
    .option("--dry-run", "show requests, tokens and the most it can cost; send nothing")
    .optionsGroup("Limits:")
    .option("--connect-timeout <seconds>", "DNS, TCP and TLS together", flag.seconds, 10)
    .option("--first-content-timeout <seconds>", "until the first content", flag.seconds, 120)
    .option("--idle-timeout <seconds>", "longest silence within an answer", flag.seconds, 60)
    .option("--total-timeout <seconds>", "a whole request", flag.seconds, 600)
    .optionsGroup("Output:")
    .option("--result-dir <dir>", "where run folders are made", "results")
    .option("--label <text>", "end of the run folder's name")
    .option("--metadata <key=value>", "kept in the manifest, repeatable", flag.metadata)
    .option("--vantage <name>", "name of the place that the client runs at (default: host name)")
    .option("--quiet", "no progress and no screen")
    .option("--json", "print one JSON object instead of the screen");
}
