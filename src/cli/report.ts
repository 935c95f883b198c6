import { resolveRun } from "../store/resolve.ts";
import { printDefinitions } from "./definitions.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { conditionsOf, judgeConditions } from "./fail-on.ts";
import { publishReport, type ShowOptions } from "./publish-report.ts";
import { publishRevision } from "./revise.ts";
import { UsageError } from "./usage-error.ts";

export interface ReportOptions extends ShowOptions {
  readonly resultDir: string;
  readonly revise?: boolean;
  readonly prices?: string;
  readonly definitions?: readonly string[];
  readonly failOn?: readonly string[];
}

/** `herdbench report RUN` */
export async function reportCommand(run: string, options: ReportOptions): Promise<ExitCode> {
  if (options.prices !== undefined && options.revise !== true) {
    throw new UsageError("--prices: needs --revise, which writes new reports beside those of the run");
  }
  const { definitions } = options;
  if (definitions !== undefined && (options.revise === true || options.failOn !== undefined)) {
    throw new UsageError("--definitions: prints a table of its own; leave out --revise and --fail-on");
  }
  const conditions = conditionsOf(options.failOn);
  const folder = await resolveRun(options.resultDir, run);
  if (definitions !== undefined) {
    await printDefinitions(folder, definitions, options.json === true);
    return EXIT.ok;
  }
  const analysis =
    options.revise === true
      ? await publishRevision(folder, options.prices ?? null, options)
      : await publishReport(folder, options);
  return judgeConditions(analysis, conditions);
}
