import { capsOf, type Manifest } from "../core/run.ts";
import type { Analysis } from "../measure/analysis.ts";
import type { Contender } from "../run/contender.ts";
import type { Past } from "../run/past.ts";
import type { RunFolder } from "../store/run-folder.ts";
import type { RealTime } from "../time/time.ts";
import { EXIT, exitCode, type ExitCode } from "./exit-codes.ts";
import { openProgress, silent } from "./progress.ts";
import { publishReport, type ShowOptions } from "./publish-report.ts";
import { recordRun, type OpenSource } from "./record-run.ts";
import { runVerdict } from "./verdict.ts";

/** A run that is ready to begin, or to go on. */
export interface Ready {
  readonly folder: RunFolder;
  readonly manifest: Manifest;
  readonly contenders: readonly Contender[];
  readonly past: Past;
  readonly time: RealTime;
  /** Gives the plans as the run goes. */
  readonly source: OpenSource;
  /** Of the simulator whose canary stream measures our own error. */
  readonly canaryOrigin: string;
  /** Ends it in good order. */
  readonly signal: AbortSignal;
}

/** What a run came to. */
export interface Measured {
  readonly code: ExitCode;
  readonly analysis: Analysis;
}

/** Sends what the manifest says and the past has not done, records it, reports it. */
export async function measure(ready: Ready, options: ShowOptions): Promise<Measured> {
  const { folder, manifest, contenders, past, time, signal } = ready;
  const isSilent = options.quiet === true || options.json === true;
  const ids = manifest.targets.map(({ id }) => id);
  await recordRun(
    folder,
    manifest,
    {
      contenders,
      timeouts: manifest.timeouts,
      caps: capsOf(manifest),
      past,
      time,
      signal,
    },
    ready.source,
    ready.canaryOrigin,
    isSilent ? silent : openProgress(errorScreen(), ids),
  );
  const analysis = await publishReport(folder.path, options);
  const verdict = runVerdict(analysis);
  // An interrupt can come as late as while the reports are written.
  return { code: exitCode(signal.aborted ? [EXIT.interrupted, verdict] : [verdict]), analysis };
}

function errorScreen(): Parameters<typeof openProgress>[0] {
  const { stderr } = process;
  return {
    write: (text) => void stderr.write(text),
    isTTY: stderr.isTTY,
    columns: stderr.columns || 80,
    color: stderr.isTTY && (process.env["NO_COLOR"] ?? "") === "",
  };
}
