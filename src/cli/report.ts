import { resolveRun } from "../store/resolve.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { publishReport, type ShowOptions } from "./publish-report.ts";

/** `herdbench report RUN` */
export async function reportCommand(run: string, options: ShowOptions & { readonly resultDir: string }): Promise<ExitCode> {
  await publishReport(await resolveRun(options.resultDir, run), options);
  return EXIT.ok;
}
