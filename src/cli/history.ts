import { exportIndex, openIndex, type ExportFormat } from "../history/open.ts";
import { refreshIndex } from "../history/refresh.ts";
import { ask, QueryError } from "../history/rows.ts";
import { seriesFrom, type SeriesFilter } from "../history/series.ts";
import { figureNamed, type FigureName } from "../measure/figure-name.ts";
import { METRICS } from "../measure/catalogue.ts";
import { historyJson, historyScreen } from "../report/history.ts";
import { writeAnswer, type AnswerFormat } from "./answer.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { rebuildReports } from "./publish-report.ts";
import { UsageError } from "./usage-error.ts";

interface IndexOptions {
  readonly resultDir: string;
  readonly quiet?: boolean;
}

export interface HistoryOptions extends IndexOptions {
  readonly target?: readonly string[];
  readonly scenario?: readonly string[];
  readonly metric?: readonly string[];
  readonly since?: string;
  readonly hourOfWeek?: boolean;
  readonly json?: boolean;
}

export interface QueryOptions extends IndexOptions {
  readonly csv?: boolean;
  readonly json?: boolean;
}

export interface ExportOptions extends IndexOptions {
  readonly format: ExportFormat;
  readonly out: string;
}

/** What a maintainer looks at first. */
const METRICS_SHOWN = ["ttft", "output_speed", "success_share", "cost_per_1k_good"];

/** `herdbench history`: one figure per run over time, with what changed and when. */
export async function historyCommand(options: HistoryOptions): Promise<ExitCode> {
  const filter: SeriesFilter = {
    figures: (options.metric ?? METRICS_SHOWN).map(figureOf),
    targets: options.target ?? null,
    scenarios: options.scenario ?? null,
    since: options.since ?? null,
  };
  await refresh(options);
  const database = await openIndex(options.resultDir);
  try {
    const series = await seriesFrom(database, filter);
    if (series.length === 0) process.stderr.write(`herdbench: no run in ${options.resultDir} has such a figure\n`);
    process.stdout.write(
      options.json === true ? historyJson(series) : historyScreen(series, options.hourOfWeek === true),
    );
  } finally {
    database.close();
  }
  return EXIT.ok;
}

/** `herdbench history query SQL` */
export async function historyQuery(sql: string, options: QueryOptions): Promise<ExitCode> {
  const format: AnswerFormat = options.json === true ? "json" : options.csv === true ? "csv" : "table";
  await refresh(options);
  const database = await openIndex(options.resultDir);
  try {
    await writeAnswer(await ask(database, sql), format, process.stdout);
  } catch (error) {
    if (error instanceof QueryError) throw new UsageError(...error.message.trimEnd().split("\n"));
    throw error;
  } finally {
    database.close();
  }
  return EXIT.ok;
}

/** `herdbench history export`: each table of the index as one file. */
export async function historyExport(options: ExportOptions): Promise<ExitCode> {
  await refresh(options);
  for (const path of await exportIndex(options.resultDir, options.out, options.format))
    process.stdout.write(`${path}\n`);
  return EXIT.ok;
}

async function refresh({ resultDir, quiet }: IndexOptions): Promise<void> {
  const { read, warnings } = await refreshIndex(resultDir, rebuildReports);
  if (read > 0 && quiet !== true) process.stderr.write(`herdbench: indexed ${read} new or changed runs\n`);
  for (const warning of warnings) process.stderr.write(`herdbench: ${warning}\n`);
}

function figureOf(text: string): FigureName {
  const figure = figureNamed(text);
  if (figure !== null) return figure;
  const known = METRICS.map(({ id }) => id).join(", ");
  throw new UsageError(`--metric: no figure "${text}"; one of ${known}, with a statistic behind a dot: ttft.p95_all`);
}
