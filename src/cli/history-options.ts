import type { Command } from "commander";
import { InvalidArgumentError, Option } from "commander";
import type { ExportOptions, HistoryOptions, QueryOptions } from "./history.ts";
import type { PublishOptions } from "./publish.ts";

const RESULT_DIR = ["--result-dir <dir>", "where runs are kept", "results"] as const;

/** `herdbench history` with its three commands. */
export function addHistory(program: Command, done: (code: number) => void): void {
  const history = program
    .command("history")
    .description("questions over all runs: series with change points, SQL, export")
    .helpGroup("More:");
  history
    .command("series", { isDefault: true })
    .description("figures run by run: sparkline, change points, noise from night to night")
    .option("--target <id...>", "targets (default: all)")
    .option("--scenario <id...>", "scenarios (default: all)")
    .option("--metric <figure...>", "ttft, ttft.p95_all, … (default: ttft output_speed success_share cost_per_1k_good)")
    .option("--since <day>", "first day, such as 2026-11-01, UTC", day)
    .option("--hour-of-week", "also the median of each hour of the week")
    .option(...RESULT_DIR)
    .option("--quiet", "no word about the index but warnings")
    .option("--json", "print JSON")
    .action(async (options: HistoryOptions) => done(await (await import("./history.ts")).historyCommand(options)));
  history
    .command("query")
    .description("one SELECT of DuckDB over the tables runs, observations and summary")
    .argument("<sql>", '"SELECT target, median(ttft_ms) FROM observations GROUP BY target"')
    .option(...RESULT_DIR)
    .option("--quiet", "no word about the index but warnings")
    .option("--csv", "print CSV")
    .option("--json", "print JSON")
    .action(async (sql: string, options: QueryOptions) =>
      done(await (await import("./history.ts")).historyQuery(sql, options)),
    );
  history
    .command("export")
    .description("runs, observations and summary of all runs, each as one file")
    .addOption(new Option("--format <format>", "of the files").choices(["parquet", "csv"]).default("parquet"))
    .requiredOption("--out <dir>", "where to")
    .option(...RESULT_DIR)
    .option("--quiet", "no word about the index but warnings")
    .action(async (options: ExportOptions) => done(await (await import("./history.ts")).historyExport(options)));
}

/** `herdbench publish` */
export function addPublish(program: Command, done: (code: number) => void): void {
  program
    .command("publish")
    .description("a static site of all runs: ranking, a page per run and target, CSVs, feed of regressions")
    .helpGroup("More:")
    .requiredOption("--out <dir>", "where to; what was published there before is kept")
    .option("--include-unknown [provider...]", "also providers whose terms nobody has read: these, or all")
    .option("--site-url <url>", "address that the site will have, for its feed")
    .option("--providers-dir <dir>", "provider files of your own, which go before those that ship")
    .option(...RESULT_DIR)
    .option("--json", "print JSON")
    .action(async (options: PublishOptions) => done(await (await import("./publish.ts")).publishCommand(options)));
}

function day(text: string): string {
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || Number.isNaN(Date.parse(text))) {
    throw new InvalidArgumentError("must be a day such as 2026-11-01.");
  }
  return text;
}
