import { resolveRun } from "../store/resolve.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { publishReport, type ShowOptions } from "./publish-report.ts";

export interface ReportOptions extends ShowOptions {
  readonly resultDir: string;
}

/** `herdbench report RUN` */
export async function reportCommand(run: string, options: ReportOptions): Promise<ExitCode> {
  await publishReport(await resolveRun(options.resultDir, run), options);
  return EXIT.ok;
}
